"""Rasters integrate over pixels: lengths, means and areas are kept, whatever the grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.scene.raster import box_mean, coverage, flake_patch, linear, polygon_mask, rgb


def test_coverage_sums_to_the_length_inside() -> None:
    assert coverage(2.25, 7.75, slice(0, 20)).sum() == pytest.approx(5.5)
    assert coverage(-5, 3.2, slice(0, 20)).sum() == pytest.approx(3.7)  # from the first pixel's edge at -0.5


def test_linear_inverts_srgb_at_known_values() -> None:
    np.testing.assert_allclose(linear(np.array([0, 0.5, 1.0])), [0, 0.214041, 1], atol=1e-6)
    np.testing.assert_allclose(rgb(255, 0, 188), [1, 0, 0.502886], atol=1e-4)


@given(st.floats(-0.5, 15), st.floats(0, 10))
def test_coverage_keeps_the_length(start: float, length: float) -> None:
    covered = coverage(start, start + length, slice(0, 40))
    assert covered.sum() == pytest.approx(length, abs=1e-4)
    assert covered.min() >= 0
    assert covered.max() <= 1


@given(st.floats(1, 6), st.floats(1, 6), st.floats(2, 20), st.floats(2, 20), st.integers(0, 50))
def test_a_stretched_mask_keeps_its_mean(x: float, y: float, width: float, height: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random((5, 7)).astype(np.float32)
    made = box_mean(mask, (x, y, x + width, y + height), (slice(0, 40), slice(0, 40)))
    assert made.sum() == pytest.approx(mask.mean() * width * height, rel=1e-3)


def test_a_polygon_covers_its_area_and_a_blur_keeps_it() -> None:
    triangle = np.array([(10.0, 8.0), (50.0, 12.0), (22.0, 44.0)])
    area = 0.5 * abs(np.linalg.det(np.c_[triangle, np.ones(3)]))
    at = (slice(0, 64), slice(0, 64))
    for blur in (0.0, 2.0):
        assert polygon_mask(triangle, at, blur).sum() == pytest.approx(area, rel=0.02)


def test_flakes_off_the_frame_leave_nothing_to_paint() -> None:
    square = np.array([[(0, 0), (16, 0), (16, 16), (0, 16)]], float)
    grey = np.array([[90, 90, 90]], np.uint8)
    assert flake_patch(square + 500, grey, (40, 48), 0.0) is None
    found = flake_patch(square + 10, grey, (40, 48), 0.0)
    assert found is not None
    assert found[1].sum() == pytest.approx(16 * 16, rel=0.1)
