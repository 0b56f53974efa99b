"""Rasterises shapes: light, and how much of every pixel a shape covers. All in canvas pixels.

A pixel is the square [i - ½, i + ½] about its centre. Rectangles and masks are integrated exactly, polygons by
counting samples. `Window` is the rows and columns of the canvas that a result belongs to.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Colour: TypeAlias = Sequence[float] | Floats
Window: TypeAlias = tuple[slice, slice]

_SMALL_PX = 6400  # polygons within so many pixels get 64 samples a pixel, larger ones 16
_FLAKES = 2  # flakes are many and small: 4 samples a pixel
_SHIFT = 6  # fractional bits of polygon corners


def linear(encoded: Floats) -> Floats:
    """Returns the linear light of sRGB values in 0..1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def rgb(red: float, green: float, blue: float) -> Floats:
    """Returns the linear light (3,) of an sRGB colour in 0..255."""
    return linear(np.array([red, green, blue]) / 255)


_LINEAR = linear(np.arange(256) / 255)


def coverage(start: float, stop: float, pixels: slice) -> Floats:
    """Returns how much of each pixel [i - ½, i + ½] lies in [start, stop]: (n,) float32, 0..1."""
    centres = np.arange(pixels.start, pixels.stop)
    covered = np.minimum(stop, centres + 0.5) - np.maximum(start, centres - 0.5)
    return np.asarray(np.clip(covered, 0, 1), np.float32)


def box_mean(mask: Floats, box: tuple[float, float, float, float], at: Window) -> Floats:
    """Stretches a mask over `box` (left, top, right, bottom) and averages it over each pixel, by its integral."""
    left, top, right, bottom = box
    height, width = mask.shape
    total: Floats = np.asarray(cv2.integral(mask), np.float64)
    edges_y = (np.arange(at[0].start, at[0].stop + 1) - 0.5 - top) * (height / (bottom - top))
    edges_x = (np.arange(at[1].start, at[1].stop + 1) - 0.5 - left) * (width / (right - left))
    corners = _between(_between(total, np.clip(edges_y, 0, height)).T, np.clip(edges_x, 0, width)).T
    texel = (bottom - top) * (right - left) / (height * width)
    return np.asarray(np.diff(np.diff(corners, axis=0), axis=1) * texel, np.float32)


def _between(values: Floats, at: Floats) -> Floats:
    """Interpolates rows of `values` at fractional positions."""
    low = np.minimum(at.astype(np.int64), len(values) - 2)
    fraction = (at - low)[:, None]
    return np.asarray(values[low] * (1 - fraction) + values[low + 1] * fraction)


def polygon_mask(corners: Floats, at: Window, blur_px: float = 0.0) -> Floats:
    """Returns how much of each pixel in the window a polygon (n, 2) covers; blurs it by `blur_px` from 1 px on."""
    size = (at[0].stop - at[0].start, at[1].stop - at[1].start)
    fine = 1 if blur_px >= 1 else 8 if size[0] * size[1] < _SMALL_PX else 4
    mask: NDArray[Any] = np.zeros((size[0] * fine, size[1] * fine), np.uint8)
    inner = (corners - (at[1].start, at[0].start)) * fine + (fine - 1) / 2
    outline = [np.round(inner * 2**_SHIFT).astype(np.int32)]
    cv2.fillPoly(mask, outline, 255, shift=_SHIFT)
    half = 128  # fillPoly counts its outline in full: on average half of it lies outside
    cv2.polylines(mask, outline, isClosed=True, color=half, shift=_SHIFT)
    if fine > 1:
        mask = cv2.resize(mask, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    if blur_px >= 1:
        mask = cv2.GaussianBlur(mask, (0, 0), blur_px, borderType=cv2.BORDER_REPLICATE)
    return mask.astype(np.float32) / 255


def flake_patch(
    corners: Floats, colours: NDArray[np.uint8], frame: tuple[int, int], blur_px: float
) -> tuple[Window, Floats, Floats] | None:
    """Paints small convex polygons (n, k, 2) in turn; returns window, coverage (h, w) and linear light (h, w, 3).

    `frame`: height and width of the canvas; None where nothing falls on it.
    """
    low, high = corners.min(1), corners.max(1)
    margin = int(3 * blur_px) + 1
    height, width = frame
    seen = ((high > -margin) & (low < (width + margin, height + margin))).all(1)
    if not seen.any():
        return None
    (left, top), (right, bottom) = low[seen].min(0) - margin, high[seen].max(0) + margin
    x0, y0 = max(int(left), -margin), max(int(top), -margin)
    x1, y1 = min(int(right) + 1, width + margin), min(int(bottom) + 1, height + margin)
    patch = np.zeros(((y1 - y0) * _FLAKES, (x1 - x0) * _FLAKES, 4), np.uint8)
    inner = ((corners[seen] - (x0, y0)) * _FLAKES + (_FLAKES - 1) / 2) * 2**_SHIFT
    for polygon, colour in zip(np.round(inner).astype(np.int32), colours[seen].tolist(), strict=True):
        cv2.fillConvexPoly(patch, polygon, (*colour, 255), shift=_SHIFT)
    reduced = cv2.resize(patch, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    small: NDArray[Any] = reduced.astype(np.float32)
    if blur_px > 0.3:
        small = cv2.GaussianBlur(small, (0, 0), blur_px)
    at = (slice(max(y0, 0), min(y1, height)), slice(max(x0, 0), min(x1, width)))
    small = small[at[0].start - y0 : at[0].stop - y0, at[1].start - x0 : at[1].stop - x0]
    index = np.clip(small[..., :3] * (255 / np.maximum(small[..., 3:], 1)), 0, 255).astype(np.uint8)
    return at, small[..., 3] / 255, _LINEAR[index]
