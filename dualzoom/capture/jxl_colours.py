"""The colours of a JPEG XL picture as an ICC profile: the embedded one, or one made of what the header names.

Lossy pictures may store colours as the eye sees them (XYB) and not in the profile's numbers. The decoder knows no
profiles, so it decodes such a picture into Rec. 2020, which has room, and LittleCMS converts it to its profile.

Source: ISO/IEC 18181-1:2024, annexes E.2 (colour encoding) and E.4 (ICC profile).
"""

from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture import colour_tag, jxl_header, jxl_icc, profiles
from dualzoom.capture.bits import BitReader
from dualzoom.capture.decoded import decoding
from dualzoom.capture.jxl_header import Colours, Header
from dualzoom.capture.picture_colours import refuse_hdr
from dualzoom.errors import CaptureError

_SAVE_AGAIN = "export it again as JPEG XL with sRGB or Display P3 colours, or as TIFF"
_REC_2020 = 9
HEADER_PRIMARIES = {
    1: colour_tag.SRGB,
    9: colour_tag.BT2020,
    11: colour_tag.P3_D65,
}  # header's number → H.273's
_WHITES = {
    jxl_header.D65: (0.3127, 0.3290),
    jxl_header.EQUAL_ENERGY: (1 / 3, 1 / 3),
    jxl_header.DCI: (0.314, 0.351),
}


def profile(path: Path, stream: bytes, header: Header) -> tuple[bytes | None, int]:
    """Return the profile, None for sRGB, and the bit behind it.

    Raises:
        CaptureError: it is damaged, or of other colours than RGB and grey.
    """
    if not header.colours.icc:
        return _icc(path, header.colours), header.end
    reader = BitReader(stream)
    reader.at = header.end
    with decoding(path, "JPEG XL"):
        icc = jxl_icc.read(reader)
    if header.ink or icc[16:20] not in (b"RGB ", b"GRAY"):
        raise CaptureError(path, "a JPEG XL file with CMYK or Lab colours is not supported", _SAVE_AGAIN)
    return icc, reader.at


def as_seen(stream: bytes, header: Header, behind: int) -> tuple[bytes, int]:
    """Return the stream with a header that asks for Rec. 2020 at 16 bits (grey: sRGB's curve), and that header's end.

    Raises:
        EOFError, ValueError: the header is damaged.
    """
    space, grey = header.colours.space, header.colours.space == jxl_header.GREY
    colours = Colours(space=space, primaries=1 if grey else _REC_2020)
    plain = jxl_header.with_colours(stream, colours, header.bits if grey else 16, behind)
    return plain, jxl_header.parse(plain).end


def in_profile(path: Path, pixels: Any, icc: bytes | None, header: Header) -> tuple[Any, bytes | None]:
    """Convert what `as_seen` gave, (H, W, C), to the profile at the file's own depth; grey, which has no hue, stays.

    Raises:
        CaptureError: the profile is damaged, or made for reading only.
    """
    if header.colours.space == jxl_header.GREY or icc is None:
        return pixels, None
    source = colour_tag.profile(HEADER_PRIMARIES[_REC_2020], jxl_header.CURVE_SRGB) or profiles.srgb()
    out = profiles.transform(np.ascontiguousarray(pixels[..., :3]), source, icc, "rgb", path=path)
    out = np.dstack([out, pixels[..., 3:]])
    return (out if header.bits > 8 else ((out.astype(np.uint32) + 128) // 257).astype(np.uint8)), icc


def _icc(path: Path, colours: Colours) -> bytes | None:
    """Return the profile of a colour encoding; None: sRGB.

    Raises:
        CaptureError: the curve is PQ or HLG, or the encoding is one that cannot be read.
    """
    refuse_hdr(path, colour_tag.HDR_CURVES.get(colours.curve))
    gamma = 1.0 if colours.curve == jxl_header.CURVE_LINEAR else None
    if colours.gamma is not None:
        gamma = round(1 / max(colours.gamma, 1e-3), 4)
    number = colours.primaries if isinstance(colours.primaries, int) else 0
    if gamma is None and colours.white == jxl_header.D65 and number in HEADER_PRIMARIES:
        return colour_tag.profile(HEADER_PRIMARIES[number], jxl_header.CURVE_SRGB)
    primaries = colours.primaries
    if isinstance(primaries, int):
        primaries = colour_tag.PRIMARIES[HEADER_PRIMARIES[primaries]]
    white = colours.white if isinstance(colours.white, tuple) else _WHITES[colours.white]
    with decoding(path, "JPEG XL"):
        return colour_tag.matrix_profile("JPEG XL colours", primaries, white, gamma)
