"""Low bands are the wide's, the finest one is the reference's, and tiles agree."""

import numpy as np
import pytest

from dualzoom.reference.own_band import REACH_PX, with_own_band

RNG = np.random.default_rng(3)
SHAPE = (64, 96)
Y, X = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)


def _wave(period: float) -> np.ndarray:
    return np.repeat((0.5 + 0.3 * np.sin(2 * np.pi * X / period))[..., None], 3, 2).astype(np.float32)


@pytest.mark.parametrize(("period", "kept"), [(2.5, 1.0), (4.0, 0.9), (12.0, 0.25), (48.0, 0.02)])
def test_how_much_of_a_wave_is_the_references(period: float, kept: float) -> None:
    """A Gaussian of σ passes exp(-2 π² σ² f²) of a wave: that is the wide's."""
    own = np.full((*SHAPE, 3), 0.5, np.float32)
    made = with_own_band(_wave(period), own, np.ones(SHAPE, np.float32))
    inner = np.s_[12:-12, 12:-12]
    share = float((made[inner] - 0.5).std() / (_wave(period)[inner] - 0.5).std())
    expected = 1 - np.exp(-2 * np.pi**2 * 1.4**2 / period**2)
    assert share == pytest.approx(expected, abs=0.02)
    assert share == pytest.approx(kept, abs=0.1)


def test_what_is_nowhere_valid_stays_as_it_is_and_does_not_leak() -> None:
    rgb, own = RNG.random((2, *SHAPE, 3), np.float32)
    validity = np.ones(SHAPE, np.float32)
    validity[:, :40] = 0
    wild = rgb.copy()
    wild[:, :40] = 1e3
    one, other = (with_own_band(some, own, validity) for some in (rgb, wild))
    np.testing.assert_allclose(one[:, 40:], other[:, 40:], atol=1e-5)
    np.testing.assert_array_equal(with_own_band(rgb, own, np.zeros(SHAPE, np.float32)), rgb)


def test_a_part_with_its_surroundings_is_as_the_whole() -> None:
    rgb, own = RNG.random((2, *SHAPE, 3), np.float32)
    validity = np.ones(SHAPE, np.float32)
    whole = with_own_band(rgb, own, validity)
    wider = np.s_[20 - REACH_PX : 40 + REACH_PX, 30 - REACH_PX : 60 + REACH_PX]
    part = with_own_band(rgb[wider], own[wider], validity[wider])[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    np.testing.assert_allclose(part, whole[20:40, 30:60], atol=1e-3)
