"""The grey pictures that registration works on.

Registration never looks at colour: it works on 8-bit luma stretched so that the picture's own dark and bright
ends (0.5 and 99.5 percent) span the range. A gain or an exposure change of a whole photo therefore
changes next to nothing, and a dark 16-bit photo does not lose its tones when it is cut to 8 bits.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Size

Gray = NDArray[np.uint8]
_SECOND_DIFFERENCES = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32)
_MEDIAN_OF_NOISE = 0.6745 * 6  # of |differences| where noise has σ 1
_SUBSAMPLE = (
    7  # every 7th pixel of every 7th row says enough about the percentiles, odd to avoid Bayer patterns
)


def luma(pixels: Pixels) -> Gray:
    """Stretched luma, (H, W) uint8, of RGB pixels (H, W, 3) uint8 or uint16."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    low, high = np.percentile(grey[::_SUBSAMPLE, ::_SUBSAMPLE], (0.5, 99.5))
    gain = 255.0 / max(float(high - low), 1.0)
    if grey.dtype == np.uint8:
        table = np.clip((np.arange(256) - low) * gain + 0.5, 0, 255).astype(np.uint8)
        return cast(Gray, cv2.LUT(grey, table))
    # 16 bits: in strips, so that no float picture of the whole frame is made
    out = np.empty(grey.shape, np.uint8)
    for top in range(0, grey.shape[0], 256):
        strip = grey[top : top + 256].astype(np.float32)
        out[top : top + 256] = np.clip((strip - low) * gain + 0.5, 0, 255)
    return out


def noise_level(grey: Gray) -> float:
    """Standard deviation of pixel noise, grey levels of a stretched picture: from second differences along both axes.

    Smooth shading and straight edges along an axis cancel out of these, and the median ignores the other edges.
    """
    differences = cv2.filter2D(grey, cv2.CV_32F, _SECOND_DIFFERENCES)
    return float(np.median(np.abs(differences[::2, ::2]))) / _MEDIAN_OF_NOISE


def resize(grey: Gray, size: Size) -> Gray:
    """The picture at another size: by area where it shrinks, cubic where it grows."""
    if size == Size.of(grey):
        return grey
    how = cv2.INTER_AREA if size.area < Size.of(grey).area else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, (size.width, size.height), interpolation=how), np.uint8)


def flatten(grey: Gray, radius_px: float = 8.0) -> Gray:
    """Local mean removed and local contrast made equal: 128 ± about 40, (H, W) uint8.

    Two cameras' tone curves differ; what is left here hardly does. Flat areas stay flat: a contrast of
    about 4 grey levels is the floor, so noise is not blown up to texture.
    """
    side = 2 * int(radius_px) + 1
    values = grey.astype(np.float32)
    mean = cv2.boxFilter(values, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REFLECT_101)
    values -= mean
    deviation = cv2.boxFilter(values * values, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REFLECT_101)
    values *= 40.0 / np.sqrt(deviation + 16.0)
    values += 128.5
    return np.clip(values, 0, 255).astype(np.uint8)
