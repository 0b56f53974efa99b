"""Eq. 7: the result reduced is the wide; the tele gives the rest."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.adaptation import adaptation, reduced_difference
from dualzoom.training.losses.fidelity import fidelity


def picture(seed: int, side: int) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def test_a_result_that_reduces_to_the_wide_costs_nothing() -> None:
    sr = picture(1, 16)
    wide = F.interpolate(sr, scale_factor=0.5, mode="bicubic")
    assert float(reduced_difference(sr, wide)) == pytest.approx(0, abs=1e-6)
    assert float(reduced_difference(sr + 0.1, wide)) == pytest.approx(0.1, abs=1e-5)


def test_is_the_sum_of_its_terms() -> None:
    sr, wide, tele, confidence = picture(1, 16), picture(2, 8), picture(3, 12), picture(4, 16)[:, :1]
    for weight in (0.0, 0.1, 2.0):
        expected = reduced_difference(sr, wide) + weight * fidelity(sr, tele, confidence)
        assert float(adaptation(sr, wide, tele, confidence, weight=weight)) == pytest.approx(float(expected))


def test_descending_it_brings_the_wide_back() -> None:
    wide, tele = picture(2, 8), picture(3, 16)
    sr = F.interpolate(wide, scale_factor=2.0, mode="bicubic") + 0.1
    sr.requires_grad_()
    before = float(reduced_difference(sr.detach(), wide))
    for _ in range(60):
        loss = adaptation(sr, wide, tele, torch.ones(1, 1, 16, 16))
        (gradient,) = torch.autograd.grad(loss, sr)
        sr = (sr - 2 * gradient).detach().requires_grad_()
    assert float(reduced_difference(sr.detach(), wide)) < 0.3 * before
