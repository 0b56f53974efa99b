"""Parses the opcode lists of a DNG: corrections of defects, shading and distortion, left to the developer.

List 1 belongs to the raw data as stored, list 2 to the linear data between black and white, list 3 to the demosaiced
picture. LibRaw applies none of them, but for the polynomials of data in lossy JPEG. Every opcode is either applied
(`dng_gain`, `dng_warp`, `dng_defects`) or named in a note.

Source: DNG specification 1.7, chapter 7. Lists are big-endian whatever the file's byte order.
"""

import struct
from dataclasses import dataclass
from typing import Any

from dualzoom.capture import dng_tags
from dualzoom.capture.dng_tags import RawDirectory

LISTS = (51008, 51009, 51022)
NAMES = {
    1: "WarpRectilinear", 2: "WarpFisheye", 3: "FixVignetteRadial", 4: "FixBadPixelsConstant", 5: "FixBadPixelsList",
    6: "TrimBounds", 7: "MapTable", 8: "MapPolynomial", 9: "GainMap", 10: "DeltaPerRow", 11: "DeltaPerColumn",
    12: "ScalePerRow", 13: "ScalePerColumn", 14: "WarpRectilinear2",
}  # fmt: skip
DEFECTS = frozenset({4, 5})
TONES = frozenset({7, 8, 9, 10, 11, 12, 13})  # each has an area, and changes values where they are
_VIGNETTE, _POLYNOMIAL, WARPS = 3, 8, frozenset({1, 2})
#: What is applied, by list: after the white balance of the development only factors may follow.
_APPLIED = (DEFECTS, TONES | {_VIGNETTE}, frozenset({9, _VIGNETTE}) | WARPS)
_MAX_OPCODES = 128  # honest lists have fewer than ten; each costs a pass over the picture
_OPTIONAL = 1


class DamagedError(Exception):
    """The parameters of an opcode contradict each other or its length."""


@dataclass(frozen=True)
class Opcode:
    """One correction: its number, and its parameters as stored."""

    number: int
    optional: bool
    data: bytes

    @property
    def name(self) -> str:
        """The specification's name, or the number."""
        return NAMES.get(self.number, f"opcode {self.number}")


class Reader:
    """Takes big-endian values from an opcode's parameters, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Return the values of a `struct` layout; raise DamagedError where the parameters end before it."""
        size = struct.calcsize(f">{layout}")
        if self.at + size > len(self.data):
            raise DamagedError
        self.at += size
        return struct.unpack_from(f">{layout}", self.data, self.at - size)

    def many(self, count: int, kind: str) -> bytes:
        """Return the bytes of `count` values of one kind."""
        size = count * struct.calcsize(f">{kind}")
        if self.at + size > len(self.data):
            raise DamagedError
        self.at += size
        return self.data[self.at - size : self.at]


def parse(data: bytes) -> tuple[list[Opcode], bool]:
    """Return the opcodes of one list, and whether the list is whole."""
    if len(data) < 4:
        return [], False
    count = struct.unpack_from(">I", data)[0]
    found, at = list[Opcode](), 4
    while len(found) < min(count, _MAX_OPCODES) and at + 16 <= len(data):
        number, _, flags, length = struct.unpack_from(">4I", data, at)
        found.append(Opcode(number, bool(flags & _OPTIONAL), data[at + 16 : at + 16 + length]))
        at += 16 + length
    return found, len(found) == count and at <= len(data)


@dataclass(frozen=True)
class Corrections:
    """What is applied of each of the three lists, in order, and notes on the rest."""

    lists: tuple[tuple[Opcode, ...], tuple[Opcode, ...], tuple[Opcode, ...]]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self.lists)


def corrections(raw: RawDirectory) -> Corrections:
    """Return the corrections of a raw picture; a damaged list is left out whole, so that nothing is half corrected."""
    lists, left, damaged = list[tuple[Opcode, ...]](), dict[str, bool](), False
    done_by_libraw = (
        {_POLYNOMIAL} if raw.whole(dng_tags.COMPRESSION) == dng_tags.LOSSY_JPEG else frozenset[int]()
    )
    for tag, applied in zip(LISTS, _APPLIED, strict=True):
        entry = raw.entries.get(tag) or raw.first.get(tag)
        opcodes, whole = parse(entry.data) if entry is not None else ([], True)
        if not whole:
            damaged, opcodes = True, []
        lists.append(tuple(one for one in opcodes if one.number in applied - done_by_libraw))
        for one in opcodes:
            if one.number not in applied | done_by_libraw:
                left[one.name] = left.get(one.name, True) and one.optional
    return Corrections((lists[0], lists[1], lists[2]), _notes(left, damaged))


def _notes(left: dict[str, bool], damaged: bool) -> tuple[str, ...]:
    """Return notes on what is not applied; `left` tells of each name whether the file allows that."""
    notes = []
    names = {
        allowed: ", ".join(sorted(name for name in left if left[name] is allowed))
        for allowed in (True, False)
    }
    if names[False]:
        notes.append(f"lens corrections that the DNG insists on are not applied: {names[False]}")
    if names[True]:
        notes.append(f"lens corrections of the DNG are not applied: {names[True]}")
    if damaged:
        notes.append("the DNG's list of lens corrections is damaged and not applied")
    return tuple(notes)
