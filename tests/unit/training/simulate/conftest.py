"""Photographs to simulate from: drawn ones, quick and always the same."""

import numpy as np
import pytest

from dualzoom.training.simulate import patterns


@pytest.fixture(scope="session")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(3)]
