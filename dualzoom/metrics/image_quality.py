"""How alike two pictures are: PSNR and SSIM.

Pictures are (H, W, 3) RGB, uint8, uint16 or floats in 0..1, both of the same size and type. A `border` leaves
out that many pixels on every side; a `region` restricts the comparison, a `where` mask picks pixels.
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size

Picture: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]


def peak(picture: Picture) -> float:
    """Returns the value of full scale: 255, 65535 or 1."""
    return {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}.get(picture.dtype, 1.0)


def _check(a: Picture, b: Picture) -> None:
    if a.shape != b.shape or a.dtype != b.dtype:
        raise ValueError(f"pictures differ in shape or type: {a.shape} {a.dtype} and {b.shape} {b.dtype}")


def inner(shape: tuple[int, ...], border: int = 0, region: Region | None = None) -> tuple[slice, slice]:
    """Returns the rows and columns of `region` (or the frame) that stay `border` pixels away from the frame's edge."""
    frame = Size(shape[1], shape[0])
    kept = Region.full(frame).pad(-border)
    return (kept.intersect(region) if region is not None else kept).slices


def mse(
    a: Picture, b: Picture, *, border: int = 0, region: Region | None = None, where: Mask | None = None
) -> float:
    """Returns the mean squared error over all channels, full scale 1; nan where no pixel is left."""
    _check(a, b)
    at = inner(a.shape, border, region)
    difference = (a[at].astype(np.float64) - b[at].astype(np.float64)) / peak(a)
    squared = difference[where[at]] if where is not None else difference
    return float(np.mean(squared**2)) if squared.size else float("nan")


def psnr(
    a: Picture, b: Picture, *, border: int = 0, region: Region | None = None, where: Mask | None = None
) -> float:
    """Returns the peak signal-to-noise ratio in dB over RGB, 10·log10(1 / MSE); inf for equal pictures."""
    error = mse(a, b, border=border, region=region, where=where)
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def ssim(a: Picture, b: Picture, *, border: int = 0, region: Region | None = None) -> float:
    """Returns the structural similarity (Wang et al. 2004), mean over RGB.

    The window is an 11×11 Gaussian of deviation 1.5, K is 0.01, 0.03. Only windows wholly inside the compared area
    count; raises ValueError where that has fewer than 11 px on a side.
    """
    _check(a, b)
    at = inner(a.shape, border, region)
    x, y = (np.asarray(n[at], np.float64) / peak(a) for n in (a, b))
    if min(x.shape[:2]) < 11:
        raise ValueError(f"SSIM needs at least 11×11 pixels, not {x.shape[1]}×{x.shape[0]}")
    c1, c2 = 0.01**2, 0.03**2
    mean_x, mean_y = _window(x), _window(y)
    var_x, var_y = _window(x * x) - mean_x**2, _window(y * y) - mean_y**2
    both = _window(x * y) - mean_x * mean_y
    score = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    score /= (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    return float(score[5:-5, 5:-5].mean())


def _window(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5), np.float64)
