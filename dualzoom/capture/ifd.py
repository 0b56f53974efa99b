"""Parses TIFF directories, the structure that EXIF blocks, TIFF files and DNG files share.

A directory (IFD) maps tag numbers to entries; an entry is (type, count, raw bytes in the block's byte order).
Values stay raw bytes, so unknown tags travel unchanged. Offsets count from the block's first byte. The parser skips an
entry that points outside the block; `ifd_write` always writes a well-formed block.

Parsing takes time and memory linear in the block's bytes: directories and values may overlap by `_SLACK` bytes at most,
as far as honest writers share small values. The parser rejects a block whose thousands of entries share the same bytes.

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
    """Directories and values together are longer than the block: they overlap."""


class ByteBudget:
    """The bytes that directories and values of one block may still take; one budget for all its parts."""

    def __init__(self, data: "Buffer") -> None:
        self.remaining = len(data) + _SLACK

    def spend(self, size: int) -> None:
        """Subtract `size` bytes; raise OverlapError if the budget does not hold them."""
        self.remaining -= size
        if self.remaining < 0:
            raise OverlapError


class Buffer(Protocol):
    """Bytes, or a memory-mapped file."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: slice, /) -> bytes: ...


@dataclass(frozen=True)
class Entry:
    """One tag's raw value; `offset` is its position in the parsed block (None: inline or new)."""

    kind: int
    count: int
    data: bytes
    offset: int | None = None


@dataclass
class Directory:
    """Entries by tag, and child directories by the pointer tags EXIF_IFD, GPS_IFD and INTEROP_IFD."""

    entries: dict[int, Entry] = field(default_factory=dict)
    children: dict[int, "Directory"] = field(default_factory=dict)


@dataclass
class Block:
    """A whole EXIF block: byte order, main directory, and JPEG thumbnail (None: absent)."""

    order: Order = "<"
    main: Directory = field(default_factory=Directory)
    thumbnail: bytes | None = None

    def integer(self, number: int) -> Entry:
        """Return an entry of one unsigned 32-bit value."""
        return Entry(LONG, 1, struct.pack(f"{self.order}I", number))

    def short(self, number: int) -> Entry:
        """Return an entry of one unsigned 16-bit value."""
        return Entry(SHORT, 1, struct.pack(f"{self.order}H", number))


def text(value: str) -> Entry:
    """Return an ASCII entry; other characters become question marks."""
    data = value.encode("ascii", "replace") + b"\0"
    return Entry(ASCII, len(data), data)


def integers(entry: Entry | None, order: Order) -> tuple[int, ...]:
    """Return the whole numbers of an entry; none if it is missing, of another type, or has more than a million."""
    if entry is None or entry.kind not in _INTEGERS or entry.count > _MAX_INTEGERS:
        return ()
    return struct.unpack(f"{order}{entry.count}{_INTEGERS[entry.kind]}", entry.data)


def header(data: Buffer) -> tuple[Order, bool, int] | None:
    """Return byte order, whether it is BigTIFF, and the first directory's offset; None if this is no TIFF structure."""
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
    data: Buffer, order: Order, big: bool, offset: int, budget: ByteBudget
) -> tuple[dict[int, Entry], int]:
    """Return one directory's entries and the next directory's offset (0: none, or the block ends before it).

    Raises:
        OverlapError: the parts read so far are longer than the block.
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
    budget.spend(len(table))
    entries: dict[int, Entry] = {}
    for at in range(0, len(table) - entry_bytes + 1, entry_bytes):
        tag, kind = struct.unpack(f"{order}HH", table[at : at + 4])
        number = struct.unpack(word, table[at + 4 : at + 4 + inline])[0]
        entry = _value(data, kind, number, table[at + 4 + inline : at + entry_bytes], word, budget)
        if entry is not None and tag not in entries:
            entries[tag] = entry
    after = bytes(data[start + count * entry_bytes : start + count * entry_bytes + inline])
    return entries, struct.unpack(word, after)[0] if len(after) == inline else 0


def _value(
    data: Buffer, kind: int, count: int, field_bytes: bytes, word: str, budget: ByteBudget
) -> Entry | None:
    size = TYPE_BYTES.get(kind, 0) * count
    if size == 0 or size > len(data):
        return None
    if size <= len(field_bytes):
        return Entry(kind, count, field_bytes[:size])
    at = struct.unpack(word, field_bytes)[0]
    if at + size > len(data):
        return None
    budget.spend(size)
    if size > _MAX_VALUE:
        return None
    value = bytes(data[at : at + size])
    return Entry(kind, count, value, at) if len(value) == size else None


def walk(data: Buffer) -> Iterator[tuple[Order, dict[int, Entry]]]:
    """Yield the image directories of a TIFF or DNG file, each once: the chain, then all SubIFDs; 512 at most.

    Raises:
        OverlapError: they are longer than the file.
    """
    found = header(data)
    if found is None:
        return
    order, big, first = found
    budget = ByteBudget(data)
    seen: set[int] = {0}
    chain, branches = deque([first]), deque[int]()
    while (chain or branches) and len(seen) <= _MAX_DIRECTORIES:
        offset = chain.popleft() if chain else branches.popleft()
        if offset in seen:
            continue
        seen.add(offset)
        entries, following = read_directory(data, order, big, offset, budget)
        chain.append(following)
        branches.extend(integers(entries.get(SUB_IFDS), order))
        yield order, entries


def parse(data: Buffer) -> Block | None:
    """Parse the EXIF part of a block or a TIFF file; None if its structure is damaged or overlaps itself."""
    try:
        return _parse(data)
    except OverlapError:
        return None


def _parse(data: Buffer) -> Block | None:
    found = header(data)
    if found is None:
        return None
    order, big, first = found
    budget = ByteBudget(data)
    entries, following = read_directory(data, order, big, first, budget)
    if not entries:
        return None
    main = _family(data, order, big, entries, (EXIF_IFD, GPS_IFD), budget)
    thumbnail, _ = read_directory(data, order, big, following, budget)
    at, length = (integers(thumbnail.get(t), order) for t in (THUMBNAIL_OFFSET, THUMBNAIL_LENGTH))
    jpeg = bytes(data[at[0] : at[0] + min(length[0], _MAX_VALUE)]) if at and length else None
    return Block(order, main, jpeg)


def _family(
    data: Buffer,
    order: Order,
    big: bool,
    entries: dict[int, Entry],
    pointers: tuple[int, ...],
    budget: ByteBudget,
) -> Directory:
    """Return a directory of `entries` with child directories in place of the pointers to them."""
    children = {}
    for pointer in pointers:
        offset = integers(entries.pop(pointer, None), order)
        inner, _ = read_directory(data, order, big, offset[0], budget) if offset else ({}, 0)
        if inner:
            below = (INTEROP_IFD,) if pointer == EXIF_IFD else ()
            children[pointer] = _family(data, order, big, inner, below, budget)
    return Directory(entries, children)
