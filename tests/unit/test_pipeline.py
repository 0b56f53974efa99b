"""A pair to a photo: what is done with teles that help, and with those that do not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from burst_files import burst, psnr
from torch import nn

from dualzoom.capture.photo import Photo
from dualzoom.detail import adjust_detail
from dualzoom.errors import CaptureError, UsageError, WriteError
from dualzoom.evaluation.phones import PHONES, Capture, photograph
from dualzoom.geometry import Region, Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, EngineSettings, FramingSettings, ZoomSettings
from dualzoom.training.calibration import Calibration

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
SHORT = ZoomSettings(calibration=CalibrationSettings(seconds=3))


@pytest.fixture(scope="module")
def shot() -> Capture:
    return photograph(render(3, size=Size(560, 420)).truth, PHONES[0], seed=1)


@pytest.fixture(scope="module")
def zoomer(tmp_path_factory: pytest.TempPathFactory) -> Zoomer:
    """A network that has learned nothing yet, but shows a reference."""
    torch.manual_seed(1)
    module = build_network(NETWORK)
    path = weights.save(module, tmp_path_factory.mktemp("model") / "small.safetensors", config=NETWORK)
    return Zoomer(str(path), EngineSettings(device="cpu"))


@pytest.fixture(scope="module")
def alone(zoomer: Zoomer, shot: Capture) -> ZoomResult:
    return zoomer.zoom(Photo(pixels=shot.wide))


def named(pixels: np.ndarray) -> Photo:
    return Photo(pixels=np.ascontiguousarray(pixels), source=Path("IMG_2-tele.jpg"))


def crop(shot: Capture) -> Photo:
    """What many phones write as a tele: the wide's own middle, enlarged."""
    height, width = shot.wide.shape[:2]
    middle = shot.wide[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2]
    return named(cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC))


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


def test_without_a_tele_there_is_nothing_to_tell_of_it(alone: ZoomResult) -> None:
    told = alone.to_json()
    assert (told["tele"], told["calibration"], told["registration"]) == (None, None, None)


def test_results_have_the_wides_tones(zoomer: Zoomer, shot: Capture) -> None:
    """Whatever the network makes of them: here everything becomes redder by a tenth."""
    module = build_network(NETWORK)
    module.load_state_dict(zoomer.loaded.module.state_dict())
    module.tail.bias.data[:4] += 0.1
    red = Zoomer.__new__(Zoomer)
    red.loaded, red.engine = zoomer.loaded, zoomer.engine.with_network(module)
    red._bursts = zoomer._bursts
    made = red.zoom(Photo(pixels=shot.wide)).photo.pixels
    means = cv2.resize(made, shot.wide.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(means.mean((0, 1)) - shot.wide.mean((0, 1))).max() < 0.5


def test_detail_changes_the_finished_picture_alone(zoomer: Zoomer, shot: Capture, alone: ZoomResult) -> None:
    made = zoomer.zoom(Photo(pixels=shot.wide), settings=ZoomSettings(detail=1.6))
    wanted = alone.photo.pixels.copy()
    adjust_detail(wanted, 1.6)
    assert np.array_equal(made.photo.pixels, wanted)
    assert not np.array_equal(wanted, alone.photo.pixels)
    for beyond in (-0.1, 2.1):
        with pytest.raises(UsageError, match="between 0 and 2"):
            zoomer.zoom(Photo(pixels=shot.wide), settings=ZoomSettings(detail=beyond))


def test_a_burst_comes_nearer_to_the_truth_and_is_told_of(
    zoomer: Zoomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The small network takes every wide for a halved one, which this one is not."""
    monkeypatch.setattr("dualzoom.prepare._unfit", lambda _degradation: None)
    frames, truth, _ = burst(5)
    settings = ZoomSettings(calibration=CalibrationSettings(seconds=0))
    single = zoomer.zoom(frames[0], settings=settings)
    unreadable = CaptureError("e.jpg", "the file is truncated", "copy it again")
    merged = zoomer.zoom(frames[0], settings=settings, frames=[*frames[1:], frames[0], unreadable])
    inner = np.s_[20:-20, 20:-20]
    assert (
        psnr(merged.photo.pixels[inner], truth[inner]) > psnr(single.photo.pixels[inner], truth[inner]) + 0.7
    )
    assert merged.photo.bit_depth == 8
    told = merged.to_json()["frames"]
    assert [one["used"] for one in told] == [True] * 4 + [False] * 2
    assert "4 of 6 frames are used" in merged.notes
    assert "e.jpg is not used: the file is truncated" in merged.notes
    assert b'Frames="4"' in (merged.photo.metadata.xmp or b"")
    assert b"Frames=" not in (single.photo.metadata.xmp or b"")


def test_frames_that_are_all_refused_change_no_pixel(zoomer: Zoomer) -> None:
    frames, _, _ = burst(1)
    settings = ZoomSettings(calibration=CalibrationSettings(seconds=0))
    single, same = (zoomer.zoom(frames[0], settings=settings, frames=some) for some in (None, frames))
    assert np.array_equal(single.photo.pixels, same.photo.pixels)
    assert single.frames == ()


def test_a_halved_wide_is_left_as_it_is(zoomer: Zoomer) -> None:
    frames, _, _ = burst(3)
    single, merged = (zoomer.zoom(frames[0], settings=OFF, frames=some) for some in (None, frames[1:]))
    assert np.array_equal(single.photo.pixels, merged.photo.pixels)
    assert all("reduced photo" in str(use.reason) for use in merged.frames)


def test_what_a_file_cannot_hold_ends_the_work_before_it_begins(zoomer: Zoomer, shot: Capture) -> None:
    asked = []

    def refuse(wide: Photo, size: Size) -> None:
        asked.append((wide.size, size))
        raise WriteError("out.webp", "too long")

    settings = ZoomSettings(framing=FramingSettings(scale=4))
    engine, zoomer.engine = zoomer.engine, None  # type: ignore[assignment] - nothing may ask for it
    try:
        with pytest.raises(WriteError, match="too long"):
            zoomer.zoom(Photo(pixels=shot.wide), crop(shot), settings=settings, fits=refuse)
    finally:
        zoomer.engine = engine
    size = Size.of(shot.wide)
    assert asked == [(size, size.scale(4))]


def test_what_moved_is_as_it_is_without_frames_tele_and_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch of the scene that only the wide and the tele saw: other frames show another one there."""
    monkeypatch.setattr("dualzoom.prepare._unfit", lambda _degradation: None)
    frames, truth, maps = burst(5, noise=4.0)
    for frame, onto in zip(frames[1:], maps[1:], strict=True):
        x, y = (onto @ [160, 120, 1]).astype(int)
        frame.pixels[y - 26 : y + 26, x - 36 : x + 36] = frame.pixels[y + 40 : y + 92, x - 36 : x + 36]
    tele = named(np.rint(truth[80:400, 100:540]).astype(np.uint8))
    real = Zoomer("auto", EngineSettings(device="cpu"))
    single = real.zoom(frames[0], tele, settings=OFF)
    merged = real.zoom(frames[0], tele, settings=OFF, frames=frames[1:])
    bare = real.zoom(frames[0], settings=OFF)
    patch = np.s_[208:272, 272:368]
    assert single.tele is not None
    assert single.tele.worth.used
    assert [use.reason for use in merged.frames] == [None] * 4
    pixels = [result.photo.pixels[patch].astype(float) for result in (single, merged, bare)]
    assert psnr(pixels[1], pixels[0]) > 40
    assert psnr(pixels[1], truth[patch]) > psnr(pixels[2], truth[patch]) + 1.5  # the tele's detail is there
    assert merged.contribution is not None
    assert merged.contribution[104:136, 136:184].mean() > 200
    still = np.s_[300:380, 120:260]
    assert psnr(merged.photo.pixels[still], single.photo.pixels[still].astype(float)) < 45  # merged there


def test_what_moved_is_made_with_calibrated_weights_and_tta(
    zoomer: Zoomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `restore_moved` is handed enlarges as the whole frame was: the engine in use, strength, tta and all."""
    monkeypatch.setattr("dualzoom.prepare._unfit", lambda _degradation: None)
    frames, _, _ = burst(3)
    whole: list[dict[str, object]] = []
    engine = type(zoomer.engine)
    upscale = engine.upscale

    def noted(self: object, *given: object, **how: object) -> object:
        whole.append(
            {"engine": self, **{name: how[name] for name in ("degradation", "strength", "tta", "dtype")}}
        )
        return upscale(self, *given, **how)  # type: ignore[arg-type]

    def asking(_pixels: object, _burst: object, alone: Callable[[Region], np.ndarray]) -> None:
        assert alone(Region(0, 0, 64, 48)).shape == (96, 128, 3)

    monkeypatch.setattr(engine, "upscale", noted)
    monkeypatch.setattr("dualzoom.enlarge.restore_moved", asking)
    zoomer.zoom(frames[0], settings=replace(OFF, tta=True, strength=0.5), frames=frames[1:])
    assert len(whole) == 2
    assert all(whole[0][name] is whole[1][name] or whole[0][name] == whole[1][name] for name in whole[0])
    assert whole[1]["tta"] is True
