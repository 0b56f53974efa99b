"""Pixels on a device are those of the host."""

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device.picture import Picture, floats, integers, quantised
from dualzoom.geometry import Region
from dualzoom.resampling import quantise
from dualzoom.tiling.plan import pad_reflect

CPU = torch.device("cpu")
KINDS = [np.uint8, np.uint16]


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_survives_the_way_there_and_back(kind: type) -> None:
    values = np.arange(np.iinfo(kind).max + 1).astype(kind)
    bits = values.view(np.int16) if kind == np.uint16 else values
    there = floats(torch.from_numpy(bits))
    assert np.array_equal(there.numpy(), values.astype(np.float32))
    assert np.array_equal(integers(there, kind).numpy().view(kind), values)


def test_pixels_that_nobody_may_write_to_are_copied_without_a_warning() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    pixels.flags.writeable = False
    there = Picture(pixels, CPU)
    there.values[0, 0, 0] = 7
    assert pixels[0, 0, 0] == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("region", [Region(3, 5, 20, 11), Region(-6, -9, 30, 40), Region(-70, 2, 200, 9)])
def test_parts_are_mirrored_as_numpy_mirrors_them(kind: type, region: Region) -> None:
    pixels = np.random.default_rng(0).integers(0, np.iinfo(kind).max, (31, 40, 3), kind, endpoint=True)
    part = Picture(pixels, CPU).part(region).permute(1, 2, 0).numpy()
    expected = pad_reflect(pixels, region).astype(np.float32) / np.iinfo(kind).max
    np.testing.assert_allclose(part, expected, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_rounding_is_that_of_the_host(kind: type) -> None:
    values = np.random.default_rng(1).uniform(-0.2, 1.2, (50, 60)).astype(np.float32)
    values[0, :3] = 0.5 / np.iinfo(kind).max, 1.5 / np.iinfo(kind).max, 1.0
    made = quantised(torch.from_numpy(values.copy()), kind).numpy().view(kind)
    assert np.array_equal(made, quantise(values, kind))
