"""Several planes of one scene, each with a homography of its own."""

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.registration.plane import transform
from dualzoom.registration.planes import register_planes
from dualzoom.scene import render

SIZE = Size(640, 480)
#: Wide px → photo px, of the left and of the right half of the wide: far apart, as two sides of a corner are.
LEFT = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
RIGHT = np.array([[2.1, 0.03, -100.0], [0.02, 2.05, -60.0], [3e-5, 0.0, 1.0]])


def corner() -> tuple[np.ndarray, np.ndarray]:
    """The wide, and the photo in which both halves moved apart."""
    truth = render(3, size=SIZE, depth_layers=False).truth
    fine = cv2.resize(truth, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    to_grid = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    size = (1280, 960)
    left, right = (
        cv2.warpPerspective(truth, h @ to_grid, size, flags=cv2.INTER_CUBIC) for h in (LEFT, RIGHT)
    )
    half = np.full((480, 640), 0, np.uint8)
    half[:, 320:] = 255
    of_right = cv2.warpPerspective(half, RIGHT, size)[..., None] > 127
    return fine, np.where(of_right, right, left)


def test_both_halves_of_a_corner_are_found() -> None:
    wide, photo = corner()
    planes = register_planes(Photo(pixels=wide), Photo(pixels=photo))
    for truth, x in ((LEFT, 120.0), (RIGHT, 460.0)):
        places = np.array([(x + dx, y) for dx in (0.0, 60.0) for y in (140.0, 220.0, 300.0)])
        there = transform(truth, places)
        off = [np.abs(transform(plane.homography, there) - places).max() for plane in planes]
        assert min(off) < 0.5


def test_one_plane_is_enough_for_a_flat_scene() -> None:
    shot = render(3, size=SIZE, depth_layers=False)
    assert len(register_planes(Photo(pixels=shot.wide), Photo(pixels=shot.tele))) == 1


def test_another_scene_is_refused() -> None:
    wide, other = render(3, size=SIZE).wide, render(8, size=SIZE).tele
    with pytest.raises(RegistrationError, match="does not match"):
        register_planes(Photo(pixels=wide), Photo(pixels=other))
