"""The wide's part of Eq. 7: results have the wide's tones.

    L_tone = ‖G(SR↓ - wide)‖,      G: Gaussian of `colour.tones.SIGMA_PX`, ↓: means of 2 × 2 pixels

The paper compares SR↓ with the wide pixel by pixel, and so asks for the wide's noise, halos and smear as well.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.colour.tones import SIGMA_PX


def slow(picture: Tensor) -> Tensor:
    """Filters the low band of a picture on the wide's grid, edge pixels repeated: B C H W -> the same."""
    rows, columns = (_gaussian(side, picture) for side in picture.shape[-2:])
    return rows @ picture @ columns.T


def _gaussian(side: int, like: Tensor) -> Tensor:
    """Returns the Gaussian along an axis of `side` pixels as a matrix: faster than convolution for three channels."""
    place = torch.arange(side, device=like.device, dtype=like.dtype)
    reach = torch.arange(-round(4 * SIGMA_PX), round(4 * SIGMA_PX) + 1, device=like.device)
    taps = torch.exp(-(reach.to(like.dtype) ** 2) / (2 * SIGMA_PX**2))
    at = (place[:, None] + reach).clamp(0, side - 1).long()
    matrix = like.new_zeros(side, side)
    return matrix.scatter_add_(1, at, (taps / taps.sum()).expand(side, -1).contiguous())


def tone_difference(sr: Tensor, wide: Tensor) -> Tensor:
    """Returns L_tone: sr B 3 2H 2W, wide B 3 H W -> scalar."""
    return slow(F.avg_pool2d(sr, 2) - wide).abs().mean()


def toned(sr: Tensor, wide: Tensor) -> Tensor:
    """Gives a picture (B 3 2H 2W) the wide's tones, as `colour.tones.give_back_tones` gives them in use."""
    missing = slow(wide - F.avg_pool2d(sr, 2))
    return sr + F.interpolate(missing, scale_factor=2, mode="bilinear", align_corners=False)
