"""ICC profiles: bring other colours into a profile without loss of bits.

8-bit pixels go through LittleCMS's fast matrix path. At 16 bits LittleCMS would interpolate in a coarse table
(errors of 2 %), so optimisation is off there: the profile's own curves are evaluated for every pixel, about 6
Mpx/s. A missing profile means sRGB.
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
_BLOCK_ROWS = 256  # LittleCMS needs no second frame this way


@cache
def srgb() -> bytes:
    """An sRGB profile."""
    import imagecodecs  # here, so that importing the package stays quick

    return bytes(imagecodecs.cms_profile("srgb"))


def space_of(icc: bytes | None) -> str | None:
    """The colours that a profile speaks of ("rgb", "gray", "cmyk"); None: no profile, or not one of these."""
    if icc is None or len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    return _SIGNATURES.get(icc[16:20])


def description(icc: bytes | None) -> str:
    """The profile's own name; "sRGB" where there is no profile, "unknown profile" where it does not say."""
    from PIL import ImageCms

    if icc is None:
        return "sRGB"
    try:
        return ImageCms.getProfileDescription(io.BytesIO(icc)).strip() or "unknown profile"
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unknown profile"


def transform(pixels: Pixels, source: bytes, target: bytes, space: Space, *, path: Path) -> Pixels:
    """`pixels` (H, W[, C]) of `space` in profile `source`, as RGB (H, W, 3) of `target` at the same depth.

    Raises:
        CaptureError: a profile is damaged.
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
    """The tele with its pixels in the wide's profile (relative to white, perceptual intent).

    No-op where both profiles are the same bytes, or both are missing. A missing profile counts as sRGB.

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
