"""Cases: photos as stored, halved by the protocol, scored against their truth."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.evaluation.case import method_input, prepare, read_stored
from dualzoom.geometry import Size
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_photos_are_taken_as_they_are_stored(tmp_path, turn) -> None:
    """The turn that a viewer would make is not made."""
    pixels = np.random.default_rng(1).integers(0, 255, (20, 30, 3), np.uint8)
    exif = Image.Exif()
    exif[274] = turn
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_stored(tmp_path / "a.png").pixels, pixels)


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
    assert method_input("full", photo) is photo


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


@pytest.mark.parametrize("protocol", ["single", "halved"])
def test_photos_too_small_to_halve_are_rejected_by_name(protocol) -> None:
    photo = Photo(pixels=np.zeros((126, 300, 3), np.uint8), source=Path("tiny.png"))
    with pytest.raises(CaptureError, match=r"tiny\.png: fewer than 64 pixels"):
        prepare(protocol, "a", photo, photo)


def test_a_result_at_full_size_is_scored_by_the_tele_and_the_wide(scene) -> None:
    case = prepare("full", "a", Photo(pixels=scene.wide), Photo(pixels=scene.tele))
    assert case.truth is None
    perfect, plain = case.score(scene.truth), case.score(enlarge_bicubic(scene.wide))
    assert set(plain) == {"detail", "energy", "consistency_db", "pixels_db", "blocks", "border"}
    assert perfect["detail"] > plain["detail"] + 0.2
    assert perfect["blocks"] == plain["blocks"] > 0
