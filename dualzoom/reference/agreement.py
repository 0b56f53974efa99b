"""Judges whether the colour-matched tele shows what the wide shows, pixel by pixel on the wide's own grid.

Three soft tests, each 0 where it rejects and 1 where nothing speaks against the tele:

- *low band*: the local means of both differ by no more than the colour map leaves over. A difference that a
  shift of about a pixel could make does not count, or every edge would fail.
- *structure*: what both show above that band correlates. Where the tele is flat, or holds no more than noise,
  there is nothing to agree on; where it shows detail that the wide lacks, something hides it from the wide,
  or it lies elsewhere. (The tele is averaged to the wide's grid first: detail that the wide cannot hold is
  not judged.)
- *exposure*: neither is blown or crushed.

All filters reach `RADIUS_PX` pixels at most, so tiles with that much around them agree exactly with the
whole.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.resampling import luma

Float: TypeAlias = NDArray[np.float32]

#: How far away a pixel can change a verdict: low band 4, structure 4, caution 1 + 4.
RADIUS_PX = 13
SIGMA_PX, LOW_RADIUS_PX = 1.6, 4
STRUCTURE_PX = 9  # side of the window in which structures are compared
#: Difference of low bands (encoded, root mean square over channels) still welcome, and surely wrong. Tower and
#: patio leave 0.006 and 0.009 in the middle, 0.02 at the 90th percentile.
WELCOME, WRONG = 0.04, 0.10
#: Structure scores of nothing in common, and of enough.
UNLIKE, LIKE = 0.1, 0.4
#: Structure of this standard deviation (encoded) is none; noise is added to it.
NOTHING = 0.012
#: The wide's structure may be this much weaker than the tele's before it counts as lacking.
SOFTEST = 0.25
#: Mean verdict around a pixel that is an accident, and company enough.
ALONE = 0.2, 0.6
#: Encoded values between which a pixel is taken for crushed (its brightest channel) or blown (any channel).
CRUSHED, BLOWN = (0.004, 0.02), (0.97, 0.995)


def agreement(wide: Float, matched: Float, seen: Float, noise: float = 0.0) -> Float:
    """Returns a soft verdict (h, w), 0..1: 0 rejects the tele, 1 admits it.

    `wide`: (h, w, 3), its own pixels, 0..1. `matched`: (h, w, 3), the colour-matched tele averaged to them.
    `seen`: (h, w), above 0 where the tele has pixels at all. `noise`: standard deviation (encoded) of luma
    noise.
    """
    mask = (seen > 0).astype(np.float32)
    tele = np.where(mask[:, :, None] > 0, matched, wide)  # beyond the tele there is nothing to disagree with
    low_wide, low_tele = _low(wide), _low(tele)
    verdict = _low_band(low_wide, low_tele)
    verdict *= _structure(luma(wide - low_wide), luma(tele - low_tele), noise)
    return _cautious(verdict * mask)


def _cautious(verdict: Float) -> Float:
    """Narrows and softens a verdict, and rejects what agrees alone among rejected pixels: that is chance."""
    narrow = cv2.erode(verdict, np.ones((3, 3), np.uint8), borderValue=1.0)
    company = cv2.blur(narrow, (STRUCTURE_PX, STRUCTURE_PX))
    alone = np.clip((company - np.float32(ALONE[0])) / np.float32(ALONE[1] - ALONE[0]), 0, 1)
    return np.asarray(cv2.GaussianBlur(narrow, (7, 7), 1.5) * alone, np.float32)


def exposed(pixels: Float) -> Float:
    """Returns 1 where pixels (h, w, 3) are neither blown nor crushed, falling softly to 0: (h, w)."""
    red, green, blue = cv2.split(pixels)
    highest = cv2.blur(cv2.max(cv2.max(red, green), blue), (3, 3))  # single noisy pixels are neither
    crushed = (highest - np.float32(CRUSHED[0])) * np.float32(1 / (CRUSHED[1] - CRUSHED[0]))
    blown = (np.float32(BLOWN[1]) - highest) * np.float32(1 / (BLOWN[1] - BLOWN[0]))
    return np.asarray(np.clip(np.minimum(crushed, blown), 0, 1), np.float32)


def luma_noise(pixels: Float) -> float:
    """Estimates the standard deviation of luma noise in a picture (h, w, 3) from its flattest quarter: it is below
    the true one."""
    fine = luma(pixels - _low(pixels))
    variance = cv2.boxFilter(fine * fine, -1, (STRUCTURE_PX, STRUCTURE_PX))
    return float(np.sqrt(max(np.quantile(variance, 0.25), 0.0)))


def _low(pixels: Float) -> Float:
    side = 2 * LOW_RADIUS_PX + 1
    return np.asarray(cv2.GaussianBlur(pixels, (side, side), SIGMA_PX), np.float32)


def _low_band(wide: Float, tele: Float) -> Float:
    """The first test, of two low bands (h, w, 3)."""
    kernel = np.ones((3, 3), np.uint8)
    slack = (cv2.dilate(wide, kernel) - cv2.erode(wide, kernel)) * np.float32(0.5)  # about a pixel's shift
    off = np.maximum(np.abs(wide - tele) - slack, 0)
    size = np.sqrt(cv2.transform(off * off, np.full((1, 3), 1 / 3, np.float32)))
    return np.clip((WRONG - size) / np.float32(WRONG - WELCOME), 0, 1)


def _structure(wide: Float, tele: Float, noise: float) -> Float:
    """The second test, of two fine bands (h, w)."""
    window = (STRUCTURE_PX, STRUCTURE_PX)
    common = cv2.boxFilter(wide * tele, -1, window)
    of_wide, of_tele = (np.sqrt(np.maximum(cv2.boxFilter(x * x, -1, window), 0)) for x in (wide, tele))
    nothing = np.float32(NOTHING**2 + 2 * noise**2)
    score = (common + nothing) / (of_tele * np.maximum(of_wide, of_tele * np.float32(SOFTEST)) + nothing)
    return np.clip((score - np.float32(UNLIKE)) / np.float32(LIKE - UNLIKE), 0, 1)
