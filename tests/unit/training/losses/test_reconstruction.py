"""Eq. 5: the low band against scipy, and what each term forgives."""

import pytest
import torch
from scipy import ndimage

from dualzoom.training.losses.reconstruction import (
    PAPER_SIGMA,
    blur,
    low_band_difference,
    reconstruction,
)


def picture(seed: int) -> torch.Tensor:
    return torch.rand(1, 3, 12, 14, generator=torch.Generator().manual_seed(seed))


def test_blur_equals_scipys() -> None:
    x = picture(1)
    expected = ndimage.gaussian_filter(x.numpy(), (0, 0, PAPER_SIGMA, PAPER_SIGMA), radius=1, mode="mirror")
    torch.testing.assert_close(blur(x), torch.from_numpy(expected), atol=1e-6, rtol=0)
    wide = blur(x, pad=2)
    assert wide.shape == (1, 3, 14, 16)
    torch.testing.assert_close(wide[..., 1:-1, 1:-1], blur(x))


def test_a_truth_costs_nothing_and_a_darker_picture_its_difference() -> None:
    x = picture(2)
    assert float(reconstruction(x, x)) == pytest.approx(0, abs=1e-5)
    assert float(low_band_difference(x - 0.25, x)) == pytest.approx(0.25, abs=1e-6)


def test_the_second_term_forgives_displacement_where_the_first_does_not() -> None:
    wide = picture(3)
    x, moved = wide[..., 1:-1, 1:-1], wide[..., 2:, 1:-1]
    strict = float(low_band_difference(x, moved))
    both = float(reconstruction(x, moved, weight=1.0))
    shuffled = x.flatten(2)[..., torch.randperm(120)].view_as(x)
    assert strict > 0.05
    assert both - strict < 0.3 * (
        float(reconstruction(shuffled, moved, weight=1.0)) - float(low_band_difference(shuffled, moved))
    )
