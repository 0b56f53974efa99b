"""The warp is that of the host, all over the frame; where displacements are none, to rounding."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device.warp import WarperOnDevice
from dualzoom.geometry import Region
from dualzoom.registration import Warper

CPU = torch.device("cpu")
REGIONS = [Region(0, 0, 460, 380), Region(100, 90, 64, 50), Region(300, 250, 77, 61)]


def compared(warper: Warper, region: Region) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Differences of rgb and of confidence, and where there is confidence."""
    rgb, confidence = warper.tile(region)
    made, sure = WarperOnDevice(warper, CPU).tile(region)
    seen = confidence > 0
    return np.abs(made.permute(1, 2, 0).numpy() - rgb)[seen], np.abs(sure[0].numpy() - confidence), seen


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("which", ["pair", "deep_pair"])
def test_it_is_the_hosts_to_what_opencv_rounds_displacements(request, which: str, region: Region) -> None:
    rgb, confidence, seen = compared(request.getfixturevalue(which).warper, region)
    assert seen.any()
    assert rgb.max() < 0.01
    assert rgb.mean() < 3e-4
    assert confidence.max() < 0.005


@pytest.mark.parametrize("region", REGIONS)
def test_without_displacement_it_is_the_hosts_to_rounding(pair, region: Region) -> None:
    still = replace(pair.registration, flow=np.zeros_like(pair.registration.flow))
    rgb, confidence, _ = compared(Warper(pair.tele, still), region)
    assert rgb.max() < 1e-4
    assert confidence.max() < 1e-4


def test_far_from_the_origin_it_is_as_exact(pair) -> None:
    """A frame of 100 megapixels: its far corner lies at 23,000 px of the 2× grid, the tele's at 12,000."""
    far = np.array([[1, 0, 11_000], [0, 1, 8_000], [0, 0, 1.0]])
    window = pair.registration.window.shift(11_000, 8_000)
    moved = replace(
        pair.registration,
        homography=far @ pair.registration.homography,
        window=window,
        flow=np.zeros_like(pair.registration.flow),
    )
    rgb, _, seen = compared(Warper(pair.tele, moved), window.pad(-30).scale(2))
    assert seen.all()
    assert rgb.max() < 2e-3  # the host's own places in float32 are off by 1/500 px there


def test_behind_the_camera_there_is_nothing(pair) -> None:
    horizon = pair.registration.homography.copy()
    back = np.linalg.inv(horizon)
    back[2] = [0.05, 0, -5]  # the horizon stands in the middle of the frame
    turned = replace(pair.registration, homography=np.linalg.inv(back))
    _, sure = WarperOnDevice(Warper(pair.tele, turned), CPU).tile(Region(0, 0, 180, 380))
    assert torch.isfinite(sure).all()
    assert not sure.any()
