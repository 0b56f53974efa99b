"""The clip behind a motion photo's picture: finds it, checks that it is whole, and keeps its bytes.

Phones say where the clip lies in half a dozen ways, and editors that shorten the picture leave them wrong. So the clip
is found by its own structure: an MP4 file begins with an `ftyp` box, and its boxes tell where it ends.

Source: ISO/IEC 14496-12 (boxes); Google, Motion Photo format 1.0; for Samsung's trailer exiftool's notes.
"""

import re
import struct
from dataclasses import dataclass

from dualzoom.capture.ifd import Buffer

_START = re.compile(rb"\0\0\0.ftyp(?:mp4|iso|qt  |3gp|avc|M4V)", re.S)
_BOXES = frozenset(b"ftyp moov mdat free skip wide uuid meta moof mfra sidx styp udta pnot junk".split())
_MAX_TRIES, _MAX_BOXES = 8, 100_000
MAX_BYTES = 256 << 20  # phones record three seconds
TRUNCATED = "the motion video behind the picture is left out: it is damaged or cut off"
TOO_LONG = "the motion video behind the picture is left out: it is longer than 256 MB"
_TIME = re.compile(rb"(?:MotionPhoto|MicroVideo)PresentationTimestampUs\s*(?:=\s*[\"']|>)\s*(\d{1,15})")


@dataclass(frozen=True)
class Motion:
    """A clip (a whole MP4 or QuickTime file), and the moment of the picture in it in µs; None: unknown."""

    clip: bytes
    moment_us: int | None = None

    @property
    def mime(self) -> str:
        """The clip's media type."""
        return "video/quicktime" if self.clip[8:12] == b"qt  " else "video/mp4"


def find(data: Buffer, start: int, xmp: bytes | None = None) -> tuple[Motion | None, str | None]:
    """Return the clip in `data` behind `start`, and a note if there is one that cannot be kept.

    `xmp`: the picture's packet, which tells the moment.
    """
    view = bytes(data[start : len(data)])
    at = 0
    note = None
    for _ in range(_MAX_TRIES):
        match = _START.search(view, at)
        if match is None:
            break
        length = _whole(view, match.start())
        if length > MAX_BYTES:
            return None, TOO_LONG
        if length:
            clip = view[match.start() : match.start() + length]
            return Motion(clip, _moment(xmp)), None
        note, at = TRUNCATED, match.end()
    return None, note


def _whole(data: bytes, start: int) -> int:
    """Return the length of the clip that begins at `start`; 0 if it is not whole."""
    at, seen = start, set()
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            break
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind not in _BOXES or (kind == b"ftyp" and at > start):
            break
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        size = len(data) - at if size == 0 else size
        if size < 8 or at + size > len(data):
            return 0
        seen.add(kind)
        at += size
    return at - start if {b"moov", b"mdat"} <= seen or {b"moof", b"mdat"} <= seen else 0


def _moment(xmp: bytes | None) -> int | None:
    found = _TIME.search(xmp) if xmp else None
    return None if found is None else int(found[1])
