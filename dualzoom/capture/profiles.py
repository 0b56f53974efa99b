"""Converts pixels between ICC profiles and keeps their depth.

8-bit pixels take LittleCMS's fast matrix path. At 16 bits LittleCMS would interpolate in a coarse table with errors of
2 %, so optimisation is off there: LittleCMS then evaluates the profile's own curves for every pixel. A missing profile
means sRGB.

Source: ICC.1:2022, section 7.2 (header).
"""

import io
from functools import cache
from pathlib import Path
from typing import Literal, cast

import numpy as np

from dualzoom.capture.decoded import decoding
from dualzoom.capture.photo import Photo, Pixels

Space = Literal["gray", "rgb", "cmyk"]
_SIGNATURES = {b"RGB ": "rgb", b"GRAY": "gray", b"CMYK": "cmyk"}
_NO_OPTIMISATION = 0x0100
MAX_BYTES = 4 << 20  # the longest honest ones, printers' tables, have about 3 MB
_BLOCK_ROWS = 256  # blocks of rows, so that LittleCMS needs no second frame


@cache
def srgb() -> bytes:
    """Return an sRGB profile."""
    import imagecodecs  # here, so that importing the package stays quick

    return bytes(imagecodecs.cms_profile("srgb"))


def space_of(icc: bytes | None) -> str | None:
    """Return the colour space of a profile's pixels ("rgb", "gray", "cmyk").

    None: the profile is missing, damaged, longer than 4 MB, or of another colour space.
    """
    if icc is None or not 132 <= len(icc) <= MAX_BYTES or icc[36:40] != b"acsp":
        return None
    return _SIGNATURES.get(icc[16:20])


def description(icc: bytes | None) -> str:
    """Return the profile's own name; "sRGB" for a missing profile, "unknown profile" for one without a name."""
    from PIL import ImageCms

    if icc is None:
        return "sRGB"
    try:
        return ImageCms.getProfileDescription(io.BytesIO(icc)).strip() or "unknown profile"
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unknown profile"


def transform(pixels: Pixels, source: bytes, target: bytes, space: Space, *, path: Path) -> Pixels:
    """Convert `pixels` (H, W[, C]) of `space` from profile `source` to RGB (H, W, 3) in `target` at the same depth.

    Raises:
        CaptureError: a profile is damaged; names `path`.
    """
    import imagecodecs

    out = np.empty((*pixels.shape[:2], 3), pixels.dtype)
    flags = _NO_OPTIMISATION if pixels.dtype == np.uint16 else None
    with decoding(path, "colour profile in this"):
        for y in range(0, len(pixels), _BLOCK_ROWS):
            rows = np.ascontiguousarray(pixels[y : y + _BLOCK_ROWS])
            out[y : y + _BLOCK_ROWS] = imagecodecs.cms_transform(
                rows, source, target, colorspace=space, outcolorspace="rgb", flags=flags
            )
    return cast(Pixels, out)


def to_wide_space(tele: Photo, wide: Photo) -> Photo:
    """Convert the tele's pixels to the wide's profile (perceptual intent).

    Returns the tele itself if both profiles are equal, byte for byte, or both missing. A missing profile means sRGB.

    Raises:
        CaptureError: a profile is damaged.
    """
    if tele.metadata.icc == wide.metadata.icc:
        return tele
    source, target = tele.metadata.icc or srgb(), wide.metadata.icc or srgb()
    if source == target:
        return tele
    pixels = transform(tele.pixels, source, target, "rgb", path=Path(tele.name))
    return tele.with_pixels(pixels).with_icc(wide.metadata.icc)
