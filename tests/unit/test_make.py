"""Who made a result is said of it."""

from small_zoomer import OFF, SHORT, crop, named

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import Capture
from dualzoom.pipeline import Zoomer
from dualzoom.settings import EngineSettings


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
