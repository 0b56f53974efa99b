"""The border of the tele's view: 1 where it cannot be seen, above where the inside is sharper, below where softer."""

import math

import cv2
import numpy as np
import pytest

from dualzoom.metrics.border import against_truth, against_wide
from dualzoom.metrics.rim import Rim
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


@pytest.fixture(scope="module")
def scene(view):
    return render(3, size=view.wide, noise=0, cast=0, exposure_ev=0, baseline_mm=(0, 0))


def soft(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)


def joined(mask: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    return np.where(mask[..., None], inside, outside)


def test_the_truth_has_no_border(scene, rim) -> None:
    assert against_truth(scene.truth, scene.truth, rim) == 1


def test_what_is_as_soft_on_both_sides_has_none_either(scene, rim) -> None:
    assert against_truth(enlarge_bicubic(scene.wide), scene.truth, rim) == pytest.approx(1, abs=0.12)
    assert against_wide(enlarge_bicubic(scene.wide), scene.wide, rim) == pytest.approx(1, abs=0.12)


def test_soft_outside_is_above_one_and_soft_inside_below(scene, rim, seen) -> None:
    sharp, dull = scene.truth, soft(scene.truth)
    assert against_truth(joined(seen, sharp, dull), scene.truth, rim) > 1.25
    assert against_truth(joined(seen, dull, sharp), scene.truth, rim) < 0.8
    both = [against_wide(joined(seen, *parts), scene.wide, rim) for parts in ((sharp, dull), (dull, sharp))]
    plain = against_wide(sharp, scene.wide, rim)
    assert both[0] > 1.25 * plain
    assert both[1] < 0.8 * plain
    assert plain == pytest.approx(1, abs=0.2)


def test_busier_scenes_inside_cancel(scene, rim, seen) -> None:
    """Half the contrast outside, in truth and result alike."""
    calm = np.asarray(128 + (scene.truth.astype(np.int16) - 128) // 2, np.uint8)
    truth = joined(seen, scene.truth, calm)
    dull = joined(seen, soft(scene.truth), soft(calm))
    assert against_truth(dull, truth, rim) == pytest.approx(
        against_truth(soft(scene.truth), scene.truth, rim), rel=0.08
    )
    assert against_truth(truth, scene.truth, rim) > 1.6  # what was cancelled


def test_flat_pictures_have_no_figure(scene, rim) -> None:
    flat = np.full_like(scene.truth, 90)
    assert math.isnan(against_truth(flat, flat, rim))
    assert math.isnan(against_truth(scene.truth, flat, rim))
    assert math.isnan(against_truth(flat, scene.truth, rim))
    assert math.isnan(against_wide(flat, flat[::2, ::2], rim))


def test_a_border_is_seen_even_where_nothing_fine_is_left_outside(scene, rim, seen) -> None:
    flat = np.full_like(scene.truth, 90)
    assert against_truth(joined(seen, scene.truth, flat), scene.truth, rim) > 3


def test_a_small_view_has_no_room_for_squares(scene, view) -> None:
    small = Rim.of(np.array([(200.0, 150.0), (250.0, 150.0), (250.0, 200.0), (200.0, 200.0)]), view.wide)
    assert small.empty
    assert math.isnan(against_truth(scene.truth, scene.truth, small))
