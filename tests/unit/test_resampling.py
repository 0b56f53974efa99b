"""Resampling: kernels as torch defines them, grids related by edges, rounding that keeps every level."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.resampling import enlarge_bicubic, halve_area, halve_bicubic, luma, quantise


def _picture(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _planes(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].double()


def test_halving_is_torchs_antialiased_bicubic() -> None:
    picture = _picture(64, 80, 0)
    small = torch.nn.functional.interpolate(
        _planes(picture), scale_factor=0.5, mode="bicubic", antialias=True
    )
    expected = small.round().clamp(0, 255)[0].permute(1, 2, 0).numpy()
    difference = np.abs(halve_bicubic(picture) - expected)
    assert difference.max() <= 1  # Pillow keeps 8 bits between its two passes
    assert (difference == 0).mean() > 0.6


def test_halving_floats_is_torchs_to_the_last_digits() -> None:
    picture = _picture(66, 83, 5).astype(np.float32) / 255
    small = torch.nn.functional.interpolate(
        _planes(picture[:, :82]), scale_factor=0.5, mode="bicubic", antialias=True
    )
    halved = halve_bicubic(picture)
    assert halved.dtype == np.float32
    np.testing.assert_allclose(halved, small[0].permute(1, 2, 0).numpy(), atol=1e-6)


def test_enlarging_is_torchs_bicubic() -> None:
    picture = _picture(30, 41, 6).astype(np.float32) / 255
    large = torch.nn.functional.interpolate(_planes(picture), scale_factor=2, mode="bicubic")
    np.testing.assert_allclose(enlarge_bicubic(picture), large[0].permute(1, 2, 0).numpy(), atol=1e-5)


def test_bicubic_doubles_and_keeps_a_ramp() -> None:
    ramp = np.repeat(np.arange(20, 220, 10, dtype=np.uint8)[None, :, None], 12, 0).repeat(3, 2)
    large = enlarge_bicubic(ramp)
    assert large.shape == (24, 40, 3)
    steps = np.diff(large[5, 8:-8, 0].astype(int))
    assert set(steps.tolist()) <= {4, 5, 6}  # pixel centres at (u - 0.5) / 2
    assert int(large[5, 10, 0]) + int(large[5, 11, 0]) == pytest.approx(2 * int(ramp[2, 5, 0]), abs=1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_halving_by_area_takes_means_of_four(dtype: type) -> None:
    picture = (_picture(16, 20, 7).astype(np.float64) * 2).astype(np.uint16).astype(dtype)
    means = picture.astype(np.float64).reshape(8, 2, 10, 2, 3).mean((1, 3))
    halved = halve_area(picture)
    assert halved.dtype == dtype
    np.testing.assert_allclose(halved, means, atol=0.51)  # integers are rounded


def test_luma_of_white_is_one() -> None:
    assert luma(np.ones((2, 3, 3), np.float32)) == pytest.approx(np.ones((2, 3)))


@given(st.integers(0, 65535))
def test_every_level_survives_floats(level: int) -> None:
    pixel = np.array([[[level / 65535] * 3]], np.float32)
    assert quantise(pixel, np.uint16)[0, 0, 0] == level
    assert quantise(pixel * 3 - 1, np.uint8).max() == np.rint(np.clip(pixel * 3 - 1, 0, 1) * 255).max()


def test_a_float_type_is_not_clipped() -> None:
    assert quantise(np.array([-0.5, 1.5], np.float32), np.float32).tolist() == [-0.5, 1.5]
