"""A colour map: the identity changes nothing, gains act in light, grey stays ordered, results stay in 0..1."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from dualzoom.colour.curves import KNOTS, decode, encode
from dualzoom.colour.transform import ColourMap
from dualzoom.geometry import Region

SIDE = 9
WINDOW = Region(10, 20, SIDE, SIDE)
COLOURS = np.random.default_rng(1).uniform(0, 1, (SIDE, SIDE, 3)).astype(np.float32)
slopes = arrays(np.float64, (3, KNOTS.size), elements=st.floats(-1.5, 1.5))
gains = arrays(np.float64, (3, 4, 3), elements=st.floats(-1, 1))


def ramp() -> NDArray[np.float32]:
    """Grey from black to white, as a row."""
    return np.repeat(np.linspace(0, 1, 257, dtype=np.float32)[None, :, None], 3, axis=2)


def test_the_identity_changes_nothing_that_eight_bits_show_and_little_that_sixteen_do() -> None:
    out = ColourMap.identity().apply(COLOURS, WINDOW, WINDOW)
    assert out.dtype == np.float32
    assert np.abs(out - COLOURS).max() < 3 / 65535


def test_black_and_white_stay_themselves() -> None:
    ends = np.array([[[0, 0, 0], [1, 1, 1]]], np.float32)
    region = Region(0, 0, 2, 1)
    np.testing.assert_allclose(ColourMap.identity().apply(ends, region, region), ends, atol=1e-6)


@given(st.floats(0.25, 3.0))
def test_a_gain_acts_in_light_and_is_cut_off_at_white(gain: float) -> None:
    grey, region = ramp(), Region(0, 0, 257, 1)
    expected = np.minimum(encode(gain * decode(grey.astype(np.float64))), 1)
    whole = replace(ColourMap.identity(), matrix=gain * np.eye(3))
    local = replace(ColourMap.identity(), log_gain=np.full((2, 3, 3), np.log(gain)))
    for made in (whole, local):
        np.testing.assert_allclose(made.apply(grey, region, region), expected, atol=3e-4)


def test_a_matrix_mixes_channels_in_light() -> None:
    swapped = replace(ColourMap.identity(), matrix=np.eye(3)[[2, 0, 1]])
    np.testing.assert_allclose(swapped.apply(COLOURS, WINDOW, WINDOW), COLOURS[..., [2, 0, 1]], atol=1e-4)


def test_veiling_light_is_taken_off_and_never_below_black() -> None:
    veiled = replace(ColourMap.identity(), offset=np.full(3, -0.01))
    out = veiled.apply(COLOURS, WINDOW, WINDOW)
    expected = encode(np.maximum(decode(COLOURS.astype(np.float64)) - 0.01, 0))
    np.testing.assert_allclose(out, expected, atol=1e-3)
    assert out.min() == 0


@given(slopes, slopes, gains)
def test_grey_stays_ordered_and_results_in_range_whatever_the_curves(curves_in, curves_out, log_gain) -> None:
    made = replace(ColourMap.identity(), curves_in=curves_in, curves_out=curves_out)
    region = Region(0, 0, 257, 1)
    out = made.apply(ramp(), region, region)
    assert (np.diff(out[0], axis=0) >= -1e-6).all()
    shaded = replace(made, log_gain=log_gain).apply(COLOURS, WINDOW, WINDOW)
    for picture in (out, shaded):
        assert np.isfinite(picture).all()
        assert picture.min() >= 0
        assert picture.max() <= 1


@given(gains, st.integers(0, SIDE - 1), st.integers(0, SIDE - 1), st.integers(1, SIDE), st.integers(1, SIDE))
def test_a_tile_is_mapped_as_in_the_whole(log_gain, x: int, y: int, width: int, height: int) -> None:
    made = replace(ColourMap.identity(), log_gain=log_gain)
    whole = made.apply(COLOURS, WINDOW, WINDOW)
    part = Region(x, y, min(width, SIDE - x), min(height, SIDE - y))
    tile = made.apply(COLOURS[part.slices], part.shift(WINDOW.x, WINDOW.y), WINDOW)
    np.testing.assert_allclose(tile, whole[part.slices], atol=2e-5)


@pytest.mark.parametrize("beyond", [-0.5, 1.5])
def test_values_beyond_the_range_are_taken_for_its_ends(beyond: float) -> None:
    region = Region(0, 0, 2, 1)
    given_, end = (np.full((1, 2, 3), value, np.float32) for value in (beyond, float(beyond > 0)))
    made = ColourMap.identity()
    assert np.array_equal(made.apply(given_, region, region), made.apply(end, region, region))


def test_what_was_given_is_not_changed() -> None:
    before = COLOURS.copy()
    replace(ColourMap.identity(), matrix=2 * np.eye(3)).apply(COLOURS, WINDOW, WINDOW)
    assert np.array_equal(COLOURS, before)


def test_pixels_of_another_region_are_refused() -> None:
    with pytest.raises(ValueError, match="are not those of"):
        ColourMap.identity().apply(COLOURS[:-1], WINDOW, WINDOW)


@given(st.floats(-2, 2), gains)
def test_what_is_told_is_plain_json_in_stops(ev: float, log_gain) -> None:
    told = replace(ColourMap.identity(), matrix=2**ev * np.eye(3), log_gain=log_gain).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["gain_ev"] == pytest.approx([ev] * 3, abs=1e-3)
    low, high = told["shading_ev"]
    assert low == pytest.approx(log_gain.min() / np.log(2), abs=1e-4)
    assert high == pytest.approx(log_gain.max() / np.log(2), abs=1e-4)
