"""Writes an ICC profile in the form that JPEG XL embeds, for `jxl_icc` and every other reader.

The form allows prediction and entropy coding, which save some hundred bytes; this writer takes neither: one command
inserts the whole profile, and each byte has a code of eight bits.

Source: ISO/IEC 18181-1:2024, section E.4 (ICC profile) and annex C (entropy coding).
"""

from dualzoom.capture import jxl_icc
from dualzoom.capture.bits import BitWriter

_LOG_ALPHABET, _BYTE_BITS = 15, 8
_ORDER = (1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15)  # of the lengths' own lengths


def write(out: BitWriter, icc: bytes) -> None:
    """Append a profile to a header.

    Raises:
        ValueError: it is shorter than a profile's header, or longer than a reader takes.
    """
    packed = _packed(icc)
    if len(packed) > jxl_icc.MAX_BYTES:
        raise ValueError(f"its colour profile of {len(icc)} bytes is too long")
    _length(out, len(packed))
    out.u(0, 1)  # no repeats
    out.u(0b001, 3)  # all contexts have one distribution: a map of no bits
    out.u(1, 1)  # of prefix codes
    out.u(_LOG_ALPHABET, 4)  # whose symbols are the numbers themselves
    out.u(1, 1)
    out.u(7, 4)
    out.u(127, 7)  # 1 + 2⁷ + 127 symbols
    out.u(0, 2)  # every length's length follows: only 8 is used, which then takes no bits
    for length in _ORDER:
        out.u(0b01 if length == _BYTE_BITS else 0b00, 2)
    reverse = [int(f"{byte:08b}"[::-1], 2) for byte in range(256)]  # codes begin with their highest bit
    out.u(int.from_bytes(bytes(reverse[byte] for byte in packed), "little"), _BYTE_BITS * len(packed))


def _packed(icc: bytes) -> bytes:
    """Return commands and data that rebuild the profile."""
    if len(icc) <= jxl_icc.HEADER:
        raise ValueError("its colour profile is damaged")
    guess, head = jxl_icc.first_guess(len(icc)), bytearray()
    for place in range(jxl_icc.HEADER):
        jxl_icc.refine(guess, place, icc[:place])
        head.append((icc[place] - guess[place]) & 255)
    commands = bytes([0, jxl_icc.INSERT]) + _number(len(icc) - jxl_icc.HEADER)  # no list of tags
    return _number(len(icc)) + _number(len(commands)) + commands + bytes(head) + icc[jxl_icc.HEADER :]


def _number(value: int) -> bytes:
    """Write seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _length(out: BitWriter, value: int) -> None:
    """Write a number of up to 64 bits in its longest form: 12 bits, then eight at a time."""
    out.u(3, 2)
    out.u(value, 12)
    value >>= 12
    while value:
        out.u(1, 1)
        out.u(value, 8)
        value >>= 8
    out.u(0, 1)
