"""Reads the header of a JPEG XL codestream, and writes it anew with other colours and another bit depth.

The header says size, orientation, depth, extra channels and colours; the frames behind it begin on a whole byte, so
the header can be exchanged without touching them. Laws: the size is known before anything is decoded;
`with_colours(stream, header.colours, header.bits)` describes the same picture as `stream`.

Source: ISO/IEC 18181-1:2024, annexes A, D (image header) and E.2 (colour encoding).
"""

from dataclasses import dataclass, field

from dualzoom.capture import jxl_icc_write
from dualzoom.capture.bits import BitReader, BitWriter, Choices

SIGNATURE = b"\xff\x0a"
RGB, GREY = 0, 1
D65, CUSTOM, EQUAL_ENERGY, DCI = 1, 2, 10, 11  # white points; CUSTOM also of primaries
CURVE_SRGB, CURVE_LINEAR = 13, 8
_ALPHA, _SPOT, _BLACK, _CFA = 0, 2, 4, 5  # kinds of extra channels
_MAX_EXTRA = 8  # a colour photo with alpha, depth and a few masks has fewer
_HEAD_BYTES, _SIZE_BYTES = 4096, 16
_SIZE: Choices = ((9, 1), (13, 1), (18, 1), (30, 1))
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_INT_BITS: Choices = ((0, 8), (0, 10), (0, 12), (6, 1))
_FLOAT_BITS: Choices = ((0, 32), (0, 16), (0, 24), (6, 1))
_EXTRA: Choices = ((0, 0), (0, 1), (4, 2), (12, 1))
_XY: Choices = ((19, 0), (19, 524_288), (20, 1_048_576), (21, 2_097_152))
_XY_UNIT, _GAMMA_UNIT = 1e6, 1e7


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colour encoding. `white`, `primaries`: numbers of the standard, or chromaticities (x, y, …).

    `gamma`: the exponent from light to stored value; None: `curve` says.
    """

    icc: bool = False
    space: int = RGB
    white: int | tuple[float, ...] = D65
    primaries: int | tuple[float, ...] = 1
    gamma: float | None = None
    curve: int = CURVE_SRGB
    intent: int = 1


@dataclass(kw_only=True)
class Header:
    """What the header says; `colours_at`, `depth_at`, `end`: places in bits, of the field or of the header's end.

    `plain`: the header has its short form, in which depth and colours are not written. `extra`: how many extra channels
    there are; `ink`: one of them is black ink.
    """

    width: int = 0
    height: int = 0
    orientation: int = 1
    animated: bool = False
    timecodes: bool = False
    extra: int = 0
    ink: bool = False
    bits: int = 8
    floating: bool = False
    alpha: bool = False
    premultiplied: bool = False
    xyb: bool = True
    colours: Colours = field(default_factory=Colours)
    plain: bool = False
    metadata_at: int = 0
    depth_at: tuple[int, int] = (0, 0)
    colours_at: tuple[int, int] = (0, 0)
    end: int = 0


def parse(stream: bytes | memoryview) -> Header:
    """Parse the header at the start of a codestream.

    Raises:
        EOFError, ValueError, IndexError: it is truncated, damaged, or of a kind that no photo has.
    """
    if bytes(stream[:2]) != SIGNATURE:
        raise ValueError("the codestream has no signature")
    reader, found = BitReader(bytes(stream[:_HEAD_BYTES])), Header()
    reader.u(16)
    found.width, found.height = _size(reader)
    found.metadata_at = reader.at
    found.plain = reader.flag()
    if not found.plain:
        _metadata(reader, found)
    _skip_transform(reader, found.xyb)
    found.end = reader.at
    return found


def size(stream: bytes) -> tuple[int, int] | None:
    """Return the width and the height that a codestream announces; None: it is none, or ends too early."""
    if bytes(stream[:2]) != SIGNATURE:
        return None
    reader = BitReader(bytes(stream[2:_SIZE_BYTES]))
    try:
        return _size(reader)
    except EOFError:
        return None


def _size(reader: BitReader) -> tuple[int, int]:
    small = reader.flag()

    def side() -> int:
        return 8 * (reader.u(5) + 1) if small else reader.u32(_SIZE)

    height, ratio = side(), reader.u(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return height * across // down, height
    return side(), height


def _metadata(reader: BitReader, found: Header) -> None:
    extra = reader.flag()
    if extra:
        found.orientation = reader.u(3) + 1
        if reader.flag():
            _size(reader)  # intrinsic size
        if reader.flag():
            raise ValueError("previews are not supported")
        found.animated = reader.flag()
        if found.animated:
            found.timecodes = _animation(reader)
    start = reader.at
    found.floating, found.bits = _depth(reader)
    found.depth_at = (start, reader.at)
    reader.flag()  # whether 16 bits suffice inside
    count = reader.u32(_EXTRA)
    if count > _MAX_EXTRA:
        raise ValueError(f"{count} extra channels")
    found.extra = count
    for _ in range(count):
        kind, associated = _extra_channel(reader)
        found.ink = found.ink or kind == _BLACK
        if kind == _ALPHA and not found.alpha:
            found.alpha, found.premultiplied = True, associated
    found.xyb = reader.flag()
    start = reader.at
    found.colours = _colours(reader)
    found.colours_at = (start, reader.at)
    if extra and not reader.flag():  # tone mapping
        reader.u(33 + 16)
    lengths = reader.u64()
    if lengths:
        raise ValueError("extensions are not supported")


def _depth(reader: BitReader) -> tuple[bool, int]:
    if not reader.flag():
        return False, reader.u32(_INT_BITS)
    bits = reader.u32(_FLOAT_BITS)
    reader.u(4)  # bits of the exponent
    return True, bits


def _animation(reader: BitReader) -> bool:
    """Skip the rate and the number of loops; return whether frames have time codes."""
    reader.u32(((0, 100), (0, 1000), (10, 1), (30, 1)))
    reader.u32(((0, 1), (0, 1001), (8, 1), (10, 1)))
    reader.u32(((0, 0), (3, 0), (16, 0), (32, 0)))
    return reader.flag()


def _extra_channel(reader: BitReader) -> tuple[int, bool]:
    """Return its kind, and whether it is an alpha plane that the colours were multiplied by."""
    if reader.flag():
        return _ALPHA, False
    kind = reader.enum()
    _depth(reader)
    reader.u32(((0, 0), (0, 3), (0, 4), (3, 1)))
    reader.u(8 * reader.u32(((0, 0), (4, 0), (5, 16), (10, 48))))
    associated = kind == _ALPHA and reader.flag()
    if kind == _SPOT:
        reader.u(64)
    if kind == _CFA:
        reader.u32(((0, 1), (2, 0), (4, 3), (8, 19)))
    return kind, associated


def _colours(reader: BitReader) -> Colours:
    if reader.flag():
        return Colours()
    icc, space = reader.flag(), reader.enum()
    if icc:
        return Colours(icc=True, space=space)
    if space not in (RGB, GREY):
        raise ValueError(f"colour space {space} is not supported")
    white: int | tuple[float, ...] = reader.enum()
    if white == CUSTOM:
        white = _chromaticities(reader, 1)
    primaries: int | tuple[float, ...] = 1
    if space == RGB:
        primaries = reader.enum()
        if primaries == CUSTOM:
            primaries = _chromaticities(reader, 3)
    gamma = reader.u(24) / _GAMMA_UNIT if reader.flag() else None
    curve = CURVE_SRGB if gamma is not None else reader.enum()
    return Colours(
        space=space, white=white, primaries=primaries, gamma=gamma, curve=curve, intent=reader.enum()
    )


def _chromaticities(reader: BitReader, count: int) -> tuple[float, ...]:
    packed = (reader.u32(_XY) for _ in range(2 * count))
    return tuple((value >> 1 if value % 2 == 0 else -(value + 1) >> 1) / _XY_UNIT for value in packed)


def _skip_transform(reader: BitReader, xyb: bool) -> None:
    if reader.flag():
        return
    if xyb and not reader.flag():
        reader.u(16 * 16)  # inverse opsin matrix, biases
    mask = reader.u(3)
    for bit, weights in ((1, 15), (2, 55), (4, 210)):
        if mask & bit:
            reader.u(16 * weights)


def with_colours(
    stream: bytes, colours: Colours, bits: int, end: int | None = None, icc: bytes | None = None
) -> bytes:
    """Return the codestream with another colour encoding and `bits` (8 or 16) per sample, frames unchanged.

    `end`: the bit behind the embedded profile, where there is one; it is left out. `icc`: the profile to embed, where
    `colours` say so.

    Raises:
        ValueError: the header is damaged, or a number does not fit its field.
    """
    header = parse(stream)
    if header.colours.icc and end is None:
        raise ValueError("the codestream holds a profile")
    value, out = int.from_bytes(stream[: (header.end + 7) // 8], "little"), BitWriter()
    behind = ((end if header.colours.icc and end is not None else header.end) + 7) // 8

    def copy(start: int, end: int) -> None:
        out.u(value >> start, end - start)

    if header.plain:
        copy(0, header.metadata_at)
        out.u(0, 2)  # neither the short form nor extra fields
        _write_depth(out, bits)
        out.u(1, 1)  # 16 bits suffice inside
        out.u32(0, _EXTRA)
        out.u(1, 1)  # XYB
        _write_colours(out, colours)
        out.u(0, 2)  # no extensions
        copy(header.metadata_at + 1, header.end)
    else:
        copy(0, header.depth_at[0])
        _write_depth(out, bits)
        copy(header.depth_at[1], header.colours_at[0])
        _write_colours(out, colours)
        copy(header.colours_at[1], header.end)
    if colours.icc:
        jxl_icc_write.write(out, icc or b"")
    return out.bytes() + stream[behind:]


def _write_depth(out: BitWriter, bits: int) -> None:
    out.u(0, 1)  # integers
    out.u32(bits, _INT_BITS)


def _write_colours(out: BitWriter, colours: Colours) -> None:
    out.u(0b10 if colours.icc else 0b00, 2)  # not the default; whether a profile
    out.enum(colours.space)
    if colours.icc:
        return
    for value in (colours.white, *([colours.primaries] if colours.space == RGB else [])):
        out.enum(value if isinstance(value, int) else CUSTOM)
        for one in () if isinstance(value, int) else value:
            whole = round(one * _XY_UNIT)
            out.u32(2 * whole if whole >= 0 else -2 * whole - 1, _XY)
    if colours.gamma is None:
        out.u(0, 1)
        out.enum(colours.curve)
    else:
        out.u(1, 1)
        out.u(round(colours.gamma * _GAMMA_UNIT), 24)
    out.enum(colours.intent)
