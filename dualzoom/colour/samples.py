"""Collects the samples of the fit: matching patches of colour from both photos.

Single pixels would mislead it twice: a misaligned edge pairs unlike colours, and a clipped value says only
"at least this much". So pixels are averaged into some thousand cells, each pixel weighted by the caller's
weight, by how flat both photos are around it, and by its distance from white in both. Black is a matter of
single channels: a deep red holds no blue, and still tells red's curve.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import Array

#: Cells along the longer side: enough for every object's colour, few enough to solve in a blink.
CELLS = 56
#: Pixels along the longer side that are used; more only costs time.
LONGEST_PX = 576
#: Standard deviation (encoded) over 5×5 px at which a pixel counts a quarter.
FLAT = 0.04
#: Encoded values between which a weight rises at black, and falls at white.
BLACK, WHITE = (1.5 / 255, 6.0 / 255), (0.955, 0.985)
#: A cell with less than this share of good pixels says little.
MIN_SHARE = 0.01
#: Bins a channel when colours are counted.
BINS = 12


@dataclass(frozen=True, kw_only=True)
class Samples:
    """N cells.

    `tele`, `wide`: (N, 3) encoded 0..1. `weight`: (N, 3) of about 1, per channel. `place`: (N, 2) x, y, 0..1
    across the window. `area`: (N,) 0..1, the share of the cell that was used.
    """

    tele: Array
    wide: Array
    weight: Array
    place: Array
    area: Array


def collect(wide: NDArray[np.float32], tele: NDArray[np.float32], weight: NDArray[np.float32]) -> Samples:
    """Averages two pictures (h, w, 3) of one region into cells; `weight`: (h, w) 0..1, validity of each pixel."""
    wide, tele, weight = (_shrink(np.nan_to_num(a), LONGEST_PX) for a in (wide, tele, weight))
    counts = weight * _below_white(wide) * _below_white(tele) * _flat(wide, tele)
    lit = _above_black(wide) * _above_black(tele)
    counts *= lit.max(axis=2)  # black in all channels tells nothing (so do missing numbers)
    lit *= counts[:, :, None]
    height, width = weight.shape
    scale = min(1.0, CELLS / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    area = _area(counts, size)
    share = np.maximum(area, 1e-12)[:, :, None]
    cells_tele, cells_wide, lit_share = (
        _area(part, size) / share for part in (tele * counts[:, :, None], wide * counts[:, :, None], lit)
    )
    y, x = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
    place = np.stack([x / size[0], y / size[1]], axis=-1)
    keep = area > MIN_SHARE
    # Black pixels spoil a cell's mean long before they are most of it.
    by_channel = lit_share[keep] ** 4 * _balance(cells_tele[keep], area[keep])[:, None]
    return Samples(
        tele=cells_tele[keep], wide=cells_wide[keep], weight=by_channel, place=place[keep], area=area[keep]
    )


def _shrink(picture: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    """Averages by area to at most `longest` pixels a side."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1.0:
        return np.asarray(picture, np.float32)
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _area(picture: NDArray[np.float32], size: tuple[int, int]) -> Array:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float64)


def _below_white(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 where any channel is white, 1 well below."""
    below = (WHITE[1] - picture.max(axis=2)) / np.float32(WHITE[1] - WHITE[0])
    return np.asarray(np.clip(below, 0, 1), np.float32)


def _above_black(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 where a channel is black, 1 well above; per channel."""
    above = (picture - np.float32(BLACK[0])) / np.float32(BLACK[1] - BLACK[0])
    return np.asarray(np.clip(above, 0, 1), np.float32)


def _flat(wide: NDArray[np.float32], tele: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 where both photos are flat over 5×5 px, falling with their variance."""
    total = np.zeros(wide.shape[:2], np.float32)
    for picture in (wide, tele):
        luma = picture.mean(axis=2)
        mean = cv2.blur(luma, (5, 5))
        total += np.maximum(cv2.blur(luma * luma, (5, 5)) - mean * mean, 0)
    return (np.float32(1.0) + total / np.float32(2 * FLAT * FLAT)) ** np.float32(-2.0)


def _balance(colours: Array, area: Array) -> Array:
    """Returns weights (N,) of about 1 with which a colour counts by the square root of its area.

    A sky that is half of the picture must not decide alone what the other half looks like.
    """
    bins = np.minimum((colours * BINS).astype(np.intp), BINS - 1) @ np.array([BINS * BINS, BINS, 1])
    filled = np.bincount(bins, weights=area)[bins] if bins.size else np.ones(0)
    weight = area / np.sqrt(np.maximum(filled, 1.0))
    return np.asarray(weight / max(float(weight.mean()), 1e-12)) if bins.size else weight
