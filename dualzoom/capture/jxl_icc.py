"""Reads the ICC profile embedded in a JPEG XL codestream.

The profile is stored as commands and data that rebuild it (a predicted header, a list of tags, the tags' contents by
insertion, transposition and linear prediction), and both together as entropy-coded bytes. Law: a profile has at most
`MAX_BYTES`, so that a few bytes cannot ask for minutes.

Source: ISO/IEC 18181-1:2024, section E.4 (ICC profile) and annex C (entropy coding).
"""

import struct

from dualzoom.capture.bits import BitReader
from dualzoom.capture.jxl_entropy import numbers

MAX_BYTES = 1 << 20  # profiles of photos have 500 bytes to 2 kB, those of printers up to 1 MB
_CONTEXTS, _PLAIN_BYTES = 41, 128
HEADER = 128
_TAGS = (
    b"cprt", b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"kXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"chad",
    b"desc", b"chrm", b"dmnd", b"dmdd", b"lumi",
)  # fmt: skip
_MAKERS = (b"APPL", b"MSFT", b"SGI ", b"SUNW")
_TYPES = (b"XYZ ", b"desc", b"text", b"mluc", b"para", b"curv", b"sf32", b"gbd ")
_POINTS = frozenset({b"rXYZ", b"gXYZ", b"bXYZ", b"kXYZ", b"wtpt", b"bkpt", b"lumi"})
_POINT_BYTES = 20
_OWN_NAME, _CURVES, _MATRIX, _FIRST_TAG = 1, 2, 3, 4  # commands of the list of tags
_HAS_OFFSET, _HAS_SIZE = 0x40, 0x80
INSERT, _PAIRS, _QUARTETS, _PREDICT, _POINT, _FIRST_TYPE = 1, 2, 3, 4, 10, 16  # of the contents
_DAMAGED = "its colour profile is damaged"


def read(reader: BitReader) -> bytes:
    """Return the profile whose coded form comes next, and pass it.

    Raises:
        EOFError, ValueError: it is truncated or damaged, or longer than `MAX_BYTES`.
    """
    length = reader.u64()
    if not 0 < length <= MAX_BYTES:
        raise ValueError(f"a colour profile of {length} bytes")
    coded, out = numbers(reader, _CONTEXTS), bytearray()
    before = earlier = 0
    for place in range(length):
        context = 0 if place <= _PLAIN_BYTES else 1 + _kind(before) + 8 * _coarse_kind(earlier)
        value = coded.next(context)
        if value > 255:
            raise ValueError(_DAMAGED)
        out.append(value)
        before, earlier = value, before
    coded.close()
    return unpacked(bytes(out))


def _kind(value: int) -> int:
    if chr(value).isascii() and chr(value).isalpha():
        return 0
    if chr(value) in "0123456789.,":
        return 1
    if value < 16:
        return 2 + min(value, 2)
    return 7 if value < 241 else 6 if value == 255 else 5


def _coarse_kind(value: int) -> int:
    return min(_kind(value), 2) if value < 16 or _kind(value) < 2 else 3 if value > 240 else 4


def unpacked(packed: bytes) -> bytes:
    """Rebuild a profile from its commands and data.

    Raises:
        ValueError: they are damaged.
    """
    try:
        return _Rebuilding(packed).run()
    except (IndexError, struct.error) as error:
        raise ValueError(_DAMAGED) from error


def first_guess(size: int) -> bytearray:
    """Return what most profiles of this size begin with; a header is stored as its difference from this."""
    guess = bytearray(HEADER)
    guess[0:4] = struct.pack(">I", size)
    guess[8], guess[12:24], guess[36:40] = 4, b"mntrRGB XYZ ", b"acsp"
    guess[70], guess[71], guess[73], guess[78], guess[79] = 246, 214, 1, 211, 45  # D50
    return guess


def refine(guess: bytearray, place: int, known: bytes | bytearray) -> None:
    """Improve a guess by the bytes `known` before `place`: names of makers, told by one letter or by two."""
    if place == 8:
        guess[80:84] = known[4:8]
    for maker in _MAKERS if place in (41, 42) else ():
        if maker.startswith(bytes(known[40:place])) and (place == 42) == (maker[:1] == b"S"):
            guess[place:44] = maker[place - 40 :]


class _Rebuilding:
    """Runs the commands: `commands` and `data` are two places in the same bytes."""

    def __init__(self, packed: bytes) -> None:
        self._packed, self._at, self._out = packed, 0, bytearray()
        self._size = self._number()
        commands = self._number()
        self._commands, self._end = self._at, self._at + commands
        self._at = self._end  # from here on: where the data goes on
        if self._end > len(packed) or self._size > MAX_BYTES:
            raise ValueError(_DAMAGED)

    def run(self) -> bytes:
        """Return the profile."""
        self._header()
        if self._size > HEADER:
            self._list_of_tags()
            while self._commands < self._end:
                self._contents()
        if len(self._out) != self._size or self._at != len(self._packed):
            raise ValueError(_DAMAGED)
        return bytes(self._out)

    def _number(self) -> int:
        """Read a number of the data: seven bits a byte, the lowest first."""
        value = shift = 0
        while shift < 63:
            byte = self._packed[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
        raise ValueError(_DAMAGED)

    def _command(self) -> int:
        if self._commands >= self._end:
            raise ValueError(_DAMAGED)
        self._commands += 1
        return self._packed[self._commands - 1]

    def _argument(self) -> int:
        """Read a number among the commands."""
        data, self._at = self._at, self._commands
        value = self._number()
        self._commands, self._at = self._at, data
        if self._commands > self._end:
            raise ValueError(_DAMAGED)
        return value

    def _taken(self, count: int) -> bytes:
        """Take bytes of the data."""
        if count > len(self._packed) - self._at or len(self._out) + count > self._size:
            raise ValueError(_DAMAGED)
        self._at += count
        return self._packed[self._at - count : self._at]

    def _header(self) -> None:
        guess = first_guess(self._size)
        for place in range(min(HEADER, self._size)):
            refine(guess, place, self._out)
            self._out.append((self._taken(1)[0] + guess[place]) & 255)

    def _list_of_tags(self) -> None:
        count = self._argument()
        if not count:
            return
        self._out += struct.pack(">I", count - 1)
        start, size = HEADER + 12 * (count - 1), 0
        while self._commands < self._end and (command := self._command()) & 63:
            kind = command & 63
            name = self._tag_name(kind)
            start = self._argument() if command & _HAS_OFFSET else start + size
            size = _POINT_BYTES if name in _POINTS else size
            size = self._argument() if command & _HAS_SIZE else size
            rows = [(name, start)]
            if kind == _CURVES:
                rows += [(b"gTRC", start), (b"bTRC", start)]
            elif kind == _MATRIX:
                rows += [(b"gXYZ", start + size), (b"bXYZ", start + 2 * size)]
            for row in rows:
                self._out += struct.pack(">4sII", *row, size)
            if len(self._out) > self._size:
                raise ValueError(_DAMAGED)

    def _tag_name(self, kind: int) -> bytes:
        if kind == _OWN_NAME:
            return self._taken(4)
        return {_CURVES: b"rTRC", _MATRIX: b"rXYZ"}.get(kind) or _TAGS[kind - _FIRST_TAG]

    def _contents(self) -> None:
        command = self._command()
        if command == INSERT:
            self._out += self._taken(self._argument())
        elif command in (_PAIRS, _QUARTETS):
            self._out += _transposed(self._taken(self._argument()), 2 if command == _PAIRS else 4)
        elif command == _PREDICT:
            self._predicted()
        elif command == _POINT:
            self._out += b"XYZ " + bytes(4) + self._taken(12)
        elif _FIRST_TYPE <= command < _FIRST_TYPE + len(_TYPES):
            self._out += _TYPES[command - _FIRST_TYPE] + bytes(4)
        else:
            raise ValueError(_DAMAGED)

    def _predicted(self) -> None:
        """Add numbers of 1, 2 or 4 bytes, each guessed by a polynomial through those `stride` bytes apart before it."""
        flags = self._command()
        width, order = (flags & 3) + 1, flags >> 2 & 3
        if width == 3 or order == 3:
            raise ValueError(_DAMAGED)
        stride = self._argument() if flags & 16 else width
        if stride < width or 4 * stride >= len(self._out) + 1 or not stride:
            raise ValueError(_DAMAGED)
        rest, start = _transposed(self._taken(self._argument()), width), len(self._out)
        for place, value in enumerate(rest):
            at = start + place - place % width
            one, two, three = (
                int.from_bytes(self._out[at - step * stride : at - step * stride + width], "big")
                for step in (1, 2, 3)
            )
            guess = (one, 2 * one - two, 3 * one - 3 * two + three)[order]
            byte = guess >> 8 * (width - 1 - place % width)
            self._out.append((value + byte) & 255)


def _transposed(data: bytes, width: int) -> bytes:
    """Put first bytes, second bytes and so on of the numbers back together."""
    rows, out, at, first = -(-len(data) // width), bytearray(), 0, 0
    for _ in range(len(data)):
        out.append(data[at])
        at += rows
        if at >= len(data):
            first += 1
            at = first
    return bytes(out)
