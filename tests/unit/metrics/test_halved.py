"""The paper's protocol: halving as torch does it, and scores that add up."""

import math

import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.metrics.halved import BORDER_PX, halved_pair, score
from dualzoom.metrics.image_quality import mse
from dualzoom.resampling import halve_bicubic


def _picture(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_halving_drops_an_odd_row_and_column() -> None:
    picture = _picture(65, 81, 1)
    np.testing.assert_array_equal(halve_bicubic(picture), halve_bicubic(picture[:64, :80]))
    half, tele, truth = halved_pair(picture, _picture(40, 42, 2))
    assert half.shape == (32, 40, 3)
    assert tele.shape == (20, 21, 3)
    np.testing.assert_array_equal(truth, picture[:64, :80])


def test_scores_ignore_the_border_and_add_up() -> None:
    truth = _picture(96, 128, 3)
    noisy = np.clip(truth.astype(int) + np.random.default_rng(4).integers(-9, 9, truth.shape), 0, 255)
    result = noisy.astype(np.uint8)
    result[:BORDER_PX] = 255 - truth[:BORDER_PX]
    result[:, -BORDER_PX:] = 0
    rectangle = Region(40, 30, 50, 40)
    found = score(result, truth, rectangle)
    inside, whole = 50 * 40, (96 - 32) * (128 - 32)
    error = {name: 10 ** (-getattr(found, name) / 10) for name in ("whole", "inside", "outside")}
    assert error["whole"] * whole == pytest.approx(
        error["inside"] * inside + error["outside"] * (whole - inside)
    )
    assert error["inside"] == pytest.approx(mse(result, truth, region=rectangle))
    assert math.isnan(score(result, truth, Region(0, 0, 128, 96)).outside)
