"""Strengthens fine luma detail of a finished picture, or holds it back, without halos and without changing colours.

    Y' = Y + (amount − 1) · g · (Y − base),      base: guided filter of Y by itself (He, Sun & Tang, TPAMI 2013)

The base keeps steps far above _EDGE, so edges are no detail: they are neither sharpened nor softened. g is 1 where
detail is held back; where it is strengthened, it is the Wiener gain against _SURE times the noise's variance, so that
skies and walls stay smooth. Y' may leave the range of Y in the 5×5 around a pixel by less than OVERSHOOT, softly
limited, and never so far that a channel clips. All three channels change by the same whole number, so their differences
stay to the bit.
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.resampling import luma

Float: TypeAlias = NDArray[np.float32]

#: How far luma (0..1) may leave the range of its surroundings: five of 255 steps.
OVERSHOOT = 0.02
_RADIUS_PX = 4  # of the guided filter: what is finer is detail
_EDGE = 0.04  # contrast (0..1, standard deviation) above which structure counts as an edge
_GAIN_PX = 9  # side of the windows in which detail and noise are compared
#: Detail below so many times the noise's variance is not strengthened: windows of noise spread, and noise is clumpy.
_SURE = 2.5
#: Standard deviation of noise: rounding's at least; grain above that is texture that fills the picture.
_LEAST_NOISE, _MOST_NOISE = 0.0015, 0.02
_SPREAD = 3.0  # how much noisier one brightness may be than the picture: what has no flat place seems noisy
_FLAT = 0.1  # share of windows taken for flat
_LEVELS, _LEVEL_WINDOWS = 8, 2000  # steps of brightness, and how many windows tell the noise of one
_CLIPPED = 0.03  # luma so near to black or white shows no noise
_PLACES, _PLACE_PX = 6, 160  # noise is measured on a grid of so many places a side, each of this side
#: How far away a pixel can change another: two boxes of the guided filter, then the largest window.
REACH_PX = 2 * _RADIUS_PX + _GAIN_PX // 2
_BAND_PX = 256  # rows changed at once: memory stays flat


def adjust_detail(
    pixels: NDArray[Any], amount: float, noise: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Changes a picture (H, W, 3; uint8 or uint16) in place; `amount` 0: no fine detail, 1: as it is, 2: doubled.

    `noise`: of a picture like this, as returned earlier; None: it is measured. What is strengthened depends on it, so
    the pictures of a clip share one. Returns the noise that was used, by brightness.
    """
    if noise is None:
        noise = _noise(pixels) if amount > 1 else np.zeros(_LEVELS)
    if amount == 1:
        return noise
    height = pixels.shape[0]
    above = pixels[:0].copy()  # rows as they were, which the next band still looks at
    for top in range(0, height, _BAND_PX):
        bottom = min(top + _BAND_PX, height)
        around = np.concatenate([above, pixels[top : min(bottom + REACH_PX, height)]])
        first = top - len(above)
        above = pixels[max(0, bottom - REACH_PX) : bottom].copy()
        change = _change(around, amount, noise)[top - first : bottom - first]
        pixels[top:bottom] += change[..., None].astype(
            pixels.dtype
        )  # wraps, and so subtracts what is negative
    return noise


def _change(pixels: NDArray[Any], amount: float, noise: NDArray[np.float64]) -> NDArray[np.int32]:
    """Returns by how many steps each pixel's channels change: (h, w, 3) -> (h, w)."""
    peak = int(np.iinfo(pixels.dtype).max)
    grey = luma(pixels * np.float32(1 / peak))
    detail = _detail(grey)
    wanted = (amount - 1) * detail
    if amount > 1:
        wanted *= _gain(detail, _at(grey - detail, noise))
    steps = np.rint(_limited(grey, wanted) * peak).astype(np.int32)
    least = -pixels.min(2).astype(np.int32)  # no channel clips: its colour would change
    return np.clip(steps, least, peak - pixels.max(2).astype(np.int32))


def _detail(grey: Float) -> Float:
    """Returns luma (h, w) without what the guided filter keeps."""
    mean, square = (_box(part, 2 * _RADIUS_PX + 1) for part in (grey, grey * grey))
    variance = np.maximum(square - mean * mean, 0)
    slope: Float = (variance / (variance + np.float32(_EDGE**2))).astype(np.float32)
    offset: Float = mean - slope * mean
    return grey - (_box(slope, 2 * _RADIUS_PX + 1) * grey + _box(offset, 2 * _RADIUS_PX + 1))


def _gain(detail: Float, noise: Float) -> Float:
    """Returns the share 0..1 of the detail that is none of the noise."""
    power = np.maximum(_box(detail * detail, _GAIN_PX), np.float32(1e-12))
    return np.asarray(np.maximum(1 - np.float32(_SURE) * noise * noise / power, 0), np.float32)


def _at(base: Float, noise: NDArray[np.float64]) -> Float:
    """Returns the noise of each pixel from that of `_LEVELS` steps of brightness, linear between their middles."""
    table = np.interp(np.arange(256) / 255, (np.arange(_LEVELS) + 0.5) / _LEVELS, noise)
    return np.asarray(table[(np.clip(base, 0, 1) * 255).astype(np.uint8)], np.float32)


def _limited(grey: Float, wanted: Float) -> Float:
    """Returns the wanted change of luma, held inside the range of the 5×5 and softly up to OVERSHOOT beyond."""
    window = np.ones((5, 5), np.uint8)
    low, high = (np.asarray(of(grey, window), np.float32) for of in (cv2.erode, cv2.dilate))
    aim = grey + wanted
    inside = np.clip(aim, low, high)
    beyond = aim - inside
    return np.asarray(inside - grey + beyond / (1 + np.abs(beyond) / np.float32(OVERSHOOT)), np.float32)


def _noise(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Returns the noise (standard deviation, 0..1) in fine luma at _LEVELS of brightness, by the flattest places."""
    size = Size.of(pixels)
    width, height = min(_PLACE_PX, size.width), min(_PLACE_PX, size.height)
    found = []
    for y in np.linspace(0, size.height - height, _PLACES).astype(int):
        for x in np.linspace(0, size.width - width, _PLACES).astype(int):
            grey = luma(pixels[y : y + height, x : x + width] * np.float32(1 / np.iinfo(pixels.dtype).max))
            detail = _detail(grey)
            found.append(np.stack([_box(grey, _GAIN_PX), _box(detail * detail, _GAIN_PX)]).reshape(2, -1))
    level, power = np.concatenate(found, 1)
    told = (level > _CLIPPED) & (level < 1 - _CLIPPED)
    level, power = level[told], power[told]
    if not len(power):
        return np.full(_LEVELS, _LEAST_NOISE)
    whole = max(np.sqrt(np.quantile(power, _FLAT)), _LEAST_NOISE)
    parts = [power[(level * _LEVELS).astype(int) == step] for step in range(_LEVELS)]
    noise = [np.sqrt(np.quantile(p, _FLAT)) if len(p) > _LEVEL_WINDOWS else whole for p in parts]
    return np.asarray(np.clip(np.minimum(noise, _SPREAD * whole), _LEAST_NOISE, _MOST_NOISE), np.float64)


def _box(values: Float, side: int) -> Float:
    return np.asarray(cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)
