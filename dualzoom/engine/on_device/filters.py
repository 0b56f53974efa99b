"""Filters of pictures … h w in float32, with the borders of OpenCV's: mirrored about the outermost pixel's centre.

Sums of shifted planes, not convolutions: those would be rounded to 10 bits of mantissa (TF32) on NVIDIA's GPUs.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.engine.on_device.picture import sent
from dualzoom.tiling.plan import reflect_index

_LUMA = (0.299, 0.587, 0.114)


def gaussian(x: Tensor, reach: int, sigma: float) -> Tensor:
    """Twin of `cv2.GaussianBlur` with a kernel of `reach` pixels on every side."""
    taps = np.exp(-np.square(np.arange(-reach, reach + 1)) / (2 * sigma**2))
    return _separable(x, (taps / taps.sum()).tolist())


def box(x: Tensor, side: int) -> Tensor:
    """Twin of `cv2.blur`: means over `side` × `side` pixels, an odd number."""
    return _separable(x, [1 / side] * side)


def greatest(x: Tensor) -> Tensor:
    """Twin of `cv2.dilate` with 3 × 3 pixels, of C h w; nothing beyond the border counts."""
    return F.max_pool2d(x[None], 3, stride=1, padding=1)[0]


def least(x: Tensor) -> Tensor:
    """Twin of `cv2.erode` with 3 × 3 pixels, of C h w."""
    return -greatest(-x)


def luma(x: Tensor) -> Tensor:
    """Luma 1 h w of RGB 3 h w."""
    red, green, blue = x.unsqueeze(1).unbind()
    return (red * _LUMA[0]).add_(green, alpha=_LUMA[1]).add_(blue, alpha=_LUMA[2])


def halved(x: Tensor) -> Tensor:
    """Means of 2 × 2 pixels: C 2h 2w -> C h w."""
    return F.avg_pool2d(x[None], 2)[0]


def doubled(x: Tensor) -> Tensor:
    """Twice the size, bilinear between pixel centres: C h w -> C 2h 2w."""
    return F.interpolate(x[None], scale_factor=2, mode="bilinear", align_corners=False)[0]


def _separable(x: Tensor, taps: list[float]) -> Tensor:
    for axis in (-2, -1):
        x = _along(x, taps, axis)
    return x


def _along(x: Tensor, taps: list[float], axis: int) -> Tensor:
    length, reach = x.shape[axis], len(taps) // 2
    mirrored = x.index_select(axis, sent(reflect_index(-reach, length + 2 * reach, length), x.device))
    total = torch.zeros_like(x)
    for shift, weight in enumerate(taps):
        total.add_(mirrored.narrow(axis, shift, length), alpha=weight)
    return total
