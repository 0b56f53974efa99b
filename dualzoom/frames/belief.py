"""How far a frame shows what the wide shows, at each place, and how precisely: what it counts for in a merge.

Whether it shows the same is asked of low bands (σ 1.6 px), against the difference that noise makes at that brightness:
a quarter of it by chance, movers by much more. So nothing that moved leaves a ghost.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.frames.aligned_frame import BAND_ROWS, AlignedFrame, Float, paths
from dualzoom.geometry import Size
from dualzoom.resampling import luma

_SIGMA_PX = 1.6
_HALO = 12
_FLOOR = 0.004  # encoded; what JPEG alone makes of a low band
_BINS, _ENOUGH_ALIKE = 8, 200
_FINE_PX = 7  # side of the window in which fine differences are judged
_NOISE_QUANTILE, _LEAST_NOISE = 0.7, 0.3 / 255  # half the quantile costs 0.1 dB by day, 0.15 at dusk
_EDGE_PX = 3.0  # of the frame's own border over which its weight falls to 0


class Compared(NamedTuple):
    """Two pictures at each place, (H, W) each, 0..1.

    `off`: by how much their low bands differ, beyond what a small shift makes. `level`: how bright the first is there.
    `fine`: their squared difference in luma, in the mean around.
    """

    off: Float
    level: Float
    fine: Float


def weighed(wide: Pixels, frame: AlignedFrame, inside: Float | None = None) -> AlignedFrame:
    """The frame with its weights: at each place, how far it shows what the wide shows, and how precisely.

    `inside`: what `inside_of` says of the frame, where that is known.
    """
    peak = np.float32(np.iinfo(wide.dtype).max)

    def rows(first: int, last: int) -> tuple[Float, Float]:
        own: Float = np.asarray(wide[first:last] / peak, np.float32)
        return own, frame.sample(first, last, cv2.INTER_LANCZOS4)

    found = compared(frame.size, rows)
    same, precision = likeness(found), _precision(found)
    same *= inside_of(frame.size, frame.from_wide, Size.of(frame.pixels)) if inside is None else inside
    return replace(frame, same=_coded(same), weight=_coded(same * precision))


def inside_of(size: Size, from_wide: NDArray[np.float64], frame: Size) -> Float:
    """1 where the wide's pixels lie in the frame, falling to 0 along its border: (H, W)."""
    out = np.empty((size.height, size.width), np.float32)
    for top in range(0, size.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, size.height)
        x, y = paths(size, top, bottom, from_wide, None)
        edge = np.minimum(np.minimum(x, frame.width - 1 - x), np.minimum(y, frame.height - 1 - y))
        out[top:bottom] = np.clip((edge + 0.5) / _EDGE_PX, 0, 1)
    return out


def compared(size: Size, rows: Callable[[int, int], tuple[Float, Float]]) -> Compared:
    """Compares two pictures of one size. `rows`: their rows from one up to another, (h, W, 3) 0..1 each."""
    off, level, fine = (np.empty((size.height, size.width), np.float32) for _ in range(3))
    for top in range(0, size.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, size.height)
        first, last = max(0, top - _HALO), min(size.height, bottom + _HALO)
        own, other = rows(first, last)
        difference = luma(np.ascontiguousarray(own - other))
        inner = slice(top - first, bottom - first)
        fine[top:bottom] = cv2.blur(difference * difference, (_FINE_PX, _FINE_PX))[inner]
        low, low_other = (cv2.GaussianBlur(part, (0, 0), _SIGMA_PX) for part in (own, other))
        away = np.sqrt(((low - low_other) ** 2).mean(2))
        slack = cv2.dilate(low, np.ones((3, 3))) - cv2.erode(low, np.ones((3, 3)))  # about a pixel's shift
        away = np.maximum(away - np.float32(0.15) * slack.mean(2), 0)
        off[top:bottom], level[top:bottom] = away[inner], low[inner].mean(2)
    return Compared(off, level, fine)


def likeness(found: Compared) -> Float:
    """How far both show the same: (H, W) 0..1."""
    usual = np.maximum(_by_level(found.off, found.level, 0.5) * np.float32(1.4826), _FLOOR)
    weight = cv2.erode(
        np.exp(-((np.maximum(found.off - 2 * usual, 0) / (2 * usual)) ** 2)), np.ones((5, 5), np.uint8)
    )
    return np.asarray(cv2.GaussianBlur(weight, (0, 0), 2.0), np.float32)


def noise_variance(found: Compared) -> Float:
    """Half the squared difference that is usual where nothing but noise differs, at each place's brightness: (H, W)."""
    usual = _by_level(found.fine, found.level, _NOISE_QUANTILE) / 2
    return np.asarray(np.maximum(usual, _LEAST_NOISE**2), np.float32)


def _precision(found: Compared) -> Float:
    """The inverse of the frame's variance in that of the wide's own noise σ²: (H, W), 0..1.

    Squared differences of the two are 2σ² where nothing but noise differs, and more by b² where the frame is misplaced
    or samples fine structure elsewhere. The best mean of both weighs the frame σ² / (σ² + b²). So the sharp, clean
    frames of a video hardly count, and those of a phone at dusk do.
    """
    noise = noise_variance(found)
    return np.asarray(np.clip(noise / np.maximum(found.fine - noise, noise), 0, 1), np.float32)


def _by_level(values: Float, level: Float, quantile: float) -> Float:
    """A quantile of the values of pixels alike in brightness, at each pixel: (H, W). What moves has no say in it."""
    some, of = values[::3, ::3], (level[::3, ::3] * _BINS).astype(int).clip(0, _BINS - 1)
    overall = float(np.quantile(some, quantile))
    curve = []
    for number in range(_BINS):
        alike = some[of == number]
        value = overall if alike.size < _ENOUGH_ALIKE else float(np.quantile(alike, quantile))
        curve.append(value)
    middles = (np.arange(_BINS) + 0.5) / _BINS
    return np.asarray(np.interp(level, middles, curve), np.float32)


def _coded(share: Float) -> NDArray[np.uint8]:
    return np.rint(share * 255).astype(np.uint8)
