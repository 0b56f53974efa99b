"""Gain maps: the formula, and Apple's form turned into it."""

from dataclasses import replace

import numpy as np
import pytest

from dualzoom.capture.gain_map import GainMap, from_apple

EVERY = np.arange(256, dtype=np.uint8).reshape(16, 16)


def test_stops_follow_the_formula_at_every_value():
    gain_map = GainMap(pixels=EVERY, lowest=(-0.5,), highest=(2.5,), gamma=(1.7,), hdr_headroom=2.5)
    expected = [-0.5 + 3.0 * (value / 255) ** (1 / 1.7) for value in range(256)]
    assert gain_map.stops().shape == (16, 16)
    assert gain_map.stops().ravel() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("grey", [True, False])
def test_each_channel_has_its_own_numbers(grey):
    pixels = EVERY if grey else np.stack([EVERY, EVERY[::-1], EVERY.T], -1)
    gain_map = GainMap(
        pixels=pixels,
        lowest=(0.0, -1.0, 0.5),
        highest=(1.0, 2.0, 3.0),
        gamma=(1.0, 2.0, 0.5),
        hdr_headroom=3.0,
    )
    planes = np.repeat(pixels[..., None], 3, -1) if grey else pixels
    low, high, gamma = np.array([0.0, -1.0, 0.5]), np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 0.5])
    expected = low + (high - low) * (planes / 255) ** (1 / gamma)
    np.testing.assert_allclose(gain_map.stops(), expected, atol=1e-6)


@pytest.mark.parametrize("headroom", [1.5, 4.5, 8.0, 64.0])
def test_apples_map_brightens_as_before(headroom):
    """Within half a step of the new pixels: 1/510 of the range of stops."""
    linear = np.where(EVERY / 255 < 0.081, EVERY / 255 / 4.5, ((EVERY / 255 + 0.099) / 1.099) ** (1 / 0.45))
    converted = from_apple(EVERY, headroom)
    apart = np.abs(2.0 ** converted.stops() / (1 + (headroom - 1) * linear) - 1)
    assert apart.max() <= 2 ** (np.log2(headroom) / 510) - 1 + 1e-5
    assert converted.is_plausible
    assert converted.hdr_headroom == np.log2(headroom)


@pytest.mark.parametrize("headroom", [0.0, 1.0, -3.0, 65.0, float("nan"), float("inf")])
def test_a_headroom_that_makes_no_sense_gives_no_map(headroom):
    assert from_apple(EVERY, headroom) is None


@pytest.mark.parametrize(
    "change",
    [
        {"lowest": (3.0,)},
        {"highest": (float("nan"),)},
        {"highest": (float("inf"),)},
        {"highest": (200.0,)},
        {"gamma": (0.0,)},
        {"gamma": (-1.0,)},
        {"base_offset": (5.0,)},
        {"hdr_headroom": 0.0},
        {"base_headroom": -1.0},
    ],
)
def test_numbers_that_make_no_sense_are_told(change):
    good = GainMap(pixels=EVERY, lowest=(0.0,), highest=(2.0,), hdr_headroom=2.0)
    assert good.is_plausible
    assert not replace(good, **change).is_plausible


def test_a_map_that_changes_nothing_is_told():
    still = GainMap(pixels=EVERY, lowest=(0.0,), highest=(0.0,), hdr_headroom=1e-6)
    assert still.is_idle
    assert not GainMap(pixels=EVERY, lowest=(-2.0,), highest=(0.0,), hdr_headroom=1.0).is_idle
