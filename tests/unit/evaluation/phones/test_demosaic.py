"""Demosaicing keeps what the mosaic holds, and is exact where colours do not change."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.evaluation.phones.demosaic import demosaic, mosaic

channels = st.floats(0, 1, width=32)


@given(channels, channels, channels)
def test_an_even_colour_comes_back(red: float, green: float, blue: float) -> None:
    light = np.broadcast_to(np.float32([red, green, blue]), (12, 14, 3))
    np.testing.assert_allclose(demosaic(*mosaic(light)), light, atol=1e-5)


def test_a_ramp_of_grey_comes_back_away_from_the_edge() -> None:
    y, x = np.mgrid[:16, :20].astype(np.float32)
    light = np.repeat((0.1 + 0.02 * x + 0.03 * y)[..., None], 3, 2)
    np.testing.assert_allclose(demosaic(*mosaic(light))[2:-2, 2:-2], light[2:-2, 2:-2], atol=1e-5)


def test_what_the_sensor_saw_is_kept_and_half_of_it_is_green() -> None:
    light = np.random.default_rng(3).random((8, 10, 3), np.float32)
    values, pattern = mosaic(light)
    assert np.bincount(pattern.ravel()).tolist() == [20, 40, 20]
    made = demosaic(values, pattern)
    np.testing.assert_array_equal(np.take_along_axis(made, pattern[..., None], 2)[..., 0], values)
