"""Supervises the window matching by the known correspondence: the paper trains φ through the result alone, which
teaches nothing after registration, where the centre is always nearly right."""

import torch
from torch import Tensor

from dualzoom.network.window import shifts

#: Flat cells match anywhere; only cells with some deviation in the 3×3 around them count.
_LEAST_DEVIATION = 0.02


def correspondence_loss(weights: Tensor, shift: Tensor, lr: Tensor, radius: int) -> Tensor:
    """Returns the cross entropy of the matching's weights with the true place: B n H W, B 2 H W, B 3 H W -> scalar.

    `shift`: (dy, dx) in cells, nan where unknown. A truth between cells counts for the four around it (bilinear).
    Averages over cells, without flat or unknown ones and those whose match lies beyond the window; 0 where none is
    left.
    """
    window = torch.tensor(shifts(radius), dtype=shift.dtype, device=shift.device)  # n 2
    away = (window[None, :, :, None, None] - shift[:, None]).abs()  # B n 2 H W
    target = (1 - away).clamp_min(0).prod(2)  # B n H W, sums to 1 inside the window
    inside = (shift.abs() <= radius).all(1)  # B H W, false for nan
    counted = inside & (_deviation(lr) > _LEAST_DEVIATION)
    entropy = -(torch.nan_to_num(target) * weights.clamp_min(1e-6).log()).sum(1)  # B H W
    return (entropy * counted).sum() / counted.sum().clamp_min(1)


def _deviation(lr: Tensor) -> Tensor:
    """Returns the standard deviation of grey in the 3×3 around each cell: B 3 H W -> B H W."""
    grey = lr.mean(1, keepdim=True)
    mean, square = (torch.nn.functional.avg_pool2d(x, 3, 1, 1) for x in (grey, grey.square()))
    return (square - mean.square()).clamp_min(0).sqrt()[:, 0]
