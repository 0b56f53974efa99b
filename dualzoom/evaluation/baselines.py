"""Injection, a method without a network: adds the tele's high band to plain enlargement."""

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.reference import AlignedTele
from dualzoom.resampling import enlarge_bicubic, halve_area

_BAND_ROWS = 256  # rows of the 2× grid at a time: no floats of the whole frame
_AROUND_PX = 8  # how far halving and enlarging again reach


def inject(wide: NDArray[np.uint8], aligned: AlignedTele) -> NDArray[np.uint8]:
    """Enlarges `wide` (H, W, 3) by bicubic and adds validity times the tele's high band; returns (2H, 2W, 3) uint8.

    The high band is what the wide's grid cannot hold.
    """
    plain = enlarge_bicubic(wide)
    out = plain.copy()
    window = aligned.registration.window.scale(2)
    for y in range(window.y, window.bottom, _BAND_ROWS):
        band = Region(window.x, y, window.width, min(_BAND_ROWS, window.bottom - y))
        around = band.pad(_AROUND_PX).clip(Size.of(plain))
        base = plain[around.slices].astype(np.float32)
        rgb, validity = aligned.tile(around)
        shown = np.where(validity[..., None] > 0, rgb * np.float32(255), base)
        sharper = base + validity[..., None] * (shown - _low(shown))
        here = band.shift(-around.x, -around.y).slices
        out[band.slices] = np.rint(np.clip(sharper[here], 0, 255)).astype(np.uint8)
    return out


def _low(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halves a picture (h, w, 3) with even sides by area and enlarges it again."""
    return enlarge_bicubic(halve_area(picture))
