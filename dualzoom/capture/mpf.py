"""Reads and writes the index of a multi-picture JPEG file: where each picture lies.

Offsets in the index count from its own byte-order mark; the first picture has offset 0, which means the file's start.

Source: CIPA DC-007 (Multi-Picture Format), sections 5.2.2 and 5.2.3.
"""

import struct
from collections.abc import Sequence

from dualzoom.capture import ifd

MPF_ID = b"MPF\0"
_VERSION, _COUNT, _ENTRIES = 0xB000, 0xB001, 0xB002
_PRIMARY = 0x030000  # "baseline primary picture"; a gain map has type 0, "undefined"
_MAX_PICTURES = 16
#: Bytes of an index of two pictures, with its identifier and the head of its segment.
SEGMENT_BYTES = 90


def pictures(payload: bytes, mark: int) -> list[tuple[int, int]]:
    """Return (offset in the file, bytes) of each picture but the first; `payload` follows the identifier.

    `mark`: the payload's offset in the file. Entries of a damaged index may point anywhere.
    """
    block = ifd.parse(payload)
    entry = None if block is None else block.main.entries.get(_ENTRIES)
    if block is None or entry is None:
        return []
    found = []
    for at in range(16, min(len(entry.data) - 15, 16 * _MAX_PICTURES), 16):
        size, offset = struct.unpack_from(f"{block.order}II", entry.data, at + 4)
        found.append((mark + offset, size))
    return found


def segment(sizes: Sequence[int], at: int) -> bytes:
    """Return the whole segment (marker and all) for pictures of `sizes` bytes, one behind the other.

    `at`: the segment's offset in the file. It counts in the first size.
    """
    count = len(sizes)
    mark = at + 8  # behind marker, length and identifier
    entries, start = [], 0
    for number, size in enumerate(sizes):
        kind, offset = (_PRIMARY, 0) if number == 0 else (0, start - mark)
        entries.append(struct.pack(">IIIHH", kind, size, offset, 0, 0))
        start += size
    head = 8 + 2 + 3 * 12 + 4  # mark, count, three entries, no next directory
    directory = struct.pack(">2sHIH", b"MM", 42, 8, 3)
    directory += struct.pack(">HHI4s", _VERSION, 7, 4, b"0100")
    directory += struct.pack(">HHII", _COUNT, 4, 1, count)
    directory += struct.pack(">HHIII", _ENTRIES, 7, 16 * count, head, 0)
    payload = MPF_ID + directory + b"".join(entries)
    return struct.pack(">BBH", 0xFF, 0xE2, len(payload) + 2) + payload
