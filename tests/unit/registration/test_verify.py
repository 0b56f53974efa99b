"""Wrong homographies are refused by their points or by the pictures."""

from typing import Any

import numpy as np

from dualzoom.geometry import Size
from dualzoom.registration.align import Alignment
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.gray import luma
from dualzoom.registration.plane import shifting
from dualzoom.registration.verify import agreeing_blocks, spread, verify

TELE = Size(400, 300)


def test_spread_counts_parts_of_the_frame() -> None:
    assert spread(np.empty((0, 2)), TELE) == 0
    assert spread(np.full((50, 2), 30.0), TELE) == 1
    y, x = np.mgrid[0:300:10, 0:400:10]
    assert spread(np.column_stack([x.ravel(), y.ravel()]).astype(float), TELE) == 64


def test_low_bands_agree_at_the_right_place_only(studio: Any, scene: Any) -> None:
    right = shifting(60, 40) @ studio.twice
    pair = GreyPair(luma(studio.wide(scene)), luma(studio.tele(scene, right, 360, 280)))
    assert agreeing_blocks(pair, right) > 0.95
    assert agreeing_blocks(pair, shifting(30, -20) @ right) < 0.4


def test_points_that_agree_on_a_wrong_place_do_not_help(studio: Any, scene: Any) -> None:
    right = shifting(60, 40) @ studio.twice
    pair = GreyPair(luma(studio.wide(scene)), luma(studio.tele(scene, right, 360, 280)))
    points = np.random.default_rng(0).uniform((0, 0), (360, 280), (500, 2))
    assert verify(pair, Alignment(right, points, points, 500, 500)).reason == ""
    wrong = Alignment(shifting(30, -20) @ right, points, points, 500, 500)
    assert "do not agree" in verify(pair, wrong).reason
    few = Alignment(right, points[:10], points[:10], 500, 500)
    assert "only 10 points" in verify(pair, few).reason
