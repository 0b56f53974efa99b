"""Identifies a file's format by its content, because suffixes can be wrong.

Only the formats in `Kind` are ever opened. The error for any other names the format.
"""

from pathlib import Path
from typing import Literal

from dualzoom.errors import CaptureError, reason_of

Kind = Literal["JPEG", "PNG", "TIFF", "HEIC", "AVIF", "WebP", "JPEG XL", "RAW"]
HEAD_BYTES = 64
CONVERT_STEP = "convert it to JPEG, PNG, TIFF or WebP first"

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OTHERS = (
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"v/1\x01", "OpenEXR"),
    (4, b"ftypqt", "QuickTime video"),
    (4, b"ftypmp4", "MP4 video"),
    (4, b"ftypisom", "MP4 video"),
    (0, b"<", "text"),
    (0, b"{", "text"),
)


#: Of Canon's CR3 and CR2, Fujifilm, Panasonic, Olympus; the others look like TIFF.
_RAW_MARKS = (
    (4, b"ftypcrx "),
    (8, b"CR\2\0"),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIU\0"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
)


def _article(name: str) -> str:
    return "an" if name[0] in "AEO" else "a"


def kind_of(path: Path) -> Kind:
    """Return the format of a file.

    Raises:
        CaptureError: the file cannot be opened, is empty, or is of another format.
    """
    try:
        with path.open("rb") as file:
            return identify(path, file.read(HEAD_BYTES))
    except (OSError, ValueError) as error:
        step = "check the name and its permissions"
        raise CaptureError(path, f"cannot be read ({reason_of(error)})", step) from error


def identify(path: Path, head: bytes) -> Kind:
    """Return the format of a file whose first bytes are `head`.

    Raises:
        CaptureError: the file is empty, or of another format.
    """
    if not head:
        raise CaptureError(path, "the file is empty", "copy it again from the camera or phone")
    if head.startswith(b"\xff\xd8"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if any(head[at : at + len(mark)] == mark for at, mark in _RAW_MARKS):
        return "RAW"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")):
        return "JPEG XL"
    for at, mark, name in _OTHERS:
        if head[at : at + len(mark)] == mark:
            raise CaptureError(path, f"this is {_article(name)} {name} file", CONVERT_STEP)
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"  # or DNG, or a camera's raw; its directories tell
    if head[4:8] == b"ftyp":
        brands = head[8 : min(HEAD_BYTES, int.from_bytes(head[:4], "big"))]
        if brands[:4] in _AVIF_BRANDS or (b"avif" in brands[8:] and b"heic" not in brands):
            return "AVIF"
        if head[8:12] in _HEIC_BRANDS:
            return "HEIC"
    raise CaptureError(path, "this is not a picture of a known format", CONVERT_STEP)
