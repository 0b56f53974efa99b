"""Noise reduction takes noise away, keeps colours and edges, and does more where it is told to."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.evaluation.phones.noise_reduction import REDUCTIONS, Strength

ACTIVE = sorted(set(REDUCTIONS) - {"none"})
STRONG = Strength(luma=0.8, chroma=0.8, electrons=260)


def noisy(sigma: float = 0.05) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    return (0.5 + sigma * rng.standard_normal((64, 64, 3))).astype(np.float32)


@pytest.mark.parametrize("name", ACTIVE)
def test_noise_becomes_less_and_the_tone_stays(name: str) -> None:
    made = REDUCTIONS[name](noisy(), STRONG)
    assert made.std() < 0.8 * noisy().std()
    np.testing.assert_allclose(made.mean((0, 1)), noisy().mean((0, 1)), atol=0.005)


@pytest.mark.parametrize("name", ACTIVE)
def test_more_strength_leaves_less_noise(name: str) -> None:
    weak = REDUCTIONS[name](noisy(), Strength(luma=0.1, chroma=0.1, electrons=260))
    assert REDUCTIONS[name](noisy(), STRONG).std() < 0.95 * weak.std()


@pytest.mark.parametrize("name", ACTIVE)
def test_a_strong_edge_stays_sharp(name: str) -> None:
    edge = np.full((64, 64, 3), 0.2, np.float32)
    edge[:, 32:] = 0.8
    made = REDUCTIONS[name](edge, STRONG)
    assert made[:, 30].max() < 0.25
    assert made[:, 33].min() > 0.75


def test_none_returns_the_picture_itself() -> None:
    np.testing.assert_array_equal(REDUCTIONS["none"](noisy(), STRONG), noisy())
