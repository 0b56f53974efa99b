"""The paper's protocol: halving as torch does it, and scores that add up."""

import math

import numpy as np
import pytest

from dualzoom.evaluation.metrics import mse
from dualzoom.evaluation.protocol import BORDER_PX, bicubic, halve, halved_pair, score
from dualzoom.geometry import Region


def _picture(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_halving_is_torchs_antialiased_bicubic() -> None:
    torch = pytest.importorskip("torch")
    picture = _picture(64, 80, 0)
    planes = torch.from_numpy(picture).permute(2, 0, 1)[None].double()
    small = torch.nn.functional.interpolate(planes, scale_factor=0.5, mode="bicubic", antialias=True)
    expected = small.round().clamp(0, 255)[0].permute(1, 2, 0).numpy()
    difference = np.abs(halve(picture) - expected)
    assert difference.max() <= 1  # Pillow keeps 8 bits between its two passes
    assert (difference == 0).mean() > 0.6


def test_halving_drops_an_odd_row_and_column() -> None:
    picture = _picture(65, 81, 1)
    np.testing.assert_array_equal(halve(picture), halve(picture[:64, :80]))
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


def test_bicubic_doubles_and_keeps_a_ramp() -> None:
    ramp = np.repeat(np.arange(20, 220, 10, dtype=np.uint8)[None, :, None], 12, 0).repeat(3, 2)
    large = bicubic(ramp)
    assert large.shape == (24, 40, 3)
    steps = np.diff(large[5, 8:-8, 0].astype(int))
    assert set(steps.tolist()) == {5}  # pixel centres at (u - 0.5) / 2
    assert int(large[5, 10, 0]) + int(large[5, 11, 0]) == pytest.approx(2 * int(ramp[2, 5, 0]), abs=1)
