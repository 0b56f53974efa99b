"""Compares the wide's brightness with what the tele lets expect.

Two cameras' brightness differs by exposure and tone curve, the same everywhere. The curve is measured where both
pictures agree. A smooth thing before the wide has no structure to compare, but it is lighter or darker than the curve
allows. Vignetting and local tone mapping stay within the tolerance.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

_BINS = 16
_LEAST_CELLS = 30  # of a bin whose median is believed
_TOLERANCE, _FALL = 25.0, 15.0  # grey levels: difference that costs nothing, and scale of the fall beyond
_RADIUS_CELLS = 4


def tone_agreement(wide: Field, tele: Field, weight: Field) -> Field:
    """Returns confidence (h, w), 0..1, by low-band luma of the wide and the aligned tele (h, w) 0..255.

    `weight` (h, w) 0..1: where both show the same. Too little of that proves nothing: confidence 1 everywhere.
    """
    low_wide, low_tele = _low(wide), _low(tele)
    bins = np.clip(low_tele / (256 / _BINS), 0, _BINS - 1).astype(np.uint8)
    told = [(bins == b) & (weight > 0.4) for b in range(_BINS)]
    usable = [m for m in told if np.count_nonzero(m) >= _LEAST_CELLS]
    if len(usable) < 2:
        return np.ones_like(wide)
    given = [float(low_tele[m].mean()) for m in usable]
    answer = [float(np.median(low_wide[m])) for m in usable]
    beyond = np.maximum(np.abs(low_wide - np.interp(low_tele, given, answer)) - _TOLERANCE, 0) / _FALL
    return np.asarray(np.exp(-0.5 * beyond**2), np.float32)


def _low(grey: Field) -> Field:
    side = (2 * _RADIUS_CELLS + 1, 2 * _RADIUS_CELLS + 1)
    return cast(Field, cv2.blur(cv2.blur(grey, side), side))
