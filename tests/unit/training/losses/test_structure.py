"""MS-SSIM against a slow version in float64, written with explicit windows."""

import numpy as np
import pytest
import torch
from scipy import signal

from dualzoom.training.losses.structure import WEIGHTS, ms_ssim, scales_of


def slow(x: np.ndarray, y: np.ndarray) -> float:
    """One channel: the formula of the paper, window by window."""
    place = np.arange(11) - 5
    window = np.exp(-(place[:, None] ** 2 + place[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    scales = sum(min(x.shape) >= 11 * 2**scale for scale in range(5))
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    product = 1.0
    for scale in range(scales):
        height, width = x.shape
        values = []
        for row in range(height - 10):
            for column in range(width - 10):
                a, b = x[row : row + 11, column : column + 11], y[row : row + 11, column : column + 11]
                mean_a, mean_b = (window * a).sum(), (window * b).sum()
                var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
                both = (window * (a - mean_a) * (b - mean_b)).sum()
                value = (2 * both + 0.03**2) / (var_a + var_b + 0.03**2)
                if scale == scales - 1:
                    value *= (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
                values.append(value)
        product *= max(np.mean(values), 1e-4) ** weights[scale]
        x, y = (z[: height // 2 * 2, : width // 2 * 2] for z in (x, y))
        x, y = (signal.convolve2d(z, np.full((2, 2), 0.25), "valid")[::2, ::2] for z in (x, y))
    return float(product)


@pytest.mark.parametrize("size", [(11, 14), (23, 30), (47, 45)])
@pytest.mark.parametrize("noise", [0.02, 0.2])
def test_it_is_the_slow_version(size: tuple[int, int], noise: float) -> None:
    rng = np.random.default_rng(3)
    x = rng.random((2, 3, *size))
    y = np.clip(x + rng.normal(0, noise, x.shape), 0, 1)
    found = ms_ssim(torch.from_numpy(x).float(), torch.from_numpy(y).float())
    expected = [np.mean([slow(a, b) for a, b in zip(*pair, strict=True)]) for pair in zip(x, y, strict=True)]
    assert np.allclose(found, expected, atol=2e-4)


def test_equal_pictures_are_one_and_less_alike_ones_are_less() -> None:
    g = torch.Generator().manual_seed(1)
    x = torch.rand(1, 3, 64, 64, generator=g)
    other = torch.rand(1, 3, 64, 64, generator=g)
    values = [float(ms_ssim(x, x.lerp(other, share))) for share in (0, 0.1, 0.3, 1)]
    assert values[0] == pytest.approx(1, abs=1e-5)
    assert values == sorted(values, reverse=True)


def test_as_many_scales_as_windows_fit() -> None:
    assert [scales_of(side) for side in (11, 21, 22, 64, 128, 176, 4000)] == [1, 1, 2, 3, 4, 5, 5]
    with pytest.raises(ValueError, match="11 px"):
        scales_of(10)


def test_its_gradient_is_finite_even_for_opposite_and_flat_pictures() -> None:
    for x in (torch.zeros(1, 3, 48, 48), 1 - torch.rand(1, 3, 48, 48)):
        x.requires_grad_(True)
        (1 - ms_ssim(x, 1 - x.detach()).mean()).backward()
        assert x.grad is not None
        assert torch.isfinite(x.grad).all()
