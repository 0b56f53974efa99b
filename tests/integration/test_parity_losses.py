"""Our losses against values and gradients recorded from the authors' training code."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dualzoom.training.losses.adaptation import reduced_difference
from dualzoom.training.losses.contextual import affinity_peaks, contextual, distances
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


@pytest.mark.parametrize("name", ["cx0", "cx1"])
@pytest.mark.parametrize(("bandwidth", "tolerance"), [("0.5", 1e-5), ("0.1", 3e-4)])
def test_contextual_distance(
    name: str, bandwidth: str, tolerance: float, recorded: dict[str, Tensor]
) -> None:
    x, y = recorded[f"{name}.x"].requires_grad_(), recorded[f"{name}.y"]
    distance = distances(x, y)
    if f"{name}.dist" in recorded:
        assert_near(distance.detach(), recorded[f"{name}.dist"], "dist")
    assert_near(distance.detach().amin(2), recorded[f"{name}.dist_min"], "dist_min")
    prefix, h = f"{name}.h{bandwidth}", float(bandwidth)
    peaks, where = affinity_peaks(distance, h)
    assert_near(peaks.detach(), recorded[f"{prefix}.colmax"], "colmax", max(tolerance, 1e-4))
    assert torch.equal(where, recorded[f"{prefix}.colarg"].long())
    loss = contextual(x, y, h)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(float(recorded[f"{prefix}.loss"]), rel=tolerance)
    swapped = contextual(y, x.detach(), h)
    assert float(swapped) == pytest.approx(float(recorded[f"{prefix}.loss_swapped"]), rel=tolerance)
    assert_near(x.grad, recorded[f"{prefix}.grad_x"], "grad_x", 1e-3)


def test_low_band_and_adaptation_terms(recorded: dict[str, Tensor]) -> None:
    sr, hr, kernel = (recorded[f"lf.{name}"] for name in ("sr", "hr", "kernel"))
    assert_near(gaussian_kernel(RELEASE_SIGMA), kernel, "kernel", 1e-5)
    assert_near(blur(sr, RELEASE_SIGMA, pad=2), recorded["lf.sr_blur"], "sr_blur")
    assert_near(blur(hr, RELEASE_SIGMA, pad=2), recorded["lf.hr_blur"], "hr_blur")
    low = low_band_difference(sr, hr, RELEASE_SIGMA, pad=2)
    assert float(low) == pytest.approx(float(recorded["lf.l1"]), rel=1e-5)
    half = nn.functional.interpolate(recorded["lf.sr2x"], scale_factor=0.5, mode="bicubic")
    assert_near(half, recorded["lf.sr2x_down"], "sr2x_down")
    ours = reduced_difference(recorded["lf.sr2x"], hr, RELEASE_SIGMA, pad=2)
    assert float(ours) == pytest.approx(float(recorded["lf.l1_sra"]), rel=1e-5)
