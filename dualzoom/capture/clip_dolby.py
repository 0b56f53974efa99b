"""Finds in an MP4 or MOV which Dolby Vision its first video track is: FFmpeg knows it, PyAV does not tell.

Source: ISO/IEC 14496-12, sections 4.2 and 8.5 (boxes, sample entries); Dolby Vision Streams Within the ISO Base Media
File Format 2.0, section 3.2 (dvcC, dvvC, dvwC).
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_CONFIGURATIONS = (b"dvcC", b"dvvC", b"dvwC")
_TO_ENTRIES = (b"minf", b"stbl", b"stsd")
_HANDLER = slice(8, 12)  # of hdlr: which kind of track it is
_STSD_HEAD = 8  # version, flags, number of entries
_VISUAL_HEAD = 78  # what a visual sample entry holds before its boxes
_MOST_BOXES = 10_000

Span = tuple[bytes, int, int]  # type, begin and end of what a box holds


def dolby_vision(path: Path, data: bytes | None = None) -> tuple[int, int] | None:
    """Profile, and the kind of picture below it (0: none, 1: HDR10, 2: standard range, 4: HLG); None: no Dolby Vision.

    Of the first video track, the one that is read. `data`: the clip, where it lies inside another file. Raises OSError.
    """
    with path.open("rb") if data is None else BytesIO(data) as file:
        media = _within(file, [(0, file.seek(0, 2))], (b"moov", b"trak", b"mdia"))
        video = next((span for span in media if _is_video(file, span)), None)
        for begin, stop in [] if video is None else _within(file, [video], _TO_ENTRIES):
            for _, at, until in _boxes(file, begin + _STSD_HEAD, stop):
                for inner, first, last in _boxes(file, at + _VISUAL_HEAD, until):
                    if inner in _CONFIGURATIONS and last - first >= 5:
                        file.seek(first + 2)
                        head = file.read(3)
                        return head[0] >> 1, head[2] >> 4
    return None


def _is_video(file: BinaryIO, media: tuple[int, int]) -> bool:
    for begin, end in _within(file, [media], (b"hdlr",)):
        file.seek(begin)
        return file.read(min(end - begin, _HANDLER.stop))[_HANDLER] == b"vide"
    return False


def _within(file: BinaryIO, spans: list[tuple[int, int]], names: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Where the contents of all boxes lie that such a path of names leads to."""
    for name in names:
        spans = [
            (at, until)
            for begin, end in spans
            for kind, at, until in _boxes(file, begin, end)
            if kind == name
        ]
    return spans


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[Span]:
    """The boxes between two places; stops at one that cannot be."""
    for _ in range(_MOST_BOXES):
        if begin + 8 > end:
            return
        file.seek(begin)
        head = file.read(16)
        size, first = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, first = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - begin
        if size < first or begin + size > end:
            return
        yield head[4:8], begin + first, begin + size
        begin += size
