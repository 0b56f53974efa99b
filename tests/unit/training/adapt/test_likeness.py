"""Tiles that are like the rest of the frame teach more than those that are not."""

import numpy as np
import pytest

from dualzoom.geometry import Region, Size
from dualzoom.training.adapt import likeness as module
from dualzoom.training.adapt.gather import cells
from dualzoom.training.adapt.likeness import likeness

SIDE = 16


def frame(dtype: type = np.uint8) -> np.ndarray:
    """Dark and noisy, but for a bright and quiet part of the middle."""
    rng = np.random.default_rng(6)
    made = rng.normal(60, 12, (160, 240, 3))
    made[48:112, 80:128] = rng.normal(190, 1, (64, 48, 3))
    scale = np.iinfo(dtype).max // 255
    return (np.clip(made, 0, 255).round() * scale).astype(dtype)


INSIDE = cells(Region(64, 48, 112, 64), SIDE)
EVERYWHERE = cells(Region.full(Size(240, 160)), SIDE)


def is_bright(place: Region) -> bool:
    return place.x >= 80 and place.right <= 128


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiles_like_the_frame_count_more_and_all_count_one_in_the_mean(dtype: type) -> None:
    weights = likeness(frame(dtype), INSIDE, EVERYWHERE)
    assert weights.shape == (len(INSIDE),)
    assert weights.dtype == np.float32
    assert weights.mean() == pytest.approx(1, abs=1e-5)
    bright = np.array([is_bright(place) for place in INSIDE])
    assert 0 < bright.sum() < len(bright)
    assert weights[~bright].min() > 1.5 * weights[bright].max()


def test_the_number_format_says_nothing() -> None:
    np.testing.assert_allclose(
        likeness(frame(), INSIDE, EVERYWHERE), likeness(frame(np.uint16), INSIDE, EVERYWHERE), rtol=0.02
    )


def strange(inverted: bool) -> np.ndarray:
    """One tile of the overlap is of a kind of its own: white in a dark frame, or the other way round."""
    wide = np.random.default_rng(6).normal(60, 4, (160, 240, 3)).round().astype(np.uint8)
    if inverted:
        wide[48:112, 64:176] = 255 - wide[48:112, 64:176]
    wide[48:64, 64:80] = 255 - wide[48:64, 64:80]
    return wide


@pytest.mark.parametrize("inverted", [False, True])
def test_no_tile_counts_three_times_the_middle_one_or_less_than_a_third(
    inverted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def extreme() -> float:
        weights = likeness(strange(inverted), INSIDE, EVERYWHERE)
        return float(weights[0] / np.median(weights))

    assert extreme() == pytest.approx(3 if inverted else 1 / 3, rel=1e-3)
    monkeypatch.setattr(module, "_MOST", 1e6)
    assert extreme() > 4 if inverted else extreme() < 0.25  # it is the bound that holds them


def test_where_the_overlap_is_like_the_frame_all_count_alike() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (160, 240, 3)).astype(np.uint8)
    weights = likeness(noise, INSIDE, EVERYWHERE)
    assert weights.min() > 0.7
    assert weights.max() < 1.4


def test_a_frame_of_one_colour_weighs_nothing() -> None:
    weights = likeness(np.full((160, 240, 3), 90, np.uint8), INSIDE, EVERYWHERE)
    np.testing.assert_allclose(weights, 1, rtol=1e-5)
