"""Plane geometry keeps its convention: pixel centres at integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.geometry import TO_2X, Region, Size
from dualzoom.registration import plane


def test_doubling_is_the_projects_own_map() -> None:
    assert np.allclose(plane.scaling(2, 2), TO_2X)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 900), st.integers(1, 900))
def test_resizing_maps_outer_corners_to_outer_corners(w: int, h: int, to_w: int, to_h: int) -> None:
    source, target = Size(w, h), Size(to_w, to_h)
    moved = plane.transform(plane.resizing(source, target), plane.corners(source))
    assert np.allclose(moved, plane.corners(target))


def test_scales_are_the_derivatives_singular_values() -> None:
    homography = np.array([[0.5, -0.1, 4], [0.05, 0.4, 9], [1e-4, -2e-4, 1]])
    at = np.array([[30.0, 70.0], [200.0, 11.0]])
    step = 1e-5
    for point, found in zip(at, plane.scales(homography, at), strict=True):
        ahead = plane.transform(homography, point + np.array([[step, 0], [0, step]]))
        slope = (ahead - plane.transform(homography, point[None])).T / step
        assert found == pytest.approx(np.linalg.svd(slope, compute_uv=False), rel=1e-3)


def test_density_of_a_twofold_tele_is_a_half() -> None:
    assert plane.density(np.linalg.inv(TO_2X), Size(400, 300)) == pytest.approx(0.5)


def test_outline_is_cut_at_the_frame_and_vanishes_beyond_it() -> None:
    size = Size(100, 80)
    half_out = plane.clip_to(plane.corners(Size(60, 40)) - np.array([30, 0]), size)
    assert half_out.min() >= -0.5
    assert np.ptp(half_out[:, 0]) == pytest.approx(30)
    assert plane.clip_to(plane.corners(Size(10, 10)) + 500, size).shape == (0, 2)


def test_bounding_takes_the_pixels_touched() -> None:
    assert plane.bounding(plane.corners(Size(7, 5)) + np.array([3, 2]), Size(50, 50)) == Region(3, 2, 7, 5)
    assert plane.bounding(np.array([[2.6, 2.6], [9.4, 9.4]]), Size(50, 50)) == Region(3, 3, 7, 7)
