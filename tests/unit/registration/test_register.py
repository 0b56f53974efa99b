"""The whole stage on made-up pairs: what is found, told and refused."""

import json
from typing import Any

import numpy as np
import pytest

from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.registration import Warper, register
from dualzoom.registration.plane import corners, shifting, transform
from dualzoom.settings import RegistrationSettings

#: Refusals cost the most: every scale is tried.
QUICK = RegistrationSettings(max_ratio=2, features=1500)


def off(found: Any, true: Any, size: Size) -> float:
    outline = corners(size)
    return float(np.linalg.norm(transform(found, outline) - transform(true, outline), axis=1).max())


@pytest.fixture(scope="module")
def pair(studio: Any, scene: Any) -> Any:
    """The wide and a tele that is a part of the 2× grid."""
    true = shifting(50, 40) @ studio.twice
    return studio.photo(studio.wide(scene), 26), studio.photo(scene[80:400, 100:520].copy(), 40), true


@pytest.fixture(scope="module")
def found(pair: Any) -> Any:
    return register(*pair[:2])


def test_a_known_place_is_found_with_the_projects_pixel_centres(pair: Any, found: Any) -> None:
    _, tele, true = pair
    assert off(found.homography, true, tele.size) < 0.05
    assert found.ratio == pytest.approx(2, abs=0.002)
    assert found.parallax_px[1] < 0.1
    assert found.confidence.mean() > 0.9
    assert found.window.contains(type(found.window)(51, 41, 208, 158))


def test_what_was_registered_warps_onto_the_scene(pair: Any, found: Any, scene: Any) -> None:
    core = found.window.scale(2).pad(-16)
    rgb, confidence = Warper(pair[1].pixels, found).tile(core)
    error = np.abs(rgb - scene[core.slices] / np.float32(255))
    assert confidence.mean() > 0.9
    assert error.mean() < 0.01


#: What files say of (wide, tele), in mm as on 35 mm film, and whether it contradicts the pictures, which show 2.0.
LENSES = [
    (26, None, False),
    (26, 40, False),
    (26, 104, True),
    (64, 52, True),
    (52, 26, True),
    (26, 26, True),
    (26, 9999, True),
    (0, 52, False),
    (26, float("nan"), False),
]


@pytest.mark.parametrize(("of_wide", "of_tele", "contradicts"), LENSES)
def test_exif_may_be_silent_or_wrong(
    studio: Any, pair: Any, of_wide: float, of_tele: float | None, contradicts: bool
) -> None:
    wide, tele, true = pair
    found = register(studio.photo(wide.pixels, of_wide), studio.photo(tele.pixels, of_tele))
    assert off(found.homography, true, tele.size) < 0.05
    assert any("ratio of 2.00" in note for note in found.notes) == contradicts


@pytest.mark.parametrize("lenses", [(None, None), (52, 26), (26, 52)])
def test_swapped_photos_are_told_by_what_they_show(studio: Any, scene: Any, lenses: Any) -> None:
    """Whatever the files say; the names say nothing, either."""
    wide, tele = studio.wide(scene), scene[80:400, 100:520].copy()
    with pytest.raises(RegistrationError, match="the first photo is the tele") as caught:
        register(studio.photo(tele, lenses[0]), studio.photo(wide, lenses[1]), QUICK)
    assert caught.value.next_step == "give the wide photo first"
    assert "2.0 times" in caught.value.reason
    assert "--" not in str(caught.value)


def test_two_scenes_are_not_called_swapped_though_the_files_say_so(studio: Any, pair: Any) -> None:
    other = studio.photo(studio.paint(7)[80:400, 100:520], 26)
    with pytest.raises(RegistrationError, match="does not match the wide photo") as caught:
        register(studio.photo(pair[0].pixels, 52), other, QUICK)
    assert "52 mm against 26 mm" in caught.value.next_step


@pytest.mark.parametrize("gain", [0.35, 0.7])
def test_exposure_changes_next_to_nothing(studio: Any, pair: Any, gain: float) -> None:
    wide, tele, true = pair
    dark = studio.photo((tele.pixels * gain).astype(np.uint8), 40)
    found = register(wide, dark)
    assert off(found.homography, true, tele.size) < 0.1
    assert found.confidence.mean() > 0.9


def test_16_bits_and_8_bits_register_alike(studio: Any, pair: Any, found: Any) -> None:
    wide, tele, _ = pair
    deep = register(wide, studio.photo(tele.pixels.astype(np.uint16) * 257, 40))
    assert off(deep.homography, found.homography, tele.size) < 0.02


def test_another_scene_is_refused_with_a_reason(studio: Any, pair: Any) -> None:
    other = studio.photo(studio.paint(7)[80:400, 100:520], 40)
    with pytest.raises(RegistrationError, match="does not match the wide photo") as caught:
        register(pair[0], other, QUICK)
    assert caught.value.exit_code == 5
    assert caught.value.next_step


def test_noise_that_hides_the_match_is_named_as_the_reason(studio: Any, pair: Any) -> None:
    wide, tele, _ = pair
    grain = np.random.default_rng(5).normal(0, 40, tele.pixels.shape)
    lost = np.clip(tele.pixels * 0.05 + grain, 0, 255).astype(np.uint8)
    with pytest.raises(RegistrationError, match="it is too noisy") as caught:
        register(wide, studio.photo(lost, 40), QUICK)
    assert "light" in caught.value.next_step


def test_photos_too_small_to_match_are_refused(studio: Any) -> None:
    with pytest.raises(RegistrationError):
        register(studio.photo(np.zeros((16, 16, 3), np.uint8)), studio.photo(np.zeros((5, 4, 3), np.uint8)))


def test_a_tele_without_more_detail_is_refused(studio: Any, scene: Any) -> None:
    with pytest.raises(RegistrationError, match="no more detail"):
        register(studio.photo(scene), studio.photo(studio.wide(scene)[40:200, 50:260]), QUICK)


def test_json_holds_what_inspect_promises(found: Any) -> None:
    told = json.loads(json.dumps(found.to_json()))
    assert {"homography", "inliers", "ratio", "overlap", "parallax_px", "seconds"} <= told.keys()
    assert np.array(told["homography"]).shape == (3, 3)
    assert told["homography"][2][2] == 1
    assert len(told["overlap"]) >= 3
