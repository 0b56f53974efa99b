"""What a file's suffix says of it, in one table: which files are written, read, or named as of a kind not read.

Suffixes choose what to look at; what a file really is, `sniff` says by its content.
"""

from typing import Literal

from dualzoom.settings import Format

#: suffix → the format written under it; the first of a format is its usual one
WRITTEN: dict[str, Format] = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff",
}  # fmt: skip
READ = frozenset({*WRITTEN, ".dng", ".heic", ".heif", ".hif"})
_RAW = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".crw", ".erf", ".iiq", ".k25", ".kdc", ".mef", ".mos", ".mrw", ".nef"}
    | {".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"}
)
_PICTURES = frozenset(
    {".avci", ".avcs", ".avif", ".bmp", ".exr", ".gif", ".heics", ".heifs", ".insp", ".j2k", ".jfif", ".jif"}
    | {".jp2", ".jps", ".jpf", ".jpx", ".jxl", ".jxr", ".mpo", ".pdf", ".psb", ".psd", ".tga", ".webp"}
)
_VIDEOS = frozenset({".3gp", ".avi", ".insv", ".m4v", ".mkv", ".mov", ".mp4", ".mts", ".webm"})

Sort = Literal["photo", "raw", "picture", "video", "other"]


def sort_of(suffix: str) -> Sort:
    """What a file with this suffix may be: a photo that is read, a raw or picture of another kind, a video, no picture.

    >>> sort_of(".HIF"), sort_of(".nef"), sort_of(".webp"), sort_of(".txt")
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
