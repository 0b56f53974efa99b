"""The methods without a network: plain enlargement, and the tele's high band added to it."""

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.reference import AlignedTele
from dualzoom.resampling import enlarge_bicubic, halve_area

_BAND_ROWS = 256  # rows of the 2× grid at a time: no floats of the whole frame
_AROUND_PX = 8  # what halving and enlarging again reach


def inject(wide: NDArray[np.uint8], aligned: AlignedTele) -> NDArray[np.uint8]:
    """Bicubic plus validity times the tele's high band, what the wide's grid cannot hold: no network at all."""
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
    """Halved by area and enlarged again: (h, w, 3) with even sides, the same shape."""
    return enlarge_bicubic(halve_area(picture))
