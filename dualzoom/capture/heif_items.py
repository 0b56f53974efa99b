"""Parses and builds the item structure of an AVIF or HEIC file: pictures, metadata, and what belongs to what.

A file of this family is a list of items. The `meta` box says where each one's bytes lie, which properties (size,
colours, turns) it has, and which item describes, hides or makes up another. Law: `parse(build(items))` gives the same
items back; parsing takes time linear in the box.

Source: ISO/IEC 14496-12:2022, section 8.11 (meta, iloc, iinf, iref); ISO/IEC 23008-12:2022, sections 6, 7, 9 (pitm,
iprp, ipma).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from dualzoom.capture.heic_boxes import boxes
from dualzoom.capture.ifd import Buffer

_IN_IDAT = 1  # where an item's bytes lie: not in the file at large
_HANDLER = bytes(4) + b"pict" + bytes(12) + b"\0"
_ESSENTIAL = 0x80
_REPEATS, _SLACK = 2, 4 << 20  # bytes that items may ask for: twice the file's and some
Part = bytes | memoryview


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property box without its head; `essential`: who does not know it must not show the item."""

    kind: bytes
    content: bytes
    essential: bool = False


@dataclass(kw_only=True)
class Item:
    """One item: its type ("av01", "grid", "Exif", "mime"), its bytes, and its links to other items by number."""

    kind: bytes
    data: Part = b""
    name: bytes = b""
    content_type: bytes = b""
    hidden: bool = False
    missing: bool = False  # some of its bytes lie beyond the file's end
    properties: tuple[Property, ...] = ()
    links: tuple[tuple[bytes, tuple[int, ...]], ...] = ()  # reference type, targets

    def first(self, kind: bytes) -> bytes | None:
        """Return the content of its first property of this kind."""
        return next((one.content for one in self.properties if one.kind == kind), None)

    def targets(self, kind: bytes) -> tuple[int, ...]:
        """Return the numbers of the items that a reference of this kind leads to."""
        return tuple(target for link, targets in self.links if link == kind for target in targets)


@dataclass(kw_only=True)
class Items:
    """All items by number, and the number of the picture to show."""

    primary: int = 0
    by_number: dict[int, Item] = field(default_factory=dict)

    def linked_to(self, number: int, kind: bytes) -> list[Item]:
        """Return the items with a reference of this kind to item `number`, in file order."""
        return [item for item in self.by_number.values() if number in item.targets(kind)]


def parse(data: Buffer) -> Items:
    """Return the items of the first `meta` box; none if there is no such box.

    Raises:
        struct.error, IndexError, ValueError: the structure is damaged.
    """
    found = Items()
    meta = next((box for box in boxes(data, 0, len(data)) if box[0] == b"meta"), None)
    if meta is None:
        return found
    content = bytes(data[meta[1] : meta[2]])
    inner = {kind: content[start:end] for kind, start, end in boxes(content, 4, len(content))}
    _infos(inner.get(b"iinf", bytes(6)), found)
    head = inner.get(b"pitm", bytes(6))
    found.primary = int.from_bytes(head[4 : 8 if head[0] else 6], "big")
    _links(inner.get(b"iref", bytes(4)), found)
    _properties(inner.get(b"iprp", b""), found)
    _contents(inner.get(b"iloc", bytes(8)), data, inner.get(b"idat", b""), found)
    return found


def _infos(content: bytes, found: Items) -> None:
    for kind, start, end in boxes(content, 8 if content[0] else 6, len(content)):
        entry = content[start:end]
        if kind != b"infe" or entry[0] not in (2, 3):
            continue
        at = 4 + (2 if entry[0] == 2 else 4)
        number, type_ = int.from_bytes(entry[4:at], "big"), entry[at + 2 : at + 6]
        name, *rest = entry[at + 6 :].split(b"\0")
        mime = rest[0] if type_ == b"mime" and rest else b""
        found.by_number[number] = Item(kind=type_, name=name, content_type=mime, hidden=bool(entry[3] & 1))


def _links(content: bytes, found: Items) -> None:
    wide = 4 if content[0] else 2
    for kind, start, end in boxes(content, 4, len(content)):
        entry = content[start:end]
        source, count = int.from_bytes(entry[:wide], "big"), int.from_bytes(entry[wide : wide + 2], "big")
        numbers = entry[wide + 2 :][: wide * count]
        targets = (int.from_bytes(numbers[at : at + wide], "big") for at in range(0, len(numbers), wide))
        if source in found.by_number:
            item = found.by_number[source]
            item.links = (*item.links[:64], (kind, tuple(targets)))  # honest items have one or two


def _properties(content: bytes, found: Items) -> None:
    inner = {kind: (start, end) for kind, start, end in boxes(content, 0, len(content))}
    if b"ipco" not in inner or b"ipma" not in inner:
        return
    known = [(kind, content[start:end]) for kind, start, end in boxes(content, *inner[b"ipco"])]
    start, end = inner[b"ipma"]
    table = content[start:end]
    id_bytes, index_bytes = (4 if table[0] else 2), (2 if table[3] & 1 else 1)
    at = 8
    for _ in range(int.from_bytes(table[4:8], "big")):
        number, count = int.from_bytes(table[at : at + id_bytes], "big"), table[at + id_bytes]
        at += id_bytes + 1
        values = [
            int.from_bytes(table[place : place + index_bytes], "big")
            for place in range(at, at + count * index_bytes, index_bytes)
        ]
        at += count * index_bytes
        top = 1 << (8 * index_bytes - 1)
        if number in found.by_number:
            found.by_number[number].properties = tuple(
                Property(
                    kind=known[value % top - 1][0], content=known[value % top - 1][1], essential=value >= top
                )
                for value in values
                if 0 < value % top <= len(known)
            )


def _contents(content: bytes, data: Buffer, idat: bytes, found: Items) -> None:
    """Fill in the bytes of every item; a single extent of length 0 means all that follows."""
    version, sizes = struct.unpack_from(">B3xH", content)
    offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    id_bytes, at, room = (4 if version == 2 else 2), 6, _REPEATS * len(data) + _SLACK
    index_bytes = index_bytes if version else 0
    extent_bytes = index_bytes + offset_bytes + length_bytes
    count, at = int.from_bytes(content[at : at + id_bytes], "big"), at + id_bytes
    for _ in range(count):
        row = _row(content, at, (id_bytes, 2 if version else 0, 2, base_bytes, 2))
        number, place, _, base, extents = row.values
        at = row.end
        if at + extents * extent_bytes > len(content):
            raise ValueError("the list of items ends too early")
        source: Buffer = idat if place & 15 == _IN_IDAT else data
        parts, missing = list[Part](), False
        for start in range(at + index_bytes, at + extents * extent_bytes, max(1, extent_bytes)):
            first = base + int.from_bytes(content[start : start + offset_bytes], "big")
            middle = start + offset_bytes
            length = int.from_bytes(content[middle : middle + length_bytes], "big")
            last = first + length if length or extents > 1 else len(source)
            missing = missing or last > len(source)
            room -= max(0, min(last, len(source)) - first)
            if room < 0:
                raise ValueError("items share their bytes many times over")
            parts.append(source[first:last])
        at += extents * extent_bytes
        item = found.by_number.get(number)
        if item is not None:
            item.data, item.missing = (parts[0] if len(parts) == 1 else b"".join(parts)), missing


@dataclass(frozen=True)
class _Row:
    """Numbers read one after the other, and where they end."""

    values: tuple[int, ...]
    end: int


def _row(content: bytes, at: int, widths: tuple[int, ...]) -> _Row:
    """Read numbers of these widths in bytes.

    Raises:
        ValueError: the box ends too early.
    """
    if at + sum(widths) > len(content):
        raise ValueError("the list of items ends too early")
    values = []
    for width in widths:
        values.append(int.from_bytes(content[at : at + width], "big"))
        at += width
    return _Row(tuple(values), at)


def build(items: Items, brands: Sequence[bytes]) -> list[Part]:
    """Return the parts of a file of these items: `ftyp` of `brands` (the first is the major one), `meta`, `mdat`."""
    head = box(b"ftyp", brands[0], bytes(4), *brands)
    start = len(head) + len(_meta(items, 0)) + 8
    bodies: list[Part] = [item.data for item in items.by_number.values()]
    total = sum(map(len, bodies))
    return [head, _meta(items, start), struct.pack(">I4s", 8 + total, b"mdat"), *bodies]


def box(kind: bytes, *content: bytes) -> bytes:
    """Return one box of this type."""
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def _meta(items: Items, start: int) -> bytes:
    places, infos, links = [], [], []
    known: dict[tuple[bytes, bytes], int] = {}
    rows = []
    for number, item in items.by_number.items():
        places.append(struct.pack(">HHHII", number, 0, 1, start, len(item.data)))
        start += len(item.data)
        mime = item.content_type + b"\0" if item.kind == b"mime" else b""
        flags = 1 if item.hidden else 0
        infos.append(
            box(b"infe", struct.pack(">IHH4s", 2 << 24 | flags, number, 0, item.kind), item.name, b"\0", mime)
        )
        for kind, targets in item.links:
            links.append(box(kind, struct.pack(f">HH{len(targets)}H", number, len(targets), *targets)))
        indices = [
            known.setdefault((one.kind, one.content), len(known) + 1) | (_ESSENTIAL if one.essential else 0)
            for one in item.properties
        ]
        if indices:
            rows.append(struct.pack(">HB", number, len(indices)) + bytes(indices))
    count = struct.pack(">H", len(items.by_number))
    properties = box(
        b"iprp",
        box(b"ipco", *(box(kind, content) for kind, content in known)),
        box(b"ipma", bytes(4), struct.pack(">I", len(rows)), *rows),
    )
    return box(
        b"meta",
        bytes(4),
        box(b"hdlr", bytes(4), _HANDLER),
        box(b"pitm", bytes(4), struct.pack(">H", items.primary)),
        box(b"iloc", bytes(4), b"\x44\0", count, *places),
        box(b"iinf", bytes(4), count, *infos),
        *([box(b"iref", bytes(4), *links)] if links else []),
        properties,
    )
