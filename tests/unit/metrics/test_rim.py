"""Squares lie in pairs just off the outline, on both sides, and nowhere along the frame's edge."""

import cv2
import numpy as np

from dualzoom.metrics.rim import STRIP_PX, Rim


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


def test_sides_along_the_frame_have_no_squares(view) -> None:
    right, bottom = view.wide.width - 0.5, view.wide.height - 0.5
    half = np.array([(200.0, -0.5), (right, -0.5), (right, bottom), (200.0, bottom)])
    found = Rim.of(half, view.wide)
    assert not found.empty
    assert (found.outside[:, 0] < 400).all()  # only along the left side
    whole = np.array([(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)])
    assert Rim.of(whole, view.wide).empty


def test_the_direction_of_the_outline_does_not_matter(rim, view) -> None:
    other = Rim.of(view.overlap[::-1], view.wide)
    pairs = [{(*a, *b) for a, b in zip(one.inside, one.outside, strict=True)} for one in (rim, other)]
    near = [min(np.abs(np.subtract(a, b)).max() for b in pairs[1]) for a in pairs[0]]
    assert len(rim.inside) == len(other.inside)
    assert max(near) <= 2  # places run from the other end: whole even pixels
