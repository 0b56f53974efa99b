"""Candidates: near the truth where there is one, none where there is nothing in common."""

from typing import Any

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.registration.gray import luma
from dualzoom.registration.locate import Method, attempts, match
from dualzoom.registration.plane import corners, shifting, transform
from dualzoom.registration.prior import Prior, Reading
from dualzoom.settings import RegistrationSettings

SETTINGS = RegistrationSettings(features=3000)


def off(found: Any, true: Any, size: Size) -> float:
    outline = corners(size)
    return float(np.linalg.norm(transform(found, outline) - transform(true, outline), axis=1).max())


@pytest.mark.parametrize("method", ["orb", "sift"])
@pytest.mark.parametrize("guess", [1.6, 2.0, 2.6])
def test_a_known_place_is_found_from_a_rough_ratio(
    studio: Any, scene: Any, method: Method, guess: float
) -> None:
    turn = np.deg2rad(4)
    c, s = 0.5 * np.cos(turn), 0.5 * np.sin(turn)
    true = np.array([[c, -s, 90.0], [s, c, 50.0], [0, 0, 1]])
    tele = studio.tele(scene, true, 300, 240)
    found = match(luma(studio.wide(scene)), luma(tele), guess, method, SETTINGS)
    assert found is not None
    assert found.method == method
    assert off(found.homography, true, Size(300, 240)) < 1.5


def test_a_large_wide_is_searched_around_its_middle(studio: Any, scene: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(
        __import__("dualzoom.registration.locate", fromlist=["x"])._WIDE_AREA, "orb", 50_000.0
    )
    true = shifting(80, 60) @ studio.twice
    tele = studio.tele(scene, true, 320, 240)
    found = match(luma(studio.wide(scene)), luma(tele), 2.0, "orb", SETTINGS)
    assert found is not None
    assert off(found.homography, true, Size(320, 240)) < 1.5


def test_unrelated_pictures_yield_nothing_that_many_points_agree_on(studio: Any) -> None:
    wide, tele = luma(studio.wide(studio.paint(2))), luma(studio.paint(3)[:240, :320])
    for candidate in attempts(wide, tele, Prior(low=2, high=3), SETTINGS):
        assert candidate.inliers < 24


def test_noise_and_emptiness_yield_nothing() -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (120, 160)).astype(np.uint8) for _ in range(2)]
    prior = Prior(low=1.9, high=2.1, readings=(Reading(ratio=2.0),))
    assert all(c.inliers < 24 for c in attempts(*noise, prior, SETTINGS))
    assert not list(attempts(np.zeros((50, 60), np.uint8), noise[0], prior, SETTINGS))
    assert not list(attempts(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8), prior, SETTINGS))
