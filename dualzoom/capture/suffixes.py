"""File suffixes: the ones the tool writes, the ones it reads, and those of other pictures, raw files and videos.

Suffixes decide which files a folder search opens; `sniff` then identifies a file by its content.
"""

from typing import Literal

from dualzoom.settings import Format

#: Suffix → format to write; the first suffix of a format is its usual one.
WRITTEN: dict[str, Format] = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff",
    ".dng": "dng",
    ".webp": "webp", ".avif": "avif", ".jxl": "jxl",
}  # fmt: skip
CAMERA_SUFFIXES = frozenset(
    {".arw", ".cr2", ".cr3", ".nef", ".nrw", ".orf", ".pef", ".raf", ".rw2", ".rwl", ".srw"}
)
READ = frozenset({*WRITTEN, *CAMERA_SUFFIXES, ".heic", ".heif", ".hif"})
_RAW = frozenset(
    {".3fr", ".crw", ".erf", ".iiq", ".k25", ".kdc", ".mef", ".mos", ".mrw", ".raw", ".sr2", ".srf", ".x3f"}
)
_PICTURES = frozenset(
    {".avci", ".avcs", ".bmp", ".exr", ".gif", ".heics", ".heifs", ".insp", ".j2k", ".jfif", ".jif"}
    | {".jp2", ".jps", ".jpf", ".jpx", ".jxr", ".mpo", ".pdf", ".psb", ".psd", ".tga"}
)
_VIDEOS = frozenset(
    {".3gp", ".avi", ".insv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mts", ".ts", ".webm"}
)


def kept_format(suffix: str) -> Format | None:
    """Return the format that a result takes over from its wide; None from raw files, which most want developed.

    >>> kept_format(".TIF"), kept_format(".dng")
    ('tiff', None)
    """
    found = WRITTEN.get(suffix.lower())
    return None if found == "dng" else found


FileKind = Literal["photo", "raw", "picture", "video", "other"]


def suffix_kind(suffix: str) -> FileKind:
    """Return what a suffix stands for: a photo that `read` supports, another raw file or picture, a video, or else.

    >>> suffix_kind(".HIF"), suffix_kind(".x3f"), suffix_kind(".gif"), suffix_kind(".txt")
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
