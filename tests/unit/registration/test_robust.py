"""Homographies from points, some of them wrong or on another plane."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import least_squares

from dualzoom.geometry import Size
from dualzoom.registration import robust
from dualzoom.registration.plane import corners, transform

FRAME = Size(1000, 750)


def camera(seed: int) -> NDArray[np.float64]:
    """A homography as two phones could have it."""
    rng = np.random.default_rng(seed)
    turn, scale = np.deg2rad(rng.uniform(-8, 8)), rng.uniform(0.15, 0.7)
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    tilt = rng.uniform(-3e-5, 3e-5, 2)
    return np.array([[c, -s, rng.uniform(100, 400)], [s, c, rng.uniform(100, 400)], [*tilt, 1]])


def points(seed: int, count: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform((0, 0), (FRAME.width, FRAME.height), (count, 2))


def corner_error(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    outline = corners(FRAME)
    return float(np.linalg.norm(transform(a, outline) - transform(b, outline), axis=1).max())


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_exact_points_give_the_exact_homography(seed: int) -> None:
    true, source = camera(seed), points(seed, 12)
    found = robust.weighted_homography(source, transform(true, source), np.ones(12))
    assert found is not None
    assert corner_error(found, true) < 1e-6


def test_points_without_weight_do_not_count() -> None:
    true, source = camera(3), points(3, 40)
    target = transform(true, source)
    target[:15] += 60
    found = robust.weighted_homography(source, target, np.where(np.arange(40) < 15, 0.0, 1.0))
    assert found is not None
    assert corner_error(found, true) < 1e-6


def test_noisy_points_are_fitted_about_as_well_as_by_least_squares_of_the_distances() -> None:
    true, source = camera(5), points(5, 300)
    target = transform(true, source) + np.random.default_rng(5).normal(0, 0.1, (300, 2))

    def residual(h: NDArray[np.float64]) -> NDArray[np.float64]:
        return (transform(np.append(h, 1).reshape(3, 3), source) - target).ravel()

    slow = np.append(
        least_squares(residual, true.ravel()[:8], x_scale=np.abs(true.ravel()[:8])).x, 1
    ).reshape(3, 3)
    found = robust.robust_homography(source, target, 0.3)
    assert found is not None
    assert corner_error(found, true) < corner_error(slow, true) + 0.03


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("shift", [(3.0, 0.5), (6.0, -1.0)])
def test_a_nearer_layer_does_not_tilt_the_far_plane(seed: int, shift: tuple[float, float]) -> None:
    rng, true, source = np.random.default_rng(seed), camera(seed), points(seed, 600)
    target = transform(true, source) + rng.normal(0, 0.1, source.shape)
    near = np.linalg.norm(source - rng.uniform(200, 600, 2), axis=1) < 260
    target[near] += shift
    target[rng.random(600) < 0.1] += rng.uniform(-40, 40, 2)
    found = robust.robust_homography(source, target, 0.3)
    assert found is not None
    assert corner_error(found, true) < 0.2


def test_too_few_or_collapsed_points_give_none() -> None:
    assert robust.robust_homography(points(1, 3), points(2, 3), 1.0) is None
    same = np.ones((30, 2))
    assert robust.robust_homography(same, same, 1.0) is None


def test_points_on_the_horizon_are_infinitely_wrong_and_cost_one() -> None:
    horizon = np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]])
    source = np.array([[100.0, 5.0], [150.0, 5.0], [0.0, 0.0]])  # on it, behind it, before it
    assert np.isinf(robust.errors(horizon, source, source)[:2]).all()
    assert robust.errors(horizon, source, source)[2] == 0
    assert robust.cost(horizon, source, source, 1.0) == pytest.approx(2 / 3)


@given(st.integers(0, 10_000))
@settings(max_examples=60)
def test_any_rubbish_gives_none_or_something_finite(seed: int) -> None:
    """With warnings as errors: nothing may overflow, divide by zero or fail to converge."""
    rng = np.random.default_rng(seed)
    source = np.round(rng.uniform(0, 60, (int(rng.integers(0, 14)), 2)))
    target = np.round(rng.uniform(0, 60, source.shape)) * rng.choice([0.0, 1.0, 1000.0])
    start = rng.normal(0, 1, (3, 3)) if rng.random() < 0.5 else None
    found = robust.robust_homography(source, target, 1.0, start)
    assert found is None or (np.isfinite(found).all() and found[2, 2] == pytest.approx(1))
