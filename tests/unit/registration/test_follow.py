"""Following a tele through a pan: as exact as a search, and lost where it is not there."""

from typing import Any

import numpy as np
import pytest

from dualzoom.registration.follow import follow, motion
from dualzoom.registration.gray import luma
from dualzoom.registration.plane import corners, scaling, shifting, transform
from dualzoom.settings import RegistrationSettings


def test_motion_between_frames_is_found_to_a_fraction_of_a_pixel(studio: Any, scene: Any) -> None:
    # the scene at half size, cut at two places: a shift of 6 and 3 of its pixels is one of 3 and 1.5
    before, after = (luma(studio.wide(part)) for part in (scene[20:400, 20:500], scene[26:406, 32:512]))
    found = motion(before, after)
    assert found is not None
    points = np.array([[20.0, 20], [200, 150], [100, 30]])
    np.testing.assert_allclose(transform(found, points), points - [6, 3], atol=0.15)
    assert motion(np.full((90, 120), 128, np.uint8), np.full((90, 120), 128, np.uint8)) is None


def test_a_rough_start_ends_where_the_tele_lies(studio: Any, scene: Any) -> None:
    true = shifting(50, 40) @ studio.twice
    tele = luma(scene[80:400, 100:520].copy())
    wide = luma(studio.wide(scene))
    found = follow(wide, tele, shifting(2.5, -1.5) @ true, RegistrationSettings())
    assert found is not None
    outline = corners(found.tele_size)
    assert np.abs(transform(found.homography, outline) - transform(true, outline)).max() < 0.06
    assert found.method == "followed"
    assert found.ratio == pytest.approx(2, abs=0.005)


def test_what_is_not_there_is_not_followed(studio: Any, scene: Any) -> None:
    true = shifting(50, 40) @ studio.twice
    tele = luma(scene[80:400, 100:520].copy())
    other = luma(studio.wide(np.ascontiguousarray(scene[::-1, ::-1])))
    assert follow(other, tele, true, RegistrationSettings()) is None
    assert follow(other, tele, scaling(40, 40), RegistrationSettings()) is None
