"""From clip to clip: every frame, at its time; broken runs go on to the same bytes; failures leave nothing."""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.capture import clip_write
from dualzoom.capture.clip_read import frames, scan
from dualzoom.clips import zoom_clip
from dualzoom.errors import CaptureError, UsageError, WriteError
from dualzoom.settings import CalibrationSettings, ClipSettings, FramingSettings, ZoomSettings

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
#: Of results: where the tele looks in all frames.
MIDDLE = np.s_[:, 110:210, 180:330]
SHORT = ClipSettings(segment_frames=3, zoom=OFF, crf=4)


@pytest.fixture
def wide(clip_files: Any, panned: Any, tmp_path: Path) -> Path:
    path: Path = clip_files.write(
        tmp_path / "wide.mp4", panned.wide, times=[0, 10, 30, 35, 50, 60, 80, 81],
        base=Fraction(1, 100), sound="aac", crf=10,
    )  # fmt: skip
    return path


@pytest.fixture
def tele(panned: Any, tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "tele.png"), panned.tele[..., ::-1])
    return tmp_path / "tele.png"


@pytest.mark.usefixtures("repeat")
def test_every_frame_comes_out_twice_its_size_at_its_time(wide: Path, tmp_path: Path) -> None:
    stages: list[tuple[str, float]] = []
    result = zoom_clip(
        wide, None, tmp_path / "out.mp4", settings=SHORT, progress=lambda *step: stages.append(step)
    )
    before, after = scan(wide), scan(tmp_path / "out.mp4")
    assert (result.frames, result.scenes, result.size) == (8, 1, (512, 320))
    assert [t * after.time_base for t in after.times] == [t * before.time_base for t in before.times]
    assert after.audio == ("aac",)
    for one, other in zip(frames(before), frames(after), strict=True):
        repeated = np.repeat(np.repeat(one.pixels, 2, 0), 2, 1).astype(float)
        assert (
            np.abs(repeated - other.pixels).mean() < 4
        )  # the toy repeats pixels; chroma of the codec is coarser
    shares = [share for stage, share in stages if stage == "enlarge"]
    assert shares == pytest.approx([n / 8 for n in range(1, 9)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "wide.mp4"]


def test_a_broken_run_goes_on_to_the_same_bytes(
    wide: Path, tele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real model and a tele that is followed: what was remembered decides the pixels."""
    module = import_module("dualzoom.clips.zoom_clip")
    once = zoom_clip(wide, tele, tmp_path / "once.mp4", settings=SHORT)
    assert once.with_tele == 8
    written = 0

    def breaking(*given: Any) -> None:
        nonlocal written
        if written == 2:
            raise KeyboardInterrupt
        written += 1
        clip_write.write_segment(*given)

    monkeypatch.setattr(module, "write_segment", breaking)
    with pytest.raises(KeyboardInterrupt):
        zoom_clip(wide, tele, tmp_path / "twice.mp4", settings=SHORT)
    assert not (tmp_path / "twice.mp4").exists()
    monkeypatch.undo()
    result = zoom_clip(wide, tele, tmp_path / "twice.mp4", settings=SHORT)
    assert (result.resumed, result.with_tele) == (6, 2)
    assert (tmp_path / "twice.mp4").read_bytes() == (tmp_path / "once.mp4").read_bytes()
    alone = zoom_clip(wide, None, tmp_path / "alone.mp4", settings=SHORT)
    assert alone.with_tele == 0
    assert (tmp_path / "alone.mp4").read_bytes() != (tmp_path / "once.mp4").read_bytes()


def test_the_tele_brings_results_nearer_to_the_truth_and_steadier(
    tele: Path, tmp_path: Path, panned: Any, clip_files: Any
) -> None:
    four = clip_files.write(tmp_path / "four.mp4", panned.wide[:4], crf=10)
    errors, flicker = {}, {}
    for name, given in (("alone", None), ("tele", tele)):
        zoom_clip(four, given, tmp_path / f"{name}.mp4", settings=SHORT)
        found = np.stack(clip_files.read(tmp_path / f"{name}.mp4")).astype(np.float32)[MIDDLE]
        off = found - np.stack(panned.truth[:4])[MIDDLE]
        errors[name], flicker[name] = (
            np.square(off).mean() ** 0.5,
            np.square(np.diff(off, axis=0)).mean() ** 0.5,
        )
    assert errors["tele"] < 0.96 * errors["alone"]
    assert flicker["tele"] < flicker["alone"]


def test_a_tele_clip_that_ends_early_helps_as_long_as_it_lasts(
    wide: Path, tele: Path, tmp_path: Path, panned: Any, clip_files: Any
) -> None:
    path = clip_files.write(
        tmp_path / "tele.mp4", [panned.tele] * 4, times=[0, 10, 20, 30], base=Fraction(1, 100), crf=4
    )
    result = zoom_clip(wide, path, tmp_path / "out.mp4", settings=SHORT)
    assert result.with_tele == 4  # at 0, 0.10, 0.30 and 0.35 s


@pytest.mark.usefixtures("repeat")
def test_another_scene_is_enlarged_from_the_wide_alone(
    clip_files: Any, panned: Any, tele: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    other = np.kron(rng.integers(0, 256, (10, 16, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    wide = clip_files.write(tmp_path / "w.mp4", [*panned.wide[:3], other, other], crf=10)
    result = zoom_clip(wide, tele, tmp_path / "out.mp4", settings=SHORT)
    assert (result.frames, result.scenes) == (5, 2)
    assert result.with_tele == 3
    assert [note for note in result.notes if "does not fit in frame 3" in note]


@pytest.mark.usefixtures("repeat")
def test_ten_bits_stay_ten_bits_with_their_tags(clip_files: Any, panned: Any, tmp_path: Path) -> None:
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": 18, "color_range": 1}
    wide = clip_files.write(
        tmp_path / "w.mov", panned.wide[:2], codec="libx265", pixel_format="yuv420p10le", tags=tags
    )
    result = zoom_clip(wide, None, tmp_path / "out.mov", settings=SHORT)
    assert result.codec == "hevc"
    assert scan(tmp_path / "out.mov").encoding == scan(wide).encoding


@pytest.mark.usefixtures("repeat")
def test_odd_sizes_come_out_even(clip_files: Any, tmp_path: Path) -> None:
    odd = [np.full((45, 51, 3), 90 + n, np.uint8) for n in range(3)]
    wide = clip_files.write(tmp_path / "w.mkv", odd, codec="ffv1", pixel_format="yuv420p")
    assert zoom_clip(wide, None, tmp_path / "out.mp4", settings=SHORT).size == (102, 90)


@pytest.mark.usefixtures("repeat")
def test_failures_come_before_the_work_and_leave_nothing(wide: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"mine")
    with pytest.raises(WriteError, match="exists"):
        zoom_clip(wide, None, out, settings=SHORT)
    assert zoom_clip(wide, None, out, settings=SHORT, on_exists="skip").path is None
    with pytest.raises(WriteError, match="read"):
        zoom_clip(wide, None, wide, settings=SHORT, on_exists="overwrite")
    assert out.read_bytes() == b"mine"
    with pytest.raises(UsageError, match="gif"):
        zoom_clip(wide, None, tmp_path / "out.gif", settings=SHORT)
    (tmp_path / "none.mp4").write_bytes(b"nothing")
    with pytest.raises(CaptureError, match=r"none\.mp4"):
        zoom_clip(tmp_path / "none.mp4", None, tmp_path / "b.mp4", settings=SHORT)
    renamed = zoom_clip(wide, None, out, settings=SHORT, on_exists="rename")
    assert renamed.path == tmp_path / "out-1.mp4"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["none.mp4", "out-1.mp4", "out.mp4", "wide.mp4"]


@pytest.mark.usefixtures("repeat")
def test_detail_is_that_of_photos_and_does_not_flicker(clip_files: Any, panned: Any, tmp_path: Path) -> None:
    """Of a standing picture with new noise in each frame: the noise that detail is told from is one for all."""
    rng = np.random.default_rng(5)
    still = [
        np.clip(panned.wide[0] + rng.normal(0, 2 + 3 * (n % 2), (160, 256, 1)), 0, 255).astype(np.uint8)
        for n in range(4)
    ]
    wide = clip_files.write(tmp_path / "w.mkv", still, codec="ffv1", pixel_format="yuv444p")
    made = {}
    for amount in (1.0, 2.0):
        crisp = replace(SHORT, zoom=replace(OFF, detail=amount), segment_frames=2, crf=0, earlier=False)
        zoom_clip(wide, None, tmp_path / f"{amount}.mkv", settings=crisp)
        made[amount] = clip_files.read(tmp_path / f"{amount}.mkv")
    module = import_module("dualzoom.clips.scene")
    enlarged = [np.repeat(np.repeat(f.pixels, 2, 0), 2, 1) for f in frames(scan(wide))]
    noise = module.adjust_detail(enlarged[0], 2.0)
    for number, plain in enumerate(enlarged[1:], 1):
        module.adjust_detail(plain, 2.0, noise)
        away = {amount: np.abs(plain.astype(float) - some[number]).mean() for amount, some in made.items()}
        assert away[2.0] < 0.4 * away[1.0]  # the rest is rounding to the codec's colours
    own = module.adjust_detail(enlarged[1].copy(), 2.0)
    assert np.abs(own - noise).max() > 0.5 * noise.max()  # what each frame would have measured by itself


@pytest.mark.usefixtures("repeat")
def test_settings_that_make_no_sense_are_refused_before_the_work(wide: Path, tmp_path: Path) -> None:
    for wrong in (ZoomSettings(strength=2), ZoomSettings(framing=FramingSettings(at=2))):
        with pytest.raises(UsageError):
            zoom_clip(wide, None, tmp_path / "out.mp4", settings=replace(SHORT, zoom=wrong))
    assert [path.name for path in tmp_path.iterdir()] == ["wide.mp4"]


def _noisy(clip_files: Any, path: Path, pictures: list[Any], seed: int) -> Path:
    """A clip without loss, each frame with noise of its own."""
    rng = np.random.default_rng(seed)
    noisy = [np.clip(one + rng.normal(0, 5, one.shape), 0, 255).astype(np.uint8) for one in pictures]
    written: Path = clip_files.write(path, noisy, codec="ffv1", pixel_format="yuv444p")
    return written


@pytest.mark.usefixtures("repeat")
def test_a_still_clip_loses_noise_by_what_earlier_frames_showed(
    clip_files: Any, panned: Any, tmp_path: Path
) -> None:
    wide = _noisy(clip_files, tmp_path / "w.mkv", [panned.wide[0]] * 8, 1)
    away = {}
    for kept in (True, False):
        zoom_clip(wide, None, tmp_path / f"{kept}.mkv", settings=replace(SHORT, earlier=kept, crf=0))
        last = clip_files.read(tmp_path / f"{kept}.mkv")[-1].astype(float)
        away[kept] = np.abs(last - np.repeat(np.repeat(panned.wide[0], 2, 0), 2, 1)).mean()
    assert away[True] < 0.72 * away[False]


@pytest.mark.usefixtures("repeat")
def test_what_is_carried_holds_no_strengthened_detail(
    clip_files: Any, panned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be strengthened again in each frame."""
    wide = _noisy(clip_files, tmp_path / "w.mkv", panned.wide[:4], 6)
    module = import_module("dualzoom.clips.scene")
    mixed, carried = module.mixed, {}
    for amount in (1.0, 2.0):
        given: list[Any] = []

        def watched(pixels: Any, earlier: Any, *more: Any, given: list[Any] = given) -> Any:
            given.append(earlier.pixels.copy())
            return mixed(pixels, earlier, *more)

        monkeypatch.setattr(module, "mixed", watched)
        settings = replace(SHORT, zoom=replace(OFF, detail=amount))
        zoom_clip(wide, None, tmp_path / f"{amount}.mkv", settings=settings)
        carried[amount] = np.stack(given)
    assert len(carried[1.0]) == 3
    assert np.array_equal(carried[1.0], carried[2.0])
    assert (tmp_path / "1.0.mkv").read_bytes() != (tmp_path / "2.0.mkv").read_bytes()


@pytest.mark.usefixtures("repeat")
def test_a_cut_carries_nothing(clip_files: Any, panned: Any, tmp_path: Path) -> None:
    scene = [255 - np.ascontiguousarray(one[::-1]) for one in panned.wide[:4]]
    both = _noisy(clip_files, tmp_path / "both.mkv", panned.wide[:3] + scene, 2)
    seen = clip_files.read(both)
    only = clip_files.write(tmp_path / "only.mkv", seen[3:], codec="ffv1", pixel_format="yuv444p")
    assert zoom_clip(both, None, tmp_path / "a.mkv", settings=SHORT).scenes == 2
    zoom_clip(only, None, tmp_path / "b.mkv", settings=SHORT)
    after, alone = clip_files.read(tmp_path / "a.mkv")[3:], clip_files.read(tmp_path / "b.mkv")
    for one, other in zip(after, alone, strict=True):
        # frames of a lossless clip are coded once more for the second: rounding of colours, and no more
        assert np.abs(one.astype(int) - other).mean() < 0.7


@pytest.mark.usefixtures("repeat")
def test_where_no_motion_is_found_each_frame_stands_alone(
    clip_files: Any, panned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = _noisy(clip_files, tmp_path / "w.mkv", panned.wide[:4], 3)
    zoom_clip(wide, None, tmp_path / "with.mp4", settings=SHORT)
    zoom_clip(wide, None, tmp_path / "alone.mp4", settings=replace(SHORT, earlier=False))
    monkeypatch.setattr(import_module("dualzoom.clips.scene"), "motion", lambda _before, _after: None)
    zoom_clip(wide, None, tmp_path / "lost.mp4", settings=SHORT)
    results = {name: (tmp_path / f"{name}.mp4").read_bytes() for name in ("with", "alone", "lost")}
    assert results["lost"] == results["alone"]
    assert results["with"] != results["alone"]


@pytest.mark.usefixtures("repeat")
def test_a_run_broken_in_a_scene_needs_the_last_result_or_begins_the_scene_anew(
    clip_files: Any, panned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("dualzoom.clips.zoom_clip")
    wide = _noisy(clip_files, tmp_path / "w.mkv", panned.wide, 4)
    zoom_clip(wide, None, tmp_path / "once.mp4", settings=SHORT)
    once = (tmp_path / "once.mp4").read_bytes()
    for lost, resumed in ((False, 6), (True, 0)):
        out = tmp_path / f"{lost}.mp4"
        folder = tmp_path / f".{lost}.mp4.dualzoom"

        def breaking(path: Path, *given: Any) -> None:
            if path.name == "000002.nut":
                raise KeyboardInterrupt
            clip_write.write_segment(path, *given)

        monkeypatch.setattr(module, "write_segment", breaking)
        with pytest.raises(KeyboardInterrupt):
            zoom_clip(wide, None, out, settings=SHORT)
        monkeypatch.setattr(module, "write_segment", clip_write.write_segment)
        kept = sorted(path.name for path in folder.glob("*.last.npz"))
        assert kept == ["000001.last.npz"]  # the newest alone
        if lost:
            (folder / kept[0]).write_bytes(b"torn")
        assert zoom_clip(wide, None, out, settings=SHORT).resumed == resumed
        assert out.read_bytes() == once
