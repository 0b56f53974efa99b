"""The low band of Eq. 5 against values recorded from the authors' training code."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from dualzoom.training.losses.reconstruction import blur, gaussian_kernel, low_band_difference

#: The release folds a Gaussian of σ 1 back into three taps, which is the sampled Gaussian of this σ.
RELEASE_SIGMA = 1.2497864


@pytest.fixture
def recorded(shared: Path) -> dict[str, Tensor]:
    with np.load(shared / "parity" / "public" / "loss.npz") as file:
        return {key: torch.from_numpy(file[key]) for key in file.files}


def assert_near(ours: Tensor, recorded: Tensor, what: str, tolerance: float = 1e-4) -> None:
    assert ours.shape == recorded.shape, what
    error = float((ours.double() - recorded.double()).abs().max() / recorded.abs().max())
    assert error <= tolerance, f"{what}: {error:.2e} of the maximum"


def test_the_releases_kernel_is_a_folded_gaussian() -> None:
    impulse = torch.zeros(3, 3, dtype=torch.float64)
    impulse[1, 1] = 1
    folded = torch.from_numpy(ndimage.gaussian_filter(impulse.numpy(), 1.0, mode="reflect"))
    torch.testing.assert_close(gaussian_kernel(RELEASE_SIGMA).double(), folded, atol=1e-6, rtol=0)


@pytest.mark.shared
def test_low_band(recorded: dict[str, Tensor]) -> None:
    sr, hr, kernel = (recorded[f"lf.{name}"] for name in ("sr", "hr", "kernel"))
    assert_near(gaussian_kernel(RELEASE_SIGMA), kernel, "kernel", 1e-5)
    assert_near(blur(sr, RELEASE_SIGMA, pad=2), recorded["lf.sr_blur"], "sr_blur")
    assert_near(blur(hr, RELEASE_SIGMA, pad=2), recorded["lf.hr_blur"], "hr_blur")
    low = low_band_difference(sr, hr, RELEASE_SIGMA, pad=2)
    assert float(low) == pytest.approx(float(recorded["lf.l1"]), rel=1e-5)
