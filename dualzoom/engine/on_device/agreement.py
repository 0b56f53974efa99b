"""Twin of `reference.agreement`: its tests with its numbers, of pictures 3 h w on a device."""

import torch
from torch import Tensor

from dualzoom.engine.on_device.filters import box, gaussian, greatest, least, luma
from dualzoom.reference import agreement as rules


def agreement(wide: Tensor, matched: Tensor, seen: Tensor, noise: float) -> Tensor:
    """As `reference.agreement.agreement`: wide and matched 3 h w, seen 1 h w -> 1 h w."""
    mask = seen > 0
    tele = torch.where(mask, matched, wide)
    low_wide, low_tele = _low(wide), _low(tele)
    verdict = _low_band(low_wide, low_tele)
    verdict = verdict * _structure(luma(wide - low_wide), luma(tele - low_tele), noise)
    return _cautious(verdict * mask)


def exposed(pixels: Tensor) -> Tensor:
    """As `reference.agreement.exposed`: 3 h w -> 1 h w."""
    highest = box(pixels.amax(0, keepdim=True), 3)
    crushed = (highest - rules.CRUSHED[0]) * (1 / (rules.CRUSHED[1] - rules.CRUSHED[0]))
    blown = (rules.BLOWN[1] - highest) * (1 / (rules.BLOWN[1] - rules.BLOWN[0]))
    return torch.minimum(crushed, blown).clamp_(0, 1)


def _cautious(verdict: Tensor) -> Tensor:
    narrow = least(verdict)
    company = box(narrow, rules.STRUCTURE_PX)
    alone = ((company - rules.ALONE[0]) / (rules.ALONE[1] - rules.ALONE[0])).clamp_(0, 1)
    return gaussian(narrow, 3, 1.5) * alone


def _low(pixels: Tensor) -> Tensor:
    return gaussian(pixels, rules.LOW_RADIUS_PX, rules.SIGMA_PX)


def _low_band(wide: Tensor, tele: Tensor) -> Tensor:
    slack = (greatest(wide) - least(wide)) * 0.5
    off = ((wide - tele).abs() - slack).clamp_(min=0)
    size = off.square().mean(0, keepdim=True).sqrt_()
    return ((rules.WRONG - size) / (rules.WRONG - rules.WELCOME)).clamp_(0, 1)


def _structure(wide: Tensor, tele: Tensor, noise: float) -> Tensor:
    common = box(wide * tele, rules.STRUCTURE_PX)
    of_wide, of_tele = (box(x * x, rules.STRUCTURE_PX).clamp_(min=0).sqrt_() for x in (wide, tele))
    nothing = rules.NOTHING**2 + 2 * noise**2
    score = (common + nothing) / (of_tele * torch.maximum(of_wide, of_tele * rules.SOFTEST) + nothing)
    return ((score - rules.UNLIKE) / (rules.LIKE - rules.UNLIKE)).clamp_(0, 1)
