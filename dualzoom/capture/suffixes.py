"""File suffixes: the ones the tool writes, the ones it reads, and those of other pictures, raw files and videos.

Suffixes decide which files a folder search opens; `sniff` then identifies a file by its content.
"""

from typing import Literal

from dualzoom.settings import Format

#: Suffix → format to write; the first suffix of a format is its usual one.
WRITTEN: dict[str, Format] = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff",
    ".webp": "webp", ".avif": "avif", ".jxl": "jxl",
}  # fmt: skip
READ = frozenset({*WRITTEN, ".dng", ".heic", ".heif", ".hif"})
_RAW = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".crw", ".erf", ".iiq", ".k25", ".kdc", ".mef", ".mos", ".mrw", ".nef"}
    | {".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"}
)
_PICTURES = frozenset(
    {".avci", ".avcs", ".bmp", ".exr", ".gif", ".heics", ".heifs", ".insp", ".j2k", ".jfif", ".jif"}
    | {".jp2", ".jps", ".jpf", ".jpx", ".jxr", ".mpo", ".pdf", ".psb", ".psd", ".tga"}
)
_VIDEOS = frozenset({".3gp", ".avi", ".insv", ".m4v", ".mkv", ".mov", ".mp4", ".mts", ".webm"})

FileKind = Literal["photo", "raw", "picture", "video", "other"]


def suffix_kind(suffix: str) -> FileKind:
    """Return what a suffix stands for: a photo that `read` supports, another raw file or picture, a video, or else.

    >>> suffix_kind(".HIF"), suffix_kind(".nef"), suffix_kind(".gif"), suffix_kind(".txt")
    ('photo', 'raw', 'picture', 'other')
    """
    wanted = suffix.lower()
    if wanted in READ:
        return "photo"
    if wanted in _RAW:
        return "raw"
    if wanted in _PICTURES:
        return "picture"
    return "video" if wanted in _VIDEOS else "other"
