"""An EXIF block or a TIFF header as bytes (see `ifd` for the structure).

Everything is laid out anew, so nothing that was taken out stays behind in the block; only a maker note keeps
the offset that it had, because makers count from the block's start.
"""

import struct
from collections.abc import Mapping

from dualzoom.capture.ifd import (
    EXIF_IFD,
    LONG,
    MAKER_NOTE,
    THUMBNAIL_LENGTH,
    THUMBNAIL_OFFSET,
    Block,
    Directory,
    Entry,
    Order,
)


class _Layout:
    """Hands out places in the block, going around the one stretch that is taken."""

    def __init__(self, taken: Mapping[int, bytes]) -> None:
        self.taken = taken
        self.parts: dict[int, bytes] = dict(taken)
        self.end = 8

    def place(self, size: int) -> int:
        start = self.end + self.end % 2  # offsets are even
        for at, data in self.taken.items():
            if start < at + len(data) and start + size > at:
                start = at + len(data) + (at + len(data)) % 2
        self.end = start + size
        return start

    def put(self, data: bytes) -> int:
        at = self.place(len(data) + len(data) % 2)
        self.parts[at] = data
        return at


def serialise(block: Block) -> bytes:
    """The block as bytes, classic TIFF structure.

    A maker note keeps the offset it had (where that is within the first 64 kB): makers count from the block's
    start.
    """
    exif = block.main.children.get(EXIF_IFD)
    note = exif.entries.get(MAKER_NOTE) if exif else None
    pinned = note is not None and note.offset is not None and 8 <= note.offset < 65536 and len(note.data) > 4
    layout = _Layout({note.offset: note.data} if note and pinned and note.offset else {})
    first, link = _place(layout, block.order, block.main)
    if block.thumbnail:
        jpeg = layout.put(block.thumbnail)
        second = Directory(
            {
                259: block.short(6),  # compression: JPEG
                THUMBNAIL_OFFSET: block.integer(jpeg),
                THUMBNAIL_LENGTH: block.integer(len(block.thumbnail)),
            }
        )
        layout.parts[link] = struct.pack(f"{block.order}I", _place(layout, block.order, second)[0])
    magic = b"II" if block.order == "<" else b"MM"
    layout.parts[0] = magic + struct.pack(f"{block.order}HI", 42, first)
    out = bytearray(max(at + len(data) for at, data in layout.parts.items()))
    for at, data in layout.parts.items():
        out[at : at + len(data)] = data
    return bytes(out)


def _place(layout: _Layout, order: Order, directory: Directory) -> tuple[int, int]:
    """Put a directory with its children and values; its offset and that of its link to the next one."""
    rows = dict(directory.entries)
    at = layout.place(2 + 12 * (len(rows) + len(directory.children)) + 4)
    for pointer, child in directory.children.items():
        rows[pointer] = Entry(LONG, 1, struct.pack(f"{order}I", _place(layout, order, child)[0]))
    table = bytearray(struct.pack(f"{order}H", len(rows)))
    for tag, entry in sorted(rows.items()):
        value = entry.data
        if len(value) > 4:
            kept = entry.offset if layout.taken.get(entry.offset or 0) == value else None
            value = struct.pack(f"{order}I", kept if kept is not None else layout.put(value))
        table += struct.pack(f"{order}HHI", tag, entry.kind, entry.count) + value.ljust(4, b"\0")
    layout.parts[at] = bytes(table)
    layout.parts[at + len(table)] = bytes(4)
    return at, at + len(table)
