"""Reads prefix codes of a JPEG XL codestream and decodes their symbols.

Lengths define a canonical code: symbols in order of length, then of number. Short codes are listed, longer ones give
their lengths by a code of their own with runs.

Source: RFC 7932 (Brotli), section 3, which ISO/IEC 18181-1:2024, annex C.2 adopts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dualzoom.capture.bits import BitReader

_ORDER = (1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#: The code of the lengths' code: (bits, low bits of the stream) → length.
_LENGTHS = {(2, 0): 0, (2, 1): 4, (2, 2): 3, (3, 3): 2, (4, 7): 1, (4, 15): 5}
_MAX_LENGTH, _FIRST_PREVIOUS = 15, 8
_REPEAT, _ZEROS = 16, 17
_LISTED = 1
_DAMAGED = "a prefix code is damaged"


@dataclass(frozen=True)
class PrefixCode:
    """A prefix code: symbols by (length, code read from its first bit on). Of no bits: always `only`."""

    symbols: dict[tuple[int, int], int]
    only: int | None = None

    def symbol(self, reader: BitReader) -> int:
        """Read one symbol.

        Raises:
            EOFError, ValueError: the stream ends, or has no such code.
        """
        if self.only is not None:
            return self.only
        bits, code = reader.peek(_MAX_LENGTH), 0
        for length in range(1, _MAX_LENGTH + 1):
            code = code << 1 | (bits >> (length - 1) & 1)
            found = self.symbols.get((length, code))
            if found is not None:
                reader.u(length)
                return found
        raise ValueError(_DAMAGED)


def read_prefix_code(reader: BitReader, size: int) -> PrefixCode:
    """Read the code of `size` symbols.

    Raises:
        EOFError, ValueError: it is truncated or damaged.
    """
    if size == 1:
        return PrefixCode({}, only=0)
    skipped = reader.u(2)
    lengths = _listed(reader, size) if skipped == _LISTED else _coded(reader, size, skipped)
    return _canonical(lengths)


def _listed(reader: BitReader, size: int) -> list[int]:
    count, width = 1 + reader.u(2), (size - 1).bit_length()
    symbols = [reader.u(width) for _ in range(count)]
    if len(set(symbols)) != count or max(symbols) >= size:
        raise ValueError(_DAMAGED)
    given = {1: (0,), 2: (1, 1), 3: (1, 2, 2), 4: (2, 2, 2, 2)}[count]
    if count == 4 and reader.flag():
        given = (1, 2, 3, 3)
    lengths = [0] * size
    for symbol, length in zip(symbols, given, strict=True):
        lengths[symbol] = length
    if count == 1:
        lengths[symbols[0]] = -1  # of no bits
    return lengths


def _coded(reader: BitReader, size: int, skipped: int) -> list[int]:
    """Read lengths by a code whose own lengths come first."""
    inner, room = [0] * 18, 32
    for place in _ORDER[skipped:]:
        if room <= 0:
            break
        inner[place] = _first_of(reader)
        if inner[place]:
            room -= 32 >> inner[place]
    used = [place for place in range(18) if inner[place]]
    if room != 0 and len(used) != 1:
        raise ValueError(_DAMAGED)
    code = PrefixCode({}, only=used[0]) if len(used) == 1 else _canonical(inner)
    return _run_lengths(code.symbol, reader, size)


def _run_lengths(symbol: Callable[[BitReader], int], reader: BitReader, size: int) -> list[int]:
    lengths, room, previous, run, of = list[int](), 1 << _MAX_LENGTH, _FIRST_PREVIOUS, 0, 0
    while len(lengths) < size and room > 0:
        length = symbol(reader)
        if length < _REPEAT:
            run = 0
            lengths.append(length)
            if length:
                previous = length
                room -= (1 << _MAX_LENGTH) >> length
            continue
        width, repeated = (2, previous) if length == _REPEAT else (3, 0)
        if repeated != of:
            run, of = 0, repeated
        before = run
        run = ((run - 2 if run else 0) << width) + reader.u(width) + 3  # runs of runs multiply
        lengths += [repeated] * (run - before)
        if len(lengths) > size:
            raise ValueError(_DAMAGED)
        if repeated:
            room -= (run - before) << (_MAX_LENGTH - repeated)
    if room != 0:
        raise ValueError(_DAMAGED)
    return lengths + [0] * (size - len(lengths))


def _first_of(reader: BitReader) -> int:
    for width in (2, 3, 4):
        found = _LENGTHS.get((width, reader.peek(width)))
        if found is not None:
            reader.u(width)
            return found
    raise ValueError(_DAMAGED)


def _canonical(lengths: list[int]) -> PrefixCode:
    if -1 in lengths:
        return PrefixCode({}, only=lengths.index(-1))
    symbols, code, last = dict[tuple[int, int], int](), 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        code <<= length - last
        last = length
        symbols[length, code] = symbol
        code += 1
    return PrefixCode(symbols)
