"""Drawn scenes: in range, the seed's alone, and full of what photographs of nature lack: fine structure and edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom.training.simulate import patterns


def drawn(seed: int, side: int = 96) -> np.ndarray:
    return patterns.draw(side, np.random.default_rng(seed))


@given(st.integers(0, 10_000), st.integers(8, 80))
@settings(max_examples=40)
def test_any_side_gives_a_picture_in_range(seed: int, side: int) -> None:
    scene = drawn(seed, side)
    assert scene.shape == (side, side, 3)
    assert scene.dtype == np.float32
    assert np.isfinite(scene).all()
    assert scene.min() >= 0
    assert scene.max() <= 1


def test_the_seed_alone_decides() -> None:
    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


def test_scenes_differ_and_hardly_one_is_empty() -> None:
    scenes = [drawn(seed, 64) for seed in range(60)]
    assert np.mean([scene.std() > 0.05 for scene in scenes]) > 0.85
    means = [scene.mean() for scene in scenes]
    assert np.std(means) > 0.1
    assert min(means) < 0.3
    assert max(means) > 0.6


@pytest.mark.parametrize("painter", [patterns._bricks, patterns._grating, patterns._text, patterns._shapes])
def test_each_kind_leaves_edges_on_an_empty_canvas(painter) -> None:
    side = 64 * patterns.SUPERSAMPLE
    marked = 0
    for seed in range(10):
        canvas = np.full((side, side, 3), 128, np.uint8)
        painter(canvas, np.random.default_rng(seed))
        marked += bool(np.abs(np.diff(canvas.astype(int), axis=0)).max() > 20)
    assert marked >= 8


def test_edges_are_smooth_not_stairs() -> None:
    """Supersampled: a slanted edge has values between its two sides."""
    side = 32 * patterns.SUPERSAMPLE
    between = 0
    for seed in range(8):
        canvas = np.zeros((side, side, 3), np.uint8)
        patterns._shapes(canvas, np.random.default_rng(seed))
        fine = canvas.reshape(32, patterns.SUPERSAMPLE, 32, patterns.SUPERSAMPLE, 3).mean((1, 3))
        between += len(np.unique(fine.round(1)))
    assert between > 200
