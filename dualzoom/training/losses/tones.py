"""The wide's part of Eq. 7: results have the wide's tones.

    L_tone = ‖G(SR↓ - wide)‖,      G: Gaussian of `colour.tones.SIGMA_PX`, ↓: means of 2 × 2 pixels

The paper compares SR↓ with the wide pixel by pixel, and so asks for the wide's noise, halos and smear as well.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.colour.tones import SIGMA_PX

_RADIUS_PX = round(3 * SIGMA_PX)


def slow(picture: Tensor) -> Tensor:
    """The low band of a picture on the wide's grid, its edge pixels repeated beyond it: B C H W -> the same."""
    channels = picture.shape[1]
    taps = torch.arange(-_RADIUS_PX, _RADIUS_PX + 1, device=picture.device, dtype=picture.dtype)
    taps = torch.exp(-(taps**2) / (2 * SIGMA_PX**2))
    row = (taps / taps.sum()).expand(channels, 1, 1, -1)
    padded = F.pad(picture, (_RADIUS_PX,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, row, groups=channels), row.transpose(2, 3), groups=channels)


def tone_difference(sr: Tensor, wide: Tensor) -> Tensor:
    """L_tone: sr B 3 2H 2W, wide B 3 H W -> scalar."""
    return slow(F.avg_pool2d(sr, 2) - wide).abs().mean()


def toned(sr: Tensor, wide: Tensor) -> Tensor:
    """The picture (B 3 2H 2W) with the wide's tones, as `colour.tones.give_back_tones` gives them in use."""
    missing = slow(wide - F.avg_pool2d(sr, 2))
    return sr + F.interpolate(missing, scale_factor=2, mode="bilinear", align_corners=False)
