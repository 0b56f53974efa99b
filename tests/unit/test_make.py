"""What a pair teaches, and whom: the network that makes a result, and the next photo of the camera."""

import numpy as np
from small_zoomer import OFF, SHORT, crop, named
from torch import nn

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import Capture
from dualzoom.pipeline import Zoomer
from dualzoom.settings import EngineSettings, ZoomSettings
from dualzoom.training.calibration import Calibration
from dualzoom.zoom_result import ZoomResult


class Remembers:
    """What the last pair taught, for any photo."""

    def __init__(self) -> None:
        self.last: nn.Module | None = None

    def find(self, wide: Photo) -> nn.Module | None:
        return self.last

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        self.last = calibration.network


def test_what_a_pair_taught_serves_a_photo_without_a_tele(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult
) -> None:
    wide, memory = Photo(pixels=shot.wide), Remembers()
    assert np.array_equal(zoomer.zoom(wide, memory=memory).photo.pixels, alone.photo.pixels)
    zoomer.zoom(wide, named(shot.tele), settings=SHORT, memory=memory)
    assert memory.last is not None
    lone = zoomer.zoom(wide, memory=memory)
    expected = zoomer.engine.with_network(memory.last).upscale(
        shot.wide, None, SHORT.tiling, degradation=zoomer.engine.degradation(shot.wide)
    )
    assert np.array_equal(lone.photo.pixels, expected.pixels)
    assert not np.array_equal(lone.photo.pixels, alone.photo.pixels)
    assert any("calibrated by an earlier pair" in note for note in lone.notes)
    off = zoomer.zoom(wide, settings=OFF, memory=memory)
    assert np.array_equal(off.photo.pixels, alone.photo.pixels)
    assert not any("calibrated" in note for note in off.notes)


def test_the_default_says_which_of_its_two_networks_made_a_result(shot: Capture) -> None:
    """The second one only calibrated, and only then is it loaded."""
    zoomer = Zoomer("auto", EngineSettings(device="cpu"))
    assert zoomer.engine.learner is not None
    wide, tele = Photo(pixels=shot.wide), named(shot.tele)
    plain = [zoomer.zoom(wide), zoomer.zoom(wide, crop(shot)), zoomer.zoom(wide, tele, settings=OFF)]
    assert "loaded" not in vars(zoomer.engine.learner)
    assert {result.model for result in plain} == {zoomer.loaded.name} == {"dcsr-lite"}
    taught = zoomer.zoom(wide, tele, settings=SHORT)
    assert taught.tele is not None
    assert taught.tele.calibration is not None
    assert taught.tele.calibration.network is not None
    assert taught.to_json()["model"] == zoomer.taught.name == "dcsr-lite-fast"
    told = taught.photo.metadata.xmp
    assert told is not None
    assert str(zoomer.taught.info["sha256"]).encode() in told
    assert str(zoomer.loaded.info["sha256"]).encode() not in told


def test_strength_zero_teaches_nothing_and_is_as_without_a_tele(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult
) -> None:
    settings = ZoomSettings(strength=0.0, calibration=SHORT.calibration)
    result = zoomer.zoom(Photo(pixels=shot.wide), named(shot.tele), settings=settings)
    assert np.array_equal(result.photo.pixels, alone.photo.pixels)
    assert result.to_json()["calibration"] is None
    assert "strength 0: the tele is not used" in result.notes
    assert result.contribution is not None
    assert not result.contribution.any()
