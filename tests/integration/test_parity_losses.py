"""The low band of Eq. 5 against values recorded from the authors' training code."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from dualzoom.training.losses.reconstruction import RELEASE_SIGMA, blur, gaussian_kernel, low_band_difference

pytestmark = pytest.mark.shared


@pytest.fixture
def recorded(shared: Path) -> dict[str, Tensor]:
    with np.load(shared / "parity" / "public" / "loss.npz") as file:
        return {key: torch.from_numpy(file[key]) for key in file.files}


def assert_near(ours: Tensor, recorded: Tensor, what: str, tolerance: float = 1e-4) -> None:
    assert ours.shape == recorded.shape, what
    error = float((ours.double() - recorded.double()).abs().max() / recorded.abs().max())
    assert error <= tolerance, f"{what}: {error:.2e} of the maximum"


def test_low_band(recorded: dict[str, Tensor]) -> None:
    sr, hr, kernel = (recorded[f"lf.{name}"] for name in ("sr", "hr", "kernel"))
    assert_near(gaussian_kernel(RELEASE_SIGMA), kernel, "kernel", 1e-5)
    assert_near(blur(sr, RELEASE_SIGMA, pad=2), recorded["lf.sr_blur"], "sr_blur")
    assert_near(blur(hr, RELEASE_SIGMA, pad=2), recorded["lf.hr_blur"], "hr_blur")
    low = low_band_difference(sr, hr, RELEASE_SIGMA, pad=2)
    assert float(low) == pytest.approx(float(recorded["lf.l1"]), rel=1e-5)
