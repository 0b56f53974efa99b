"""Where the cameras stand: rotations are rotations, the tele's canvas holds all it sees, parallax needs a baseline."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.geometry import TO_2X, Size
from dualzoom.scene.canvas import Canvas
from dualzoom.scene.layout import street
from dualzoom.scene.pose import apply, far_to_tele, onto_canvas, parallax, tele_canvas, wide_projection

WIDE, TELE, FOCAL = Size(160, 120), Size(140, 100), 120.0
angles, pans = st.floats(-8, 8), st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))


def corners(size: Size) -> np.ndarray:
    right, bottom = size.width - 1, size.height - 1
    return np.array([(0, 0), (right, 0), (right, bottom), (0, bottom)], float)


@given(angles, pans, st.floats(1.5, 6))
def test_a_homography_is_applied_as_opencv_applies_it(
    roll: float, pan: tuple[float, float], ratio: float
) -> None:
    matrix = far_to_tele(WIDE, TELE, FOCAL, ratio * FOCAL, roll, pan)
    points = np.random.default_rng(1).uniform(0, 150, (20, 2))
    expected = cv2.perspectiveTransform(points[None], matrix)[0]
    np.testing.assert_allclose(apply(matrix, points[:, 0], points[:, 1]), expected, rtol=1e-4, atol=1e-2)


def test_the_same_camera_is_the_identity() -> None:
    np.testing.assert_allclose(far_to_tele(WIDE, WIDE, FOCAL, FOCAL, 0, (0, 0)), np.eye(3), atol=1e-12)


@given(st.floats(1, 6), angles)
def test_an_axis_that_is_not_panned_stays_in_the_middle(ratio: float, roll: float) -> None:
    matrix = far_to_tele(WIDE, TELE, FOCAL, ratio * FOCAL, roll, (0, 0))
    middle = apply(matrix, np.array([(WIDE.width - 1) / 2]), np.array([(WIDE.height - 1) / 2]))[0]
    np.testing.assert_allclose(middle, [(TELE.width - 1) / 2, (TELE.height - 1) / 2], atol=1e-3)


@given(pans)
def test_the_axis_is_panned_by_the_shares_that_are_asked_for(pan: tuple[float, float]) -> None:
    """Exactly along one axis; along both at once by a hair less."""
    matrix = far_to_tele(WIDE, TELE, FOCAL, 2 * FOCAL, 0, pan)
    at = apply(np.linalg.inv(matrix), np.array([(TELE.width - 1) / 2]), np.array([(TELE.height - 1) / 2]))[0]
    asked = [(WIDE.width - 1) / 2 + pan[0] * WIDE.width, (WIDE.height - 1) / 2 + pan[1] * WIDE.height]
    np.testing.assert_allclose(at, asked, atol=0.05)


@given(angles, pans, st.floats(1.5, 6))
def test_the_teles_canvas_holds_all_that_it_sees(roll: float, pan: tuple[float, float], ratio: float) -> None:
    to_tele = far_to_tele(WIDE, TELE, FOCAL, ratio * FOCAL, roll, pan)
    canvas = tele_canvas(wide_projection(WIDE, FOCAL, 18.0), to_tele, TELE, 1.5 * ratio, (11.0, 3.0))
    seen = cv2.perspectiveTransform(corners(TELE)[None], np.linalg.inv(to_tele))
    on_canvas = cv2.perspectiveTransform(seen, onto_canvas(canvas.projection))[0]
    height, width = canvas.plane.shape
    assert on_canvas.min() > 10, "and room for the lens's blur"
    assert (on_canvas < (width - 10, height - 10)).all()
    assert canvas.projection.baseline_m == (0.011, 0.003)


def test_the_wides_canvas_is_its_two_fold_grid() -> None:
    np.testing.assert_allclose(onto_canvas(wide_projection(WIDE, FOCAL, 18.0)), TO_2X)


@pytest.mark.parametrize("baseline", [(0.0, 0.0), (20.0, 0.0), (0.0, 20.0)])
def test_parallax_lies_along_the_baseline_and_is_none_on_the_terrace(baseline: tuple[float, float]) -> None:
    scene = street(3, half_width=WIDE.width / 2 / FOCAL, top=0.5, depth_layers=True)
    projection = wide_projection(WIDE, FOCAL, scene.far_m)
    canvas = Canvas(2 * WIDE.width, 2 * WIDE.height, projection)
    scene.paint(canvas)
    tele = tele_canvas(projection, np.eye(3), WIDE, 2.0, baseline)
    shift = parallax(scene, canvas, tele.projection)
    assert np.abs(shift[canvas.plane == 0]).max() < 1e-6
    for axis in (0, 1):
        assert (np.abs(shift[..., axis]).max() > 0.05) == (baseline[axis] != 0)
