"""Serialises an EXIF block or a TIFF header (see `ifd` for the structure).

It lays out everything anew, so no removed value stays behind in the block. Only a maker note keeps its offset, because
makers store offsets that count from the block's start.

Source: TIFF 6.0, section 2; Exif 3.0 (CIPA DC-008), section 4.6.
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

_BIG_KINDS = (16, 17, 18)  # 64-bit types of BigTIFF, unknown to readers of a classic structure


class _Layout:
    """Allocates space in the block and skips the one reserved range."""

    def __init__(self, reserved: Mapping[int, bytes]) -> None:
        self.reserved = reserved
        self.parts: dict[int, bytes] = dict(reserved)
        self.end = 8

    def allocate(self, size: int) -> int:
        start = self.end + self.end % 2  # offsets are even
        for at, data in self.reserved.items():
            if start < at + len(data) and start + size > at:
                start = at + len(data) + (at + len(data)) % 2
        self.end = start + size
        return start

    def append(self, data: bytes) -> int:
        at = self.allocate(len(data) + len(data) % 2)
        self.parts[at] = data
        return at


def serialise(block: Block) -> bytes:
    """Serialise the block as a classic TIFF structure.

    A maker note keeps its offset if that lies within the first 64 kB.
    """
    exif = block.main.children.get(EXIF_IFD)
    note = exif.entries.get(MAKER_NOTE) if exif else None
    pinned = note is not None and note.offset is not None and 8 <= note.offset < 65536 and len(note.data) > 4
    layout = _Layout({note.offset: note.data} if note and pinned and note.offset else {})
    first, link = _write_directory(layout, block.order, block.main)
    if block.thumbnail:
        jpeg = layout.append(block.thumbnail)
        second = Directory(
            {
                259: block.short(6),  # compression: JPEG
                THUMBNAIL_OFFSET: block.integer(jpeg),
                THUMBNAIL_LENGTH: block.integer(len(block.thumbnail)),
            }
        )
        layout.parts[link] = struct.pack(f"{block.order}I", _write_directory(layout, block.order, second)[0])
    magic = b"II" if block.order == "<" else b"MM"
    layout.parts[0] = magic + struct.pack(f"{block.order}HI", 42, first)
    out = bytearray(max(at + len(data) for at, data in layout.parts.items()))
    for at, data in layout.parts.items():
        out[at : at + len(data)] = data
    return bytes(out)


def _write_directory(layout: _Layout, order: Order, directory: Directory) -> tuple[int, int]:
    """Write a directory with its children and values; return its offset and that of its link to the next one."""
    rows = {tag: entry for tag, entry in directory.entries.items() if entry.kind not in _BIG_KINDS}
    at = layout.allocate(2 + 12 * (len(rows) + len(directory.children)) + 4)
    for pointer, child in directory.children.items():
        rows[pointer] = Entry(LONG, 1, struct.pack(f"{order}I", _write_directory(layout, order, child)[0]))
    table = bytearray(struct.pack(f"{order}H", len(rows)))
    for tag, entry in sorted(rows.items()):
        value = entry.data
        if len(value) > 4:
            kept = entry.offset if layout.reserved.get(entry.offset or 0) == value else None
            value = struct.pack(f"{order}I", kept if kept is not None else layout.append(value))
        table += struct.pack(f"{order}HHI", tag, entry.kind, entry.count) + value.ljust(4, b"\0")
    layout.parts[at] = bytes(table)
    layout.parts[at + len(table)] = bytes(4)
    return at, at + len(table)
