"""Reads and writes the bit fields of a JPEG XL header: the lowest bit of each byte comes first.

Law: a field costs as much as it is long, wherever it lies.

Source: ISO/IEC 18181-1:2024, annex B (U32, U64, F16, Enum).
"""

import struct
from dataclasses import dataclass

#: The four choices of a U32 as (number of bits, offset); 0 bits: the offset is the value.
Choices = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
ENUM: Choices = ((0, 0), (0, 1), (4, 2), (6, 18))


class BitReader:
    """Reads fields one after the other; beyond the end it raises EOFError."""

    def __init__(self, data: bytes) -> None:
        self._data, self._length, self.at = data, 8 * len(data), 0

    def u(self, width: int) -> int:
        """Return the next `width` bits."""
        if self.at + width > self._length:
            raise EOFError("the header ends too early")
        start, self.at = self.at, self.at + width
        window = int.from_bytes(self._data[start >> 3 : (self.at + 7) >> 3], "little")
        return window >> (start & 7) & ((1 << width) - 1)

    def peek(self, width: int) -> int:
        """Return the next `width` bits without passing them; beyond the end they are 0."""
        end = self.at + width
        window = int.from_bytes(self._data[self.at >> 3 : (end + 7) >> 3], "little")
        return window >> (self.at & 7) & ((1 << width) - 1)

    def flag(self) -> bool:
        """Return the next bit."""
        return bool(self.u(1))

    def u32(self, choices: Choices) -> int:
        """Return a number in one of four forms."""
        width, offset = choices[self.u(2)]
        return offset + self.u(width)

    def enum(self) -> int:
        """Return a number of an enumeration."""
        return self.u32(ENUM)

    def u64(self) -> int:
        """Return a number of up to 64 bits."""
        form = self.u(2)
        if form < 3:
            return (0, 1 + self.u(4) if form == 1 else 0, 17 + self.u(8) if form == 2 else 0)[form]
        value, shift = self.u(12), 12
        while self.flag():
            if shift == 60:
                return value | self.u(4) << 60
            value |= self.u(8) << shift
            shift += 8
        return value

    def f16(self) -> float:
        """Return a half-precision number."""
        return float(struct.unpack("<e", struct.pack("<H", self.u(16)))[0])


@dataclass
class BitWriter:
    """Collects fields; `bytes` pads the last byte with zeros."""

    _value: int = 0
    at: int = 0

    def u(self, value: int, width: int) -> None:
        """Append `width` bits."""
        self._value |= (value & ((1 << width) - 1)) << self.at
        self.at += width

    def u32(self, value: int, choices: Choices) -> None:
        """Append a number in the first form that holds it.

        Raises:
            ValueError: no form holds it.
        """
        for form, (width, offset) in enumerate(choices):
            if offset <= value < offset + (1 << width):
                self.u(form, 2)
                self.u(value - offset, width)
                return
        raise ValueError(f"{value} does not fit the field")

    def enum(self, value: int) -> None:
        """Append a number of an enumeration."""
        self.u32(value, ENUM)

    def bytes(self) -> bytes:
        """Return all fields as bytes."""
        return self._value.to_bytes((self.at + 7) // 8, "little")
