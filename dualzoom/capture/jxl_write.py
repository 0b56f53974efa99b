"""Encodes pixels and metadata as the parts of a JPEG XL file.

The encoder knows two kinds of colours, sRGB and linear sRGB. Without loss the stored numbers are what counts, so the
header is only told what they mean. With loss the encoder works on colours as the eye sees them, so it gets linear
light with sRGB's primaries (colours outside sRGB have numbers below 0 or above 1 there); the header then says in which
encoding to show them. A profile that no numbers describe is embedded.

Source: ISO/IEC 18181-1:2024 and 18181-2:2024 (Exif and xml boxes).
"""

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import colour_tag, jxl, jxl_colours, jxl_header, profile_colours, profiles
from dualzoom.capture.heif_items import box
from dualzoom.capture.photo import Metadata, Pixels
from dualzoom.capture.profile_colours import ProfileColours

LOSSLESS = 100
MAX_SIDE = (1 << 30) - 1
_LOSSLESS_EFFORT, _EFFORT = 3, 5  # 7 takes eleven and three times as long for 13 % and 1 % fewer bytes
_BLOCK_ROWS = 256
_WIDE_LIGHT = ProfileColours(primaries=colour_tag.PRIMARIES[colour_tag.BT2020], gamma=1.0)


def jxl_parts(
    pixels: Pixels, alpha: Pixels | None, metadata: Metadata, quality: int, name: str = "photo"
) -> list[bytes | memoryview]:
    """Encode (H, W, 3) RGB and its opacity (H, W) as a JPEG XL file of their depth, 8 or 16 bits; 100 loses nothing.

    Raises:
        CaptureError: the colour profile is damaged; names the photo.
        ValueError: it is too long.
    """
    try:
        colours: ProfileColours | None = profile_colours.of(metadata.icc)
    except ValueError:
        colours = None
    light = None
    if colours is None and metadata.icc is not None:
        needed = (
            pixels if quality != LOSSLESS else pixels[:1, :1]
        )  # a profile that no program opens is not embedded
        light = _in_wide_light(needed, metadata.icc, name)
    stream = _stream(pixels, alpha, colours, light, quality)
    named = jxl_header.Colours(icc=True) if colours is None else _named(colours)
    stream = jxl_header.with_colours(stream, named, 8 * pixels.itemsize, icc=metadata.icc)
    parts = [jxl.CONTAINER, box(b"ftyp", b"jxl ", bytes(4), b"jxl ")]
    parts += (
        [box(b"jxll", bytes([10]))] if pixels.itemsize == 2 else []
    )  # level 10: more than 8 bits, lossless
    if metadata.exif:
        parts.append(box(b"Exif", bytes(4), metadata.exif))
    if metadata.xmp:
        parts.append(box(b"xml ", metadata.xmp))
    head = box(b"jxlc")
    return [*parts, (8 + len(stream)).to_bytes(4, "big") + head[4:], stream]


def distance_of(quality: int) -> float:
    """Return the encoder's distance from the original (1: just visible) for a quality of 1..99, as its own tools do."""
    return 0.1 + (100 - quality) * 0.09 if quality >= 30 else 53 / 3000 * quality**2 - 23 / 20 * quality + 25


def _stream(
    pixels: Pixels, alpha: Pixels | None, colours: ProfileColours | None, light: Pixels | None, quality: int
) -> bytes:
    """Encode pixels of these colours, or `light` in the place of colours that no numbers describe."""
    import imagecodecs  # here, so that importing the package stays quick

    stored: NDArray[Any] = pixels
    options: dict[str, Any] = {"lossless": True, "effort": _LOSSLESS_EFFORT}
    if quality != LOSSLESS:
        options = {"distance": distance_of(quality), "effort": _EFFORT}
        if light is not None:
            stored = _light(light, _WIDE_LIGHT)
        elif colours is not None and (colours != profile_colours.SRGB or pixels.dtype != np.uint8):
            stored = _light(pixels, colours)
    if alpha is not None:
        opacity = alpha if stored.dtype == alpha.dtype else alpha / np.float32(np.iinfo(alpha.dtype).max)
        stored = np.dstack([stored, opacity.astype(stored.dtype)])
    data = bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(stored), usecontainer=False, **options))
    return jxl.unpacked(data).stream


def _in_wide_light(pixels: Pixels, icc: bytes, name: str) -> Pixels:
    """Convert pixels by their profile to linear light with the primaries of Rec. 2020, uint16.

    Raises:
        CaptureError: the profile of the photo `name` is damaged.
    """
    wide = colour_tag.profile(colour_tag.BT2020, jxl_header.CURVE_LINEAR) or b""
    deep = pixels if pixels.dtype == np.uint16 else cast(Pixels, pixels.astype(np.uint16) * 257)
    return profiles.transform(deep, icc, wide, "rgb", path=Path(name))


def _light(pixels: Pixels, colours: ProfileColours) -> NDArray[np.float32]:
    """Return linear light with sRGB's primaries, (H, W, 3), 0..1 for what sRGB holds."""
    out = np.empty(pixels.shape, np.float32)
    table = colours.light(np.arange(int(np.iinfo(pixels.dtype).max) + 1) / np.iinfo(pixels.dtype).max)
    curve, matrix = table.astype(np.float32), colours.to_srgb().astype(np.float32).T
    for y in range(0, len(pixels), _BLOCK_ROWS):
        out[y : y + _BLOCK_ROWS] = curve[pixels[y : y + _BLOCK_ROWS]] @ matrix
    return out


def _named(colours: ProfileColours) -> jxl_header.Colours:
    """Return the header's words for these colours."""
    numbers = {value: key for key, value in jxl_colours.HEADER_PRIMARIES.items()}
    primaries = numbers.get(colours.known or 0, colours.primaries)
    white = jxl_header.D65 if colours.known else colours.white
    if colours.gamma == 1.0:
        return jxl_header.Colours(primaries=primaries, white=white, curve=jxl_header.CURVE_LINEAR)
    gamma = None if colours.gamma is None else 1 / colours.gamma
    return jxl_header.Colours(primaries=primaries, white=white, gamma=gamma)
