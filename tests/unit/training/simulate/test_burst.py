"""Simulated bursts: the same for the same seed, aligned as they are in use, with less noise and without ghosts."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from dualzoom.training.simulate import BurstConfig, SimulationConfig, simulate_burst, turned
from dualzoom.training.simulate.turn import ORIENTATIONS

SMALL = SimulationConfig(lr_patch_px=32, halved=0.0, harsh=1.0, drawn=0.0)
STILL = BurstConfig(least=8, most=8, moving=0, astray=0, near=0, dark=1.0, off_px=0.02)


@pytest.fixture(scope="module")
def smooth() -> list[np.ndarray]:
    """Photographs whose structure any camera resolves, so that all that differs is noise."""
    rng = np.random.default_rng(6)
    large = [
        cv2.resize(rng.uniform(40, 210, (9, 9, 3)), (320, 320), interpolation=cv2.INTER_CUBIC) for _ in "ab"
    ]
    return [np.clip(one, 0, 255).astype(np.uint8) for one in large]


def _db(picture: np.ndarray, truth: np.ndarray) -> float:
    return float(10 * np.log10(1 / ((picture - truth) ** 2).mean()))


def _doubled(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def test_a_seed_gives_the_same_burst_again(photos: list[np.ndarray]) -> None:
    config = BurstConfig(most=5)
    one, again, other = (simulate_burst(photos, (3, seed), SMALL, config) for seed in (1, 1, 2))
    for name, value in vars(one).items():
        assert np.array_equal(value, getattr(again, name), equal_nan=True)
    assert not np.array_equal(one.burst, other.burst)
    assert (one.lr.shape, one.burst.shape, one.truth.shape) == ((32, 32, 3), (64, 64, 5), (64, 64, 3))
    assert all(value.dtype == np.float32 for value in vars(one).values())


def test_more_frames_hold_less_noise(smooth: list[np.ndarray]) -> None:
    scores = []
    for count in (1, 8):
        config = replace(STILL, least=count, most=count)
        made = [simulate_burst(smooth, (5, seed), SMALL, config) for seed in range(8)]
        scores.append([_db(_doubled(one.lr), one.truth) for one in made])
        shares = [one.burst[..., 3].mean() for one in made]
        assert np.mean(shares) == pytest.approx(1.0) if count == 1 else np.mean(shares) < 0.4
    assert np.mean(scores[1]) > np.mean(scores[0]) + 1


def test_of_reduced_photos_the_wide_itself_is_enlarged(smooth: list[np.ndarray]) -> None:
    """What is told of them is one of the two ways of reducing, and eight frames change nothing in the wide."""
    config = replace(SMALL, halved=1.0)
    for seed in range(4):
        made = simulate_burst(smooth, (6, seed), config, STILL)
        steps = made.lr * 255
        assert np.abs(steps - np.rint(steps)).max() < 1e-3  # 8 bits, as no mean is
        assert tuple(made.degradation) in {(0.0,) * 5, (np.float32(-0.3), 0.0, 0.0, 0.0, 0.0)}


def test_what_moves_is_seen_less_often(photos: list[np.ndarray]) -> None:
    still, moving = (
        np.mean(
            [
                simulate_burst(photos, (7, seed), SMALL, replace(STILL, dark=0.0, moving=share))
                .burst[..., 3]
                .mean()
                for seed in range(8)
            ]
        )
        for share in (0.0, 1.0)
    )
    assert moving > still * 1.15


def test_a_burst_turns_with_its_wide(photos: list[np.ndarray]) -> None:
    one = simulate_burst(photos, (8, 1), SMALL, BurstConfig(most=4))
    for orientation in range(ORIENTATIONS):
        other = turned(one, orientation)
        expected = np.rot90(one.burst[:, ::-1] if orientation >= 4 else one.burst, orientation % 4)
        assert np.array_equal(other.burst, expected)  # type: ignore[attr-defined]
