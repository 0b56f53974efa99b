"""The frame itself: its tones, its detail, and what moved."""

import copy
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from burst_files import burst, psnr
from small_zoomer import NETWORK, OFF, named

from dualzoom.capture.photo import Photo
from dualzoom.detail import adjust_detail
from dualzoom.errors import UsageError
from dualzoom.evaluation.phones import Capture
from dualzoom.geometry import Region
from dualzoom.network.registry import build_network
from dualzoom.pipeline import Zoomer
from dualzoom.settings import EngineSettings, ZoomSettings
from dualzoom.zoom_result import ZoomResult


def test_results_have_the_wides_tones(zoomer: Zoomer, shot: Capture) -> None:
    """Whatever the network makes of them: here everything becomes redder by a tenth."""
    module = build_network(NETWORK)
    module.load_state_dict(zoomer.loaded.module.state_dict())
    module.tail.bias.data[:4] += 0.1
    red = copy.copy(zoomer)
    red.engine = zoomer.engine.with_network(module)
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
