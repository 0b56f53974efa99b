"""Checks the box structure of a HEIC file before libheif reads it.

A HEIC file stores items (pictures, EXIF, XMP) as extents of bytes; references say which metadata describes which
picture. The reading library copies every picture's metadata, so a small file whose items share the same bytes could ask
for gigabytes. Law: all that a file asks for is linear in its bytes; `check` rejects any other file and itself looks at
every byte of the `meta` box once.

Source: ISO/IEC 14496-12 (boxes, iloc, iinf, iref); ISO/IEC 23008-12 (HEIF).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dualzoom.capture.decoded import COPY_AGAIN
from dualzoom.capture.ifd import Buffer
from dualzoom.errors import CaptureError

_SLACK = 4 << 20  # bytes that a file may ask for beyond its own length
_REPEATS = 2  # honest writers do not share extents; some shared ones are harmless
_MAX_META = 16 << 20  # the largest honest one, of a picture of a thousand tiles, has about 100 kB
_HIDDEN = 1  # flag of items that only make up other items
_MOTION_BOX, MOTION_TRAILER = b"mpvd", b"MotionPhoto_Data"  # Samsung's

Box = tuple[bytes, int, int]  # type, start and end of the content


@dataclass
class _Items:
    """The items of a `meta` box: bytes by item, visible items, and how many items each metadata item describes."""

    lengths: dict[int, int] = field(default_factory=dict)
    visible: int = 0
    described: dict[int, int] = field(default_factory=dict)


def check(path: Path, data: Buffer) -> None:
    """Reject a file whose items ask for many times the bytes that it has.

    Raises:
        CaptureError: items share bytes, metadata describes too many pictures, or the `meta` box is too long.
    """
    asked = 0
    for kind, start, end in boxes(data, 0, len(data)):
        if kind != b"meta":
            continue
        if end - start > _MAX_META:
            raise CaptureError(path, "the HEIC file is damaged: its list of items is too long", COPY_AGAIN)
        items = _items(bytes(data[start:end]))
        asked += sum(items.lengths.values())
        asked += sum(items.lengths.get(item, 0) * count for item, count in items.described.items())
        asked += max(0, items.visible - 1) * (end - start)  # groups and profiles, copied for each picture
    if asked > _REPEATS * len(data) + _SLACK:
        raise CaptureError(
            path, "the HEIC file is damaged: its items ask for more bytes than it has", COPY_AGAIN
        )


def has_motion_video(data: Buffer) -> bool:
    """Return whether a video follows the picture, as a box of its own or in Samsung's trailer behind all boxes."""
    end = 0
    for kind, _, box_end in boxes(data, 0, len(data)):
        if kind == _MOTION_BOX:
            return True
        end = box_end
    return MOTION_TRAILER in bytes(data[end : len(data)])


def boxes(data: Buffer, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between `start` and `end`; stop at the first that does not fit in."""
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        head = 8
        if size == 1 and start + 16 <= end:
            size, head = struct.unpack(">Q", data[start + 8 : start + 16])[0], 16
        size = end - start if size == 0 else size
        if size < head or start + size > end:
            return
        yield kind, start + head, start + size
        start += size


def _items(meta: bytes) -> _Items:
    found = _Items()
    for kind, start, end in boxes(meta, 4, len(meta)):  # after version and flags
        content = memoryview(meta)[start:end]
        try:
            if kind == b"iloc":
                _locations(content, found)
            elif kind == b"iinf":
                found.visible += _visible(bytes(content))
            elif kind == b"iref":
                _references(bytes(content), found)
        except struct.error:  # the box ends too early: libheif refuses it or uses what is there
            continue
    return found


def _locations(content: memoryview, found: _Items) -> None:
    """Add up the extents of every item; one of length 0 means the whole file to some readers and counts as nothing."""
    version, sizes = struct.unpack_from(">B3xH", content)
    offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    id_bytes = 4 if version == 2 else 2  # of the count, too
    count, at = int.from_bytes(content[6 : 6 + id_bytes], "big"), 6 + id_bytes
    extent_bytes = (index_bytes if version else 0) + offset_bytes + length_bytes
    for _ in range(count):
        item = int.from_bytes(content[at : at + id_bytes], "big")
        at += id_bytes + (2 if version else 0) + 2 + base_bytes
        (extents,) = struct.unpack_from(">H", content, at)
        at += 2
        end = at + extents * extent_bytes
        if end > len(content):
            return
        total = 0
        for start in range(at + extent_bytes - length_bytes, end, max(1, extent_bytes)):
            total += int.from_bytes(content[start : start + length_bytes], "big")
        at = end
        found.lengths[item] = found.lengths.get(item, 0) + total


def _visible(content: bytes) -> int:
    """Count the items that are pictures or metadata by themselves."""
    (version,) = struct.unpack_from(">B", content)
    entries = boxes(content, 8 if version else 6, len(content))
    return sum(
        kind == b"infe" and not content[start + 3] & _HIDDEN
        for kind, start, end in entries
        if end - start > 3
    )


def _references(content: bytes, found: _Items) -> None:
    (version,) = struct.unpack_from(">B", content)
    form = ">IH" if version else ">HH"
    for kind, start, end in boxes(content, 4, len(content)):
        if kind == b"cdsc" and end - start >= struct.calcsize(form):
            item, count = struct.unpack_from(form, content, start)
            found.described[item] = found.described.get(item, 0) + count
