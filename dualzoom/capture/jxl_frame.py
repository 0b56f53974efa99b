"""Reads from the first frame header of a JPEG XL codestream whether this frame is the whole picture.

Source: ISO/IEC 18181-1:2024, annex F (frame header).
"""

from dualzoom.capture.bits import BitReader, Choices
from dualzoom.capture.jxl_header import Header

_REGULAR, _LOW_FREQUENCY, _REFERENCE, _SKIP_PROGRESSIVE = range(4)
_MODULAR, _REPLACE, _BLEND, _MULTIPLY_ADD, _MULTIPLY = 1, 0, 2, 3, 4
_USES_LOW_FREQUENCY_FRAME = 32  # a flag
_FACTOR: Choices = ((0, 1), (0, 2), (0, 4), (0, 8))
_PASSES: Choices = ((0, 1), (0, 2), (0, 3), (3, 4))
_STEPS: Choices = ((0, 0), (0, 1), (0, 2), (1, 3))
_LAST_PASS: Choices = ((0, 0), (0, 1), (0, 2), (3, 0))
_PLACE: Choices = ((8, 0), (11, 256), (14, 2304), (30, 18_688))
_MODE: Choices = ((0, 0), (0, 1), (0, 2), (2, 3))


def is_whole(stream: bytes, at: int, header: Header) -> bool:
    """Return whether the frame at byte `at` covers the canvas and is the only one of the picture.

    Raises:
        EOFError: the stream ends inside the frame's header.
    """
    reader = BitReader(stream)
    reader.at = 8 * at
    if reader.flag():
        return True  # a header of usual values
    kind = reader.u(2)
    if kind not in (_REGULAR, _SKIP_PROGRESSIVE):
        return False
    _skip_coding(reader, header)
    if reader.flag():  # a part of the canvas
        return False
    modes = [_skip_blending(reader, header) for _ in range(1 + header.extra)]
    if header.animated:
        reader.u32(((0, 0), (0, 1), (8, 0), (32, 0)))  # duration
        if header.timecodes:
            reader.u(32)
    return reader.flag() and modes[0] == _REPLACE


def _skip_coding(reader: BitReader, header: Header) -> None:
    modular, flags = reader.u(1) == _MODULAR, reader.u64()
    from_earlier = bool(flags & _USES_LOW_FREQUENCY_FRAME)
    as_jpeg = not header.xyb and reader.flag()
    if as_jpeg and not from_earlier:
        reader.u(6)  # upsampling of each channel
    if not from_earlier:
        for _ in range(1 + header.extra):
            reader.u32(_FACTOR)
    if modular:
        reader.u(2)  # size of groups
    elif header.xyb:
        reader.u(6)  # scales of two channels
    passes = reader.u32(_PASSES)
    if passes > 1:
        steps = reader.u32(_STEPS)
        reader.u(2 * (passes - 1))
        for _ in range(steps):
            reader.u32(_FACTOR)
        for _ in range(steps):
            reader.u32(_LAST_PASS)


def _skip_blending(reader: BitReader, header: Header) -> int:
    mode = reader.u32(_MODE)
    if header.extra and mode in (_BLEND, _MULTIPLY_ADD):
        reader.u32(((0, 0), (0, 1), (0, 2), (3, 3)))  # which channel is opacity
    if (header.extra and mode in (_BLEND, _MULTIPLY_ADD)) or mode == _MULTIPLY:
        reader.flag()
    if mode != _REPLACE:
        reader.u(2)  # the frame below
    return mode
