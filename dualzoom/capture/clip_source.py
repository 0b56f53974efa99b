"""What of a file is a clip: all of it, what lies behind a motion photo's picture, or nothing. Looks before FFmpeg does.

FFmpeg takes photos for clips of one frame, and Matroska files that were cut off for shorter ones.
Source: RFC 8794 (EBML), sections 4 to 6; RFC 9559 (Matroska), section 5.1.
"""

from pathlib import Path
from typing import BinaryIO

from dualzoom.capture import motion, sniff
from dualzoom.errors import CaptureError

_HEAD_BYTES = 4096
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_BESIDE = (".mov", ".MOV", ".mp4", ".MP4")
_AGAIN = "copy it again from the camera"


def clip_inside(path: Path) -> bytes | None:
    """The clip behind the picture of a motion photo; None where the file as a whole may be a clip.

    Raises CaptureError for a photo without a clip, an animation, an empty or a cut-off file, and OSError.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if not head:
            raise CaptureError(path, "the file is empty", _AGAIN)
        if head.startswith(_EBML) and (missing := _missing(head, _length(file))):
            raise CaptureError(path, f"is cut off: its last {missing} bytes are missing", _AGAIN)
        kind = _picture(path, head)
        if kind is None:
            return None
        if kind in ("JPEG", "HEIC"):
            file.seek(0)
            found, note = motion.find(file.read(), 0)
            if found is not None:
                return found.clip
            if note is not None:
                raise CaptureError(path, "the clip behind its picture is damaged or too long", _AGAIN)
    raise CaptureError(path, f"is a picture ({kind}), no clip", _instead(path, kind))


def _picture(path: Path, head: bytes) -> str | None:
    """Name of the picture format that a file is of; None where it is none."""
    if head.startswith(b"GIF8"):
        return "GIF"
    try:
        return sniff.identify(path, head[: sniff.HEAD_BYTES])
    except CaptureError:
        return None


def _instead(path: Path, kind: str) -> str:
    """What to do with a picture."""
    if kind in ("GIF", "PNG", "WebP"):
        return "convert an animation to MP4 first, or enlarge it as a photo"
    beside = next((one for one in map(path.with_suffix, _BESIDE) if one.is_file() and one != path), None)
    return (
        "enlarge it as a photo"
        if beside is None
        else f"{beside.name} beside it may be the clip that you want"
    )


def _length(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _missing(head: bytes, length: int) -> int:
    """How many bytes a Matroska file lacks, by what its segment says of itself; 0 where it does not say."""
    said, at = _number(head, len(_EBML))
    start = at + (said or 0)
    if said is None or head[start : start + len(_SEGMENT)] != _SEGMENT:
        return 0
    said, at = _number(head, start + len(_SEGMENT))
    return 0 if said is None else max(0, at + said - length)


def _number(head: bytes, at: int) -> tuple[int | None, int]:
    """A size of variable length, and where it ends; None: unknown, or beyond the head."""
    if at >= len(head) or head[at] == 0:
        return None, at
    width = 9 - head[at].bit_length()
    own = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    return (None if own == (1 << 7 * width) - 1 or at + width > len(head) else own), at + width
