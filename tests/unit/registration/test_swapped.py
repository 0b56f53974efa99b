"""Photos given the wrong way round are told by what they show, at any ratio, and never told of a pair that is right."""

from typing import Any

import numpy as np
import pytest

from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.plane import shifting
from dualzoom.registration.prior import Prior, Reading
from dualzoom.registration.swapped import _shows_less, _turned, swapped_ratio
from dualzoom.settings import RegistrationSettings

QUICK = RegistrationSettings(max_ratio=3, features=1500)
SILENT = Prior(low=1.0, high=3.0)


def grey(picture: np.ndarray) -> np.ndarray:
    return picture[..., 1].copy()


@pytest.fixture(scope="module")
def photos(studio: Any, scene: Any) -> tuple[np.ndarray, np.ndarray]:
    return grey(studio.wide(scene)), grey(scene[80:400, 100:520])


@pytest.mark.parametrize(
    "prior",
    [
        SILENT,
        Prior(low=1, high=3, readings=(Reading(ratio=0.5),)),
        Prior(low=1, high=3, readings=(Reading(ratio=2.0),)),
    ],
    ids=["silent", "true", "false"],
)
def test_a_swapped_pair_has_its_ratio_whatever_the_files_say(photos: Any, prior: Prior) -> None:
    wide, tele = photos
    assert swapped_ratio(GreyPair(tele, wide), prior, QUICK) == pytest.approx(2, abs=0.01)


def test_a_pair_that_is_right_is_not_called_swapped(photos: Any) -> None:
    assert swapped_ratio(GreyPair(*photos), SILENT, QUICK) is None


def test_two_scenes_are_not_called_swapped(studio: Any, photos: Any) -> None:
    other = grey(studio.paint(7)[80:400, 100:520])
    assert swapped_ratio(GreyPair(other, photos[0]), SILENT, QUICK) is None


def test_what_the_files_promise_is_turned_with_the_photos() -> None:
    prior = Prior(low=1.0, high=3.0, readings=(Reading(ratio=0.5), Reading(ratio=4.0, condition="cropped")))
    assert [reading.ratio for reading in _turned(prior).readings] == [2.0, 0.25]
    assert (_turned(prior).low, _turned(prior).high) == (1.0, 3.0)
    assert _turned(SILENT).readings == ()


@pytest.mark.parametrize(("scale", "less"), [(0.5, True), (0.99, True), (1.01, False), (3.0, False)])
def test_a_tele_shows_less_of_the_scene(scale: float, less: bool) -> None:
    frame = np.zeros((60, 80), np.uint8)
    homography = shifting(1, 2) @ np.diag([scale, scale, 1.0])
    assert _shows_less(homography, GreyPair(frame, frame)) is less
