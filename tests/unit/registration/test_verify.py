"""Wrong homographies are refused, each for its own reason."""

import re
from typing import Any

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.registration.align import Alignment
from dualzoom.registration.gray import luma
from dualzoom.registration.plane import shifting
from dualzoom.registration.verify import implausible, photometric, spread, verify
from dualzoom.registration.view import Pair
from dualzoom.settings import RegistrationSettings

TELE, WIDE = Size(400, 300), Size(400, 300)
SETTINGS = RegistrationSettings()


@pytest.mark.parametrize(
    ("homography", "reason"),
    [
        ([[-0.5, 0, 300], [0, 0.5, 80], [0, 0, 1]], "convex"),  # mirrored
        ([[0.5, 0, 100], [0, 0.5, 80], [-0.004, 0, 1]], "folded"),
        ([[0.5, 0, 100], [0, 0.2, 80], [0, 0, 1]], "squeezed"),
        ([[0.5, 0, 100], [0, 0.5, 80], [0.0015, 0, 1]], "tilted|squeezed"),
        ([[1.5, 0, 0], [0, 1.5, 0], [0, 0, 1]], "no more detail"),
        ([[0.05, 0, 200], [0, 0.05, 100], [0, 0, 1]], "beyond 10"),
        ([[0.5, 0, 900], [0, 0.5, 80], [0, 0, 1]], "beside the wide"),
    ],
)
def test_what_no_two_cameras_see_is_implausible(homography: list[list[float]], reason: str) -> None:
    assert re.search(reason, implausible(np.array(homography, float), TELE, WIDE, SETTINGS))


@pytest.mark.parametrize("roll_deg", [0, 5, 90, 180])
@pytest.mark.parametrize("scale", [0.15, 0.5, 0.95])
def test_any_roll_and_ratio_a_pair_may_have_is_plausible(roll_deg: float, scale: float) -> None:
    c, s = scale * np.cos(np.deg2rad(roll_deg)), scale * np.sin(np.deg2rad(roll_deg))
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ shifting(-200, -150)
    assert implausible(shifting(200, 150) @ turned, TELE, WIDE, SETTINGS) == ""


def test_spread_counts_parts_of_the_frame() -> None:
    assert spread(np.empty((0, 2)), TELE) == 0
    assert spread(np.full((50, 2), 30.0), TELE) == 1
    y, x = np.mgrid[0:300:10, 0:400:10]
    assert spread(np.column_stack([x.ravel(), y.ravel()]).astype(float), TELE) == 64


def test_low_bands_agree_at_the_right_place_only(studio: Any, scene: Any) -> None:
    right = shifting(60, 40) @ studio.twice
    pair = Pair(luma(studio.wide(scene)), luma(studio.tele(scene, right, 360, 280)))
    assert photometric(pair, right) > 0.95
    assert photometric(pair, shifting(30, -20) @ right) < 0.4


def test_points_that_agree_on_a_wrong_place_do_not_help(studio: Any, scene: Any) -> None:
    right = shifting(60, 40) @ studio.twice
    pair = Pair(luma(studio.wide(scene)), luma(studio.tele(scene, right, 360, 280)))
    points = np.random.default_rng(0).uniform((0, 0), (360, 280), (500, 2))
    assert verify(pair, Alignment(right, points, points, 500, 500), SETTINGS).reason == ""
    wrong = Alignment(shifting(30, -20) @ right, points, points, 500, 500)
    assert "do not agree" in verify(pair, wrong, SETTINGS).reason
    few = Alignment(right, points[:10], points[:10], 500, 500)
    assert "only 10 points" in verify(pair, few, SETTINGS).reason
