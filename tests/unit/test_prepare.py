"""What is decided before a pair is made: which frames count, and what ends the work."""

from dataclasses import replace

import numpy as np
import pytest
from burst_files import burst, psnr
from small_zoomer import OFF, crop, named

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, WriteError
from dualzoom.evaluation.phones import Capture
from dualzoom.geometry import Size
from dualzoom.pipeline import Zoomer
from dualzoom.settings import CalibrationSettings, EngineSettings, FramingSettings, ZoomSettings
from dualzoom.stopwatch import Stopwatch


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


def test_the_network_for_bursts_is_kept_for_a_wide_alone_or_with_a_tele_that_teaches() -> None:
    zoomer = Zoomer("auto", EngineSettings(device="cpu"))
    frames, truth, _ = burst(3, noise=8.0)
    tele = named(np.rint(truth[120:360, 160:480]).astype(np.uint8))

    def whole(*teles: Photo, settings: ZoomSettings = OFF, refs: tuple[Photo, ...] = ()) -> bool:
        prepared = zoomer.prepare(
            frames[0], teles, refs=refs, settings=settings, clock=Stopwatch(), frames=frames[1:]
        )
        return prepared.whole is not None

    assert whole()
    assert whole(tele, settings=ZoomSettings())
    assert not whole(tele)  # it may not teach
    assert not whole(tele, settings=ZoomSettings(strength=0))
    assert not whole(refs=(tele,))
    assert not whole(tele, settings=ZoomSettings(), refs=(tele,))
    assert not whole(settings=replace(OFF, burst="mean"))
