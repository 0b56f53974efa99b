"""Reads the size that a JPEG XL picture announces, so that no decoder allocates memory for a lie.

Source: ISO/IEC 18181-1, annex D.2 (SizeHeader); ISO/IEC 18181-2, sections 8 and 9 (boxes `jxlc` and `jxlp`).
"""

import struct

_CODESTREAM, _CONTAINER = b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"
_RATIOS = (None, (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_LONG_BITS = (9, 13, 18, 30)
_HEADER_BYTES = 16  # a SizeHeader has at most 68 bits
_MAX_BOXES = 64  # before the codestream; writers put two or three there


class _Bits:
    """Bits of a byte string, the least significant first."""

    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        taken = self.value & ((1 << count) - 1)
        self.value >>= count
        return taken


def size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None if `data` is no JPEG XL picture."""
    stream = _codestream(data)
    if stream is None or len(stream) < 4:
        return None
    bits = _Bits(stream[len(_CODESTREAM) :])
    small = bits.take(1)
    height = _side(bits, small)
    ratio = _RATIOS[bits.take(3)]
    width = _side(bits, small) if ratio is None else height * ratio[0] // ratio[1]
    return width, height


def _side(bits: _Bits, small: int) -> int:
    if small:
        return 8 * (bits.take(5) + 1)
    return bits.take(_LONG_BITS[bits.take(2)]) + 1


def _codestream(data: bytes) -> bytes | None:
    """Return the first bytes of the codestream, bare or in a container."""
    if data[:2] == _CODESTREAM:
        return data[:_HEADER_BYTES]
    if data[: len(_CONTAINER)] != _CONTAINER:
        return None
    at = len(_CONTAINER)
    for _ in range(_MAX_BOXES):
        head = data[at : at + 8]
        if len(head) < 8:
            return None
        length, kind = struct.unpack(">I4s", head)
        start = at + 8
        if length == 1:  # a 64-bit length follows
            length = int.from_bytes(data[start : start + 8], "big")
            start += 8
        if kind in (b"jxlc", b"jxlp"):
            start += 4 if kind == b"jxlp" else 0  # the part's number
            found = data[start : start + _HEADER_BYTES]
            return found if found[:2] == _CODESTREAM else None
        if length < start - at:  # 0: to the end of the file; less: damaged
            return None
        at += length
    return None
