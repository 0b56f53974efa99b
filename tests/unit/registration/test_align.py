"""The guided second pass reaches a fraction of a pixel."""

from typing import Any

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.registration.align import refine_homography
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.gray import luma
from dualzoom.registration.plane import corners, shifting, transform
from dualzoom.settings import RegistrationSettings

SETTINGS = RegistrationSettings()


@pytest.mark.parametrize(("scale", "gamma"), [(0.5, 1.0), (0.5, 0.6), (0.4, 1.5)])
def test_a_start_two_pixels_off_ends_within_a_tenth(
    studio: Any, scene: Any, scale: float, gamma: float
) -> None:
    true = np.array([[scale, 0.01, 60.0], [-0.01, scale, 40.0], [1e-5, 2e-5, 1]])
    tele = studio.tele(scene, true, 360, 280)
    toned = (255 * (tele / 255) ** gamma).astype(np.uint8)
    found = refine_homography(
        GreyPair(luma(studio.wide(scene)), luma(toned)), shifting(1.6, -1.2) @ true, SETTINGS
    )
    assert found is not None
    outline = corners(Size(360, 280))
    off = np.linalg.norm(transform(found.homography, outline) - transform(true, outline), axis=1)
    assert off.max() < 0.1
    assert len(found.tele_points) > 0.9 * found.followed


def test_pictures_without_points_give_none() -> None:
    flat = np.full((100, 120), 90, np.uint8)
    assert refine_homography(GreyPair(flat, flat), np.eye(3), SETTINGS) is None
