"""Which network enlarges a burst, and what it is shown."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from burst_files import burst, psnr

from dualzoom.burst_use import BurstNetwork, of_merged
from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.frames import merge
from dualzoom.frames.burst import believed_where_precise
from dualzoom.network.degradation import HALVED
from dualzoom.pipeline import Zoomer
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
INNER = np.s_[20:-20, 20:-20]


@pytest.fixture(scope="module")
def zoomer() -> Zoomer:
    return Zoomer("auto", EngineSettings(device="cpu"))


def test_a_burst_alone_is_shown_to_its_network_which_beats_the_mean(zoomer: Zoomer) -> None:
    frames, truth, _ = burst(8, noise=6.0)
    scores = {}
    for how in ("mean", "learned"):
        made = zoomer.zoom(frames[0], settings=replace(OFF, burst=how), frames=frames[1:])
        scores[how] = psnr(made.photo.pixels[INNER], truth[INNER])
        assert made.model == ("dcsr-frames" if how == "learned" else "dcsr-lite")
    assert scores["learned"] > scores["mean"] + 0.1


def test_it_is_wanted_only_for_what_it_was_taught(zoomer: Zoomer) -> None:
    network = BurstNetwork("auto", zoomer.loaded, zoomer.engine)
    assert network.wanted(OFF)
    assert not network.wanted(replace(OFF, burst="mean"))
    other = BurstNetwork("dcsr-lite", zoomer.loaded, zoomer.engine)
    assert not other.wanted(OFF)  # the user asked for other weights


def test_a_tele_calibrates_it_and_without_a_gain_the_mean_is_enlarged(zoomer: Zoomer) -> None:
    frames, truth, _ = burst(6, noise=6.0)
    height, width = truth.shape[:2]
    middle = np.s_[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    tele = Photo(pixels=np.rint(truth[middle]).astype(np.uint8))
    outside = np.ones((height, width), bool)
    outside[middle] = False
    scores = {}
    for how in ("mean", "learned"):
        settings = ZoomSettings(burst=how, calibration=CalibrationSettings(seconds=2.0))  # type: ignore[arg-type]
        made = zoomer.zoom(frames[0], tele, settings=settings, frames=frames[1:])
        scores[how] = psnr(made.photo.pixels[outside], truth[outside])
        assert made.tele is not None
        assert made.tele.calibration is not None
        assert made.tele.calibration.network is not None
        assert made.model == ("dcsr-frames" if how == "learned" else "dcsr-lite-fast")
    assert scores["learned"] > scores["mean"] + 0.05
    for settings in (OFF, replace(OFF, strength=0.5)):  # nothing may be learned
        plain = zoomer.zoom(frames[0], tele, settings=settings, frames=frames[1:])
        assert plain.model == "dcsr-lite"


def test_a_noisy_wide_is_no_reduced_photo(zoomer: Zoomer) -> None:
    network = BurstNetwork("auto", zoomer.loaded, zoomer.engine)
    for noise, halved in ((8.0, False), (0.5, True)):
        frames, _, _ = burst(4, noise=noise)
        shown = network.shown(merge(frames[0], frames[1:]), HALVED[1])
        assert (shown.base is frames[0].pixels) is halved  # a reduced one is enlarged itself
        assert shown.reduced is halved
        native = zoomer.engine.degradation(frames[0].pixels, assume_native=True)
        assert np.array_equal(
            shown.own, HALVED[1] if halved else native
        )  # also where what moved stands alone


def test_of_a_reduced_photo_less_is_believed() -> None:
    frames, _, _ = burst(5, noise=2.0, mover=True)
    found = merge(frames[0], frames[1:])
    strict = believed_where_precise(found)
    for before, after in zip(found.frames, strict.frames, strict=True):
        assert (after.same <= before.same.astype(int) + 1).all()
    assert strict.coverage.max() <= 64
    mover = np.s_[75:145, 52:74]
    assert strict.coverage[mover].mean() < 0.25 * 64


def test_a_mean_is_told_to_be_between_its_wide_and_itself() -> None:
    frames, _, _ = burst(4, noise=8.0)
    found, asked = merge(frames[0], frames[1:]), []
    told, own = np.full(5, 0.9, np.float32), np.full(5, 0.3, np.float32)

    def engine(says: np.ndarray) -> Engine:
        def degradation(pixels: np.ndarray, *, assume_native: bool) -> np.ndarray:
            asked.append(pixels)
            return says

        return SimpleNamespace(degradation=degradation)  # type: ignore[return-value]

    assert np.allclose(np.asarray(of_merged(engine(own), found, told)), 0.6)
    assert asked[0] is found.photo.pixels
    assert of_merged(engine(HALVED[0]), found, told) is told
    assert of_merged(engine(own), found, HALVED[0]) is HALVED[0]
    assert of_merged(engine(own), found.refused("no"), told) is told
    assert of_merged(engine(own), found, None) is None
