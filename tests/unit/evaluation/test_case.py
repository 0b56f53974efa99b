"""What is enlarged and how it is judged."""

import math

import cv2
import numpy as np
import pytest
from PIL import Image

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, RegistrationError, none_left
from dualzoom.evaluation.case import given, prepare, stored
from dualzoom.evaluation.methods import classical
from dualzoom.evaluation.run import Judged, Refused, Source, run
from dualzoom.geometry import Size
from dualzoom.scene import render


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_photos_are_taken_as_they_are_stored(tmp_path, turn) -> None:
    """The turn that a viewer would make is not made."""
    pixels = np.random.default_rng(1).integers(0, 255, (20, 30, 3), np.uint8)
    exif = Image.Exif()
    exif[274] = turn
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(stored(tmp_path / "a.png").pixels, pixels)


def test_single_photos_are_halved_by_means_and_judged_whole() -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (141, 160, 3), np.uint8)
    case = prepare("single", "a", Photo(pixels=pixels))
    means_ = pixels[:140].reshape(70, 2, 80, 2, 3).mean((1, 3))
    assert np.abs(case.wide - means_).max() <= 0.5
    assert case.score(pixels[:140]) == {"psnr": math.inf, "ssim": pytest.approx(1)}
    off = pixels[:140].copy()
    off[0, 0] ^= 128  # the border counts, as in other programs' figures
    assert case.score(off)["psnr"] < math.inf


def test_full_size_gives_the_photo_itself() -> None:
    photo = Photo(pixels=np.zeros((9, 7, 3), np.uint8))
    assert given("full", photo) is photo


@pytest.fixture(scope="module")
def scene():
    return render(3, size=Size(320, 240), noise=0.0, depth_layers=False)


def test_inside_is_what_the_tele_sees_unless_a_rectangle_is_named(scene) -> None:
    wide, tele = Photo(pixels=scene.wide), Photo(pixels=scene.tele)
    case = prepare("halved", "a", wide, tele)
    assert case.aligned is not None
    window = case.aligned.registration.window.scale(2)
    spoilt = scene.wide.copy()
    spoilt[window.slices] ^= 1
    scores = case.score(spoilt)
    assert scores["inside"] == pytest.approx(20 * math.log10(255))
    assert scores["outside"] == math.inf
    named = prepare("halved", "a", wide, tele, window.pad(-20))
    assert named.score(spoilt)["outside"] < math.inf


def test_a_run_goes_on_after_a_pair_that_is_refused() -> None:
    def refuse():
        raise RegistrationError("b", "does not match")

    grey = cv2.resize(np.arange(64, dtype=np.uint8).reshape(8, 8), (160, 160))
    photo = Photo(pixels=np.repeat(grey[..., None], 3, 2))
    sources = [
        Source(name="b", prepare=refuse),
        Source(name="a", prepare=lambda: prepare("single", "a", photo)),
    ]
    told: list[float] = []
    refused, judged = run(sources, [classical("bicubic")], progress=told.append)
    assert isinstance(refused, Refused)
    assert isinstance(judged, Judged)
    assert (refused.name, judged.name, judged.sheet) == ("b", "a", None)
    assert told == sorted(told)
    assert told[-1] == 1


def test_none_left_speaks_of_the_match_first() -> None:
    unread, unlike = CaptureError("a", "is torn"), RegistrationError("b", "is another place", "take b again")
    assert none_left([unread]) is unread
    both = none_left([unread, unlike])
    assert isinstance(both, RegistrationError)
    assert str(both) == "b: none of 2 can be used; the first: is another place; take b again"
