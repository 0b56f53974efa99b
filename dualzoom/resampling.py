"""Enlarging, halving, rounding and luma: one definition each, for every stage and every measure.

Grids are related by edges, not by centres: pixel i of a picture covers [i, i + 1), and twice the size splits each
pixel in two. So the centre of pixel i lies at 2i + 0.5 on the 2× grid (`geometry.TO_2X`).

Pictures are (H, W) or (H, W, C). Nothing here clips but where it says so.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

#: Luma of encoded RGB (ITU-R BT.601).
LUMA = np.array([[0.299, 0.587, 0.114]], np.float32)


def _stretched_cubic() -> NDArray[np.float32]:
    """Keys' kernel (a = −0.5) at the eight pixels around the middle of two: distances ±¼, ±¾, ±1¼, ±1¾."""
    x = np.abs(np.arange(-3.5, 4) / 2)
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    taps = np.where(x < 1, near, far)
    return np.asarray(taps / taps.sum(), np.float32)


_STRETCHED_CUBIC = _stretched_cubic()


def enlarge_bicubic(picture: NDArray[Any]) -> NDArray[Any]:
    """Twice the size by cubic convolution with a = −0.75, in the picture's own type.

    The kernel of OpenCV and torch, and so what the networks start from: gains are told against this one.
    """
    size = (2 * picture.shape[1], 2 * picture.shape[0])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), picture.dtype)


def halve_area(picture: NDArray[Any]) -> NDArray[Any]:
    """Half the size by means of 2×2 pixels, in the picture's own type: a sensor of twice the pixel pitch.

    Sides of odd length lose half a pixel to the stretch; callers that care hand in even ones.
    """
    size = (max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), picture.dtype)


def halve_bicubic(picture: NDArray[Any]) -> NDArray[Any]:
    """Half the size by antialiased bicubic (a = −0.5, the kernel stretched over two pixels).

    The same as torch's `interpolate(mode="bicubic", antialias=True)`, and so the way in which papers make low
    resolution. uint8 as Pillow does it, to 8 bits in each direction; float32 exactly. An odd last row or column is
    dropped; beyond the frame nothing counts.
    """
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    even = np.ascontiguousarray(picture[: 2 * height, : 2 * width])
    if even.dtype == np.uint8:
        from PIL import Image  # here: training runs where it is not installed

        return np.asarray(Image.fromarray(even).resize((width, height), Image.Resampling.BICUBIC))
    taps, nothing = _STRETCHED_CUBIC, cv2.BORDER_CONSTANT
    sums = cv2.sepFilter2D(even, cv2.CV_32F, taps, taps, anchor=(3, 3), borderType=nothing)[::2, ::2]
    down, across = (
        cv2.filter2D(np.ones((side, 1), np.float32), -1, taps[:, None], anchor=(0, 3), borderType=nothing)[
            ::2, 0
        ]
        for side in even.shape[:2]
    )
    weights = down[:, None] * across
    return np.asarray(sums / (weights if even.ndim == 2 else weights[..., None]), np.float32)


def quantise(pixels: NDArray[np.float32], dtype: DTypeLike) -> NDArray[Any]:
    """Float 0..1 to an integer type, clipped and rounded to nearest; a float type is only converted."""
    if not np.issubdtype(dtype, np.integer):
        return pixels.astype(dtype)
    scaled = np.clip(pixels, 0.0, 1.0) * np.float32(np.iinfo(np.dtype(dtype)).max)
    whole: NDArray[Any] = np.rint(scaled, out=scaled).astype(dtype)
    return whole


def luma(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Luma (H, W) of encoded RGB (H, W, 3)."""
    return np.asarray(cv2.transform(picture, LUMA), np.float32)
