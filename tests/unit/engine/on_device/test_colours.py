"""Colours are mapped as the host maps them."""

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device.colours import ColoursOnDevice
from dualzoom.geometry import Region

WINDOW = Region(80, 60, 280, 240)


@pytest.mark.parametrize("region", [WINDOW, Region(90, 70, 33, 41), Region(60, 40, 120, 100)])
def test_they_are_the_hosts(pair, region: Region) -> None:
    rgb = np.random.default_rng(2).uniform(0, 1, (region.height, region.width, 3)).astype(np.float32)
    rgb[0, :2], rgb[1, :2] = 0, 1
    expected = pair.colour.apply(rgb, region, WINDOW)
    there = ColoursOnDevice(pair.colour, torch.device("cpu"))
    made = there.apply(torch.from_numpy(rgb).permute(2, 0, 1), region, WINDOW).permute(1, 2, 0).numpy()
    assert np.abs(made - expected).max() < 3e-4
    assert np.abs(made - expected).mean() < 2e-6
