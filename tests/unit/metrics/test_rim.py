"""Squares lie in pairs just off the outline, on both sides, and nowhere along the frame's edge."""

import cv2
import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.metrics.rim import STRIP_PX, Rim

WIDE = Size(480, 360)
OVERLAP = np.array([(120.0, 92.0), (361.0, 88.0), (364.0, 270.0), (122.0, 273.0)])


@pytest.fixture(scope="module")
def rim() -> Rim:
    return Rim.of(OVERLAP, WIDE)


@pytest.fixture(scope="module")
def seen() -> np.ndarray:
    """(2H, 2W) bool: what lies inside the outline."""
    mask = np.zeros((2 * WIDE.height, 2 * WIDE.width), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(2 * OVERLAP + 0.5).astype(np.int32), 1)
    return mask > 0


def test_squares_lie_just_off_the_outline_on_both_sides(rim, seen) -> None:
    assert len(rim.inside) == len(rim.outside) >= 40
    distance = cv2.distanceTransform(seen.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outer = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    for corners, far in ((rim.inside, distance), (rim.outside, outer)):
        for x, y in corners:
            square = far[y : y + STRIP_PX, x : x + STRIP_PX]
            assert 8 - 2.5 <= square.min() <= 8 + 5  # whole even pixels
    assert (rim.inside % 2 == 0).all()
    assert (rim.outside % 2 == 0).all()


def test_sides_along_the_frame_have_no_squares() -> None:
    right, bottom = WIDE.width - 0.5, WIDE.height - 0.5
    half = np.array([(200.0, -0.5), (right, -0.5), (right, bottom), (200.0, bottom)])
    found = Rim.of(half, WIDE)
    assert not found.empty
    assert (found.outside[:, 0] < 400).all()  # only along the left side
    whole = np.array([(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)])
    assert Rim.of(whole, WIDE).empty


def test_the_direction_of_the_outline_does_not_matter(rim) -> None:
    other = Rim.of(OVERLAP[::-1], WIDE)
    pairs = [{(*a, *b) for a, b in zip(one.inside, one.outside, strict=True)} for one in (rim, other)]
    near = [min(np.abs(np.subtract(a, b)).max() for b in pairs[1]) for a in pairs[0]]
    assert len(rim.inside) == len(other.inside)
    assert max(near) <= 2  # places run from the other end: whole even pixels
