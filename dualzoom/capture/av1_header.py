"""Reads the size of an AV1 picture from its own header, before anything is decoded.

The container gives a size, too, but the decoder allocates what the bitstream says.

Source: AV1 Bitstream & Decoding Process Specification (AOM), sections 5.3 (OBU) and 5.5.1 (sequence header).
"""

_SEQUENCE = 1  # type of unit
_MAX_HEADER = 512
_MAX_UNITS = 10_000


def sizes(data: bytes | memoryview) -> list[tuple[int, int]]:
    """Return width and height from every sequence header in a run of units (OBUs); stop where they are cut off.

    Raises:
        EOFError: a header ends too early.
    """
    found, at, view = list[tuple[int, int]](), 0, memoryview(data)
    for _ in range(_MAX_UNITS):
        if at >= len(view):
            return found
        head = view[at]
        at += 2 if head & 4 else 1
        length, at = _leb128(view, at) if head & 2 else (len(view) - at, at)
        if head >> 3 & 15 == _SEQUENCE:
            found.append(_size(_Bits(bytes(view[at : at + min(length, _MAX_HEADER)]))))
        at += length
    raise EOFError("the picture has too many units")


def _leb128(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    value = 0
    for place in range(8):
        if at >= len(view):
            raise EOFError("the picture's header ends too early")
        byte, at = view[at], at + 1
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            break
    return value, at


class _Bits:
    """Reads numbers whose highest bit comes first."""

    def __init__(self, data: bytes) -> None:
        self.value, self.left = int.from_bytes(data, "big"), 8 * len(data)

    def f(self, width: int) -> int:
        """Return the next `width` bits."""
        if width > self.left:
            raise EOFError("the picture's header ends too early")
        self.left -= width
        return self.value >> self.left & ((1 << width) - 1)


def _size(bits: _Bits) -> tuple[int, int]:
    bits.f(4)  # profile, whether it is a still picture
    if bits.f(1):  # the short form of still pictures
        bits.f(5)
    else:
        _skip_video_fields(bits)
    width_bits, height_bits = bits.f(4) + 1, bits.f(4) + 1
    return bits.f(width_bits) + 1, bits.f(height_bits) + 1


def _skip_video_fields(bits: _Bits) -> None:
    delay_bits = 0
    if bits.f(1):  # timing
        bits.f(64)
        if bits.f(1):
            zeros = 0
            while not bits.f(1):
                zeros += 1
            bits.f(min(zeros, 32))
        if bits.f(1):  # decoder model
            delay_bits = bits.f(5) + 1
            bits.f(42)
    display_delays = bits.f(1)
    for _ in range(bits.f(5) + 1):
        bits.f(12)
        if bits.f(5) > 7:
            bits.f(1)
        if delay_bits and bits.f(1):
            bits.f(2 * delay_bits + 1)
        if display_delays and bits.f(1):
            bits.f(4)
