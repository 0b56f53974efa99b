"""A pair to a photo: what is done with teles that help, and with those that do not."""

import cv2
import numpy as np
import pytest
from small_zoomer import OFF, SHORT, crop, named

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import Capture
from dualzoom.pipeline import Zoomer
from dualzoom.settings import ZoomSettings
from dualzoom.zoom_result import ZoomResult


@pytest.mark.parametrize("settings", [OFF, SHORT], ids=["off", "calibrating"])
def test_a_useless_tele_changes_nothing_and_is_named(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult, settings: ZoomSettings
) -> None:
    result = zoomer.zoom(Photo(pixels=shot.wide), crop(shot), settings=settings)
    assert np.array_equal(result.photo.pixels, alone.photo.pixels)
    assert result.contribution is not None
    assert not result.contribution.any()
    told = result.to_json()
    assert told["tele"]["used"] is False
    assert told["tele"]["share"] == 0
    assert "no more detail" in told["tele"]["reason"]
    assert told["calibration"] is None  # nothing can be learned from it either
    (note,) = (note for note in result.notes if "not used" in note)
    assert note.startswith("IMG_2-tele.jpg is not used: ")
    assert told["registration"] is not None


def test_a_useful_tele_is_used_and_said_to_be(zoomer: Zoomer, shot: Capture, alone: ZoomResult) -> None:
    result = zoomer.zoom(Photo(pixels=shot.wide), named(shot.tele), settings=OFF)
    told = result.to_json()
    assert told["tele"]["used"] is True
    assert told["tele"]["detail"] > 0.06
    assert (told["tele"]["share"], told["tele"]["reason"]) == (1.0, None)
    assert told["calibration"] is None
    assert not any("IMG_2-tele.jpg" in note for note in result.notes)
    assert result.contribution is not None
    assert result.contribution.max() > 200
    assert not np.array_equal(result.photo.pixels, alone.photo.pixels)


def test_a_useful_tele_teaches_and_the_network_itself_stays(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult
) -> None:
    wide, tele = Photo(pixels=shot.wide), named(shot.tele)
    plain = zoomer.zoom(wide, tele, settings=OFF)
    result = zoomer.zoom(wide, tele, settings=SHORT)
    told = result.to_json()["calibration"]
    assert told["used"] is True
    assert told["steps"] == 54
    assert told["gained_db"] == pytest.approx(told["after"]["tele_db"] - told["before"]["tele_db"], abs=1e-3)
    (note,) = (note for note in result.notes if "calibrated" in note)
    assert f"{result.tele.calibration.gained_db:.2f} dB" in note
    outside = ~(cv2.dilate(result.contribution, np.ones((41, 41))) > 0).repeat(2, 0).repeat(2, 1)
    assert outside.any()  # it learns for where the tele saw nothing
    assert not np.array_equal(result.photo.pixels[outside], plain.photo.pixels[outside])
    assert np.array_equal(zoomer.zoom(wide).photo.pixels, alone.photo.pixels)
