"""TIFF directories: the structure that EXIF blocks, TIFF files and DNG files share.

A directory (IFD) maps tag numbers to entries; an entry is (type, count, raw bytes in the block's byte order).
Values are kept raw, so what is not understood travels unharmed. Offsets count from the block's first byte.
Reading is forgiving (an entry that points outside is left out); writing always gives a well-formed block.

Reading takes time and memory in proportion to the block's bytes: directories and values may lie over one another
only a little (`_SLACK`), as small values do that writers share. A block that says thousands of times the same is no
photo's and is refused whole.

Source: TIFF 6.0; BigTIFF; Exif 3.0 (CIPA DC-008), section 4.6.
"""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

Order = Literal["<", ">"]

EXIF_IFD, GPS_IFD, INTEROP_IFD, SUB_IFDS, MAKER_NOTE = 0x8769, 0x8825, 0xA005, 330, 0x927C
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 513, 514
SHORT, LONG, ASCII, UNDEFINED = 3, 4, 2, 7
#: Bytes of one value of each TIFF type.
TYPE_BYTES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_MAX_ENTRIES = 4096  # a directory of an honest file has fewer than 200
_MAX_DIRECTORIES = 512
_MAX_VALUE = 16 << 20  # larger values (a program's own layers, an embedded raw file) are not read
_MAX_INTEGERS = 1 << 20  # more strips or tiles than the largest picture can have
_SLACK = 1 << 16  # how many bytes directories and values may cover twice


class OverlapError(Exception):
    """Directories and values cover more bytes than the block has."""


class Reach:
    """How many bytes directories and values may still cover; shared by all that is read from one block."""

    def __init__(self, data: "Buffer") -> None:
        self.left = len(data) + _SLACK

    def take(self, size: int) -> None:
        """Count `size` bytes; raises OverlapError when there are more than the block has."""
        self.left -= size
        if self.left < 0:
            raise OverlapError


class Buffer(Protocol):
    """Bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: slice, /) -> bytes: ...


@dataclass(frozen=True)
class Entry:
    """One tag's value, raw; `offset` is where it lay in the block it came from (None: inline or new)."""

    kind: int
    count: int
    data: bytes
    offset: int | None = None


@dataclass
class Directory:
    """Entries by tag, and the directories that EXIF_IFD, GPS_IFD and INTEROP_IFD point to."""

    entries: dict[int, Entry] = field(default_factory=dict)
    children: dict[int, "Directory"] = field(default_factory=dict)


@dataclass
class Block:
    """A whole EXIF block: byte order, main directory, and the JPEG thumbnail (None where absent)."""

    order: Order = "<"
    main: Directory = field(default_factory=Directory)
    thumbnail: bytes | None = None

    def integer(self, number: int) -> Entry:
        """An entry of one unsigned 32-bit value."""
        return Entry(LONG, 1, struct.pack(f"{self.order}I", number))

    def short(self, number: int) -> Entry:
        """An entry of one unsigned 16-bit value."""
        return Entry(SHORT, 1, struct.pack(f"{self.order}H", number))


def text(value: str) -> Entry:
    """An ASCII entry; what is not ASCII becomes a question mark."""
    data = value.encode("ascii", "replace") + b"\0"
    return Entry(ASCII, len(data), data)


def integers(entry: Entry | None, order: Order) -> tuple[int, ...]:
    """The whole numbers of an entry; none for another type, a missing entry, or more than a million."""
    if entry is None or entry.kind not in _INTEGERS or entry.count > _MAX_INTEGERS:
        return ()
    return struct.unpack(f"{order}{entry.count}{_INTEGERS[entry.kind]}", entry.data)


def header(data: Buffer) -> tuple[Order, bool, int] | None:
    """Byte order, whether BigTIFF, and the first directory's offset; None where this is no TIFF structure."""
    head = bytes(data[0:16])
    order: Order = "<" if head[:2] == b"II" else ">"
    if head[:2] not in (b"II", b"MM") or len(head) < 8:
        return None
    magic = struct.unpack(f"{order}H", head[2:4])[0]
    if magic == 42:
        return order, False, struct.unpack(f"{order}I", head[4:8])[0]
    if magic == 43 and len(head) == 16:
        return order, True, struct.unpack(f"{order}Q", head[8:16])[0]
    return None


def read_directory(
    data: Buffer, order: Order, big: bool, offset: int, reach: Reach
) -> tuple[dict[int, Entry], int]:
    """One directory's entries and the next directory's offset (0: none, or the block ends before).

    Raises:
        OverlapError: what was read so far covers more bytes than there are.
    """
    count_bytes, entry_bytes, inline = (8, 20, 8) if big else (2, 12, 4)
    word = f"{order}Q" if big else f"{order}I"
    head = bytes(data[offset : offset + count_bytes])
    if offset <= 0 or len(head) < count_bytes:
        return {}, 0
    count = struct.unpack(f"{order}Q" if big else f"{order}H", head)[0]
    if count > _MAX_ENTRIES:
        return {}, 0
    start = offset + count_bytes
    table = bytes(data[start : start + count * entry_bytes])
    reach.take(len(table))
    entries: dict[int, Entry] = {}
    for at in range(0, len(table) - entry_bytes + 1, entry_bytes):
        tag, kind = struct.unpack(f"{order}HH", table[at : at + 4])
        number = struct.unpack(word, table[at + 4 : at + 4 + inline])[0]
        entry = _value(data, kind, number, table[at + 4 + inline : at + entry_bytes], word, reach)
        if entry is not None and tag not in entries:
            entries[tag] = entry
    after = bytes(data[start + count * entry_bytes : start + count * entry_bytes + inline])
    return entries, struct.unpack(word, after)[0] if len(after) == inline else 0


def _value(data: Buffer, kind: int, count: int, field_bytes: bytes, word: str, reach: Reach) -> Entry | None:
    size = TYPE_BYTES.get(kind, 0) * count
    if size == 0 or size > len(data):
        return None
    if size <= len(field_bytes):
        return Entry(kind, count, field_bytes[:size])
    at = struct.unpack(word, field_bytes)[0]
    if at + size > len(data):
        return None
    reach.take(size)
    if size > _MAX_VALUE:
        return None
    value = bytes(data[at : at + size])
    return Entry(kind, count, value, at) if len(value) == size else None


def walk(data: Buffer) -> Iterator[tuple[Order, dict[int, Entry]]]:
    """The image directories of a TIFF or DNG file, each once: the chain, then all SubIFDs; 512 at most.

    Raises:
        OverlapError: they cover more bytes than the file has.
    """
    found = header(data)
    if found is None:
        return
    order, big, first = found
    reach = Reach(data)
    seen: set[int] = {0}
    chain, branches = deque([first]), deque[int]()
    while (chain or branches) and len(seen) <= _MAX_DIRECTORIES:
        offset = chain.popleft() if chain else branches.popleft()
        if offset in seen:
            continue
        seen.add(offset)
        entries, following = read_directory(data, order, big, offset, reach)
        chain.append(following)
        branches.extend(integers(entries.get(SUB_IFDS), order))
        yield order, entries


def parse(data: Buffer) -> Block | None:
    """The EXIF part of a block or a TIFF file; None where the structure cannot be followed, or lies over itself."""
    try:
        return _parse(data)
    except OverlapError:
        return None


def _parse(data: Buffer) -> Block | None:
    found = header(data)
    if found is None:
        return None
    order, big, first = found
    reach = Reach(data)
    entries, following = read_directory(data, order, big, first, reach)
    if not entries:
        return None
    main = _family(data, order, big, entries, (EXIF_IFD, GPS_IFD), reach)
    thumbnail, _ = read_directory(data, order, big, following, reach)
    at, length = (integers(thumbnail.get(t), order) for t in (THUMBNAIL_OFFSET, THUMBNAIL_LENGTH))
    jpeg = bytes(data[at[0] : at[0] + min(length[0], _MAX_VALUE)]) if at and length else None
    return Block(order, main, jpeg)


def _family(
    data: Buffer,
    order: Order,
    big: bool,
    entries: dict[int, Entry],
    pointers: tuple[int, ...],
    reach: Reach,
) -> Directory:
    """`entries` with the directories its pointers lead to in place of the pointers."""
    children = {}
    for pointer in pointers:
        offset = integers(entries.pop(pointer, None), order)
        inner, _ = read_directory(data, order, big, offset[0], reach) if offset else ({}, 0)
        if inner:
            below = (INTEROP_IFD,) if pointer == EXIF_IFD else ()
            children[pointer] = _family(data, order, big, inner, below, reach)
    return Directory(entries, children)
