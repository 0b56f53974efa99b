"""Reading clips: every frame at its time, upright, and one clear line for what cannot be read."""

from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dualzoom.capture.clip_read import frames, scan
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")


def _pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """Smooth pictures that drift: codecs keep them nearly exactly."""
    y, x = np.mgrid[0:48, 0:64]
    return [
        np.stack(
            [120 + 60 * np.sin((x + 2 * n) / 9 + seed), 110 + 50 * np.cos(y / 7), 90 + 0 * x + n], axis=2
        ).astype(np.uint8)
        for n in range(count)
    ]


def test_variable_times_and_any_part_are_exact(tmp_path: Path) -> None:
    times = [0, 90, 200, 230, 400, 401, 600, 777, 800, 1000]
    pictures = _pictures(10)
    path = clip_files.write(tmp_path / "a.mp4", pictures, times=times, base=Fraction(1, 600), crf=4)
    info = scan(path)
    assert [(t - info.times[0]) * info.time_base for t in info.times] == [Fraction(t, 600) for t in times]
    whole = list(frames(info))
    assert np.abs(np.stack([f.pixels for f in whole]).astype(int) - np.stack(pictures)).mean() < 3
    for start in range(10):
        part = list(frames(info, start, start + 3))
        assert [f.time for f in part] == list(info.times[start : start + 3])
        assert all((a.pixels == b.pixels).all() for a, b in zip(part, whole[start:], strict=False))
    ranged = scan(path, 0.3, 1.0)
    assert [float((t - info.times[0]) * info.time_base) for t in ranged.times] == [
        200 / 600,
        230 / 600,
        400 / 600,
        401 / 600,
    ]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_frames_are_upright(tmp_path: Path, turn: int) -> None:
    import av

    pictures = _pictures(2)
    pictures[0][:10, :10] = 255  # a white corner tells turns from flips
    path = clip_files.write(tmp_path / "a.mp4", pictures, turn_deg=turn, crf=4)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        expected = np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90))
    found = next(frames(scan(path))).pixels
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).mean() < 3


def test_scenes_begin_at_cuts_and_not_at_pans(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    scenes = [np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8) for _ in range(3)]
    shots = [np.roll(scene, n, axis=1) for scene in scenes for n in range(5)]
    assert scan(clip_files.write(tmp_path / "a.mp4", shots)).cuts == (0, 5, 10)


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    good = clip_files.write(tmp_path / "a.mp4", _pictures(40), crf=10)
    data = good.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])  # the index lies at the end and is gone
    text = tmp_path / "text.mp4"
    text.write_bytes(b"#EXTM3U\nhttp://example.org/a.ts\n")
    for path in (cut, text, tmp_path / "none.mp4"):
        with pytest.raises(CaptureError, match=path.name):
            scan(path)
    with pytest.raises(CaptureError, match="no frames in this range"):
        scan(good, 50, 60)


def test_a_cut_off_stream_is_not_taken_for_a_short_one(tmp_path: Path) -> None:
    import av

    good = clip_files.write(tmp_path / "a.mp4", _pictures(40), crf=4)
    fast = tmp_path / "fast.mp4"
    with av.open(str(good)) as source, av.open(str(fast), "w", options={"movflags": "faststart"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    data = fast.read_bytes()
    fast.write_bytes(data[: int(0.8 * len(data))])
    with pytest.raises(CaptureError, match="cut off"):
        scan(fast)


def test_a_clip_without_pictures_is_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=48000)
        audio.layout = "mono"
        clip_files._tone(container, audio, 0.2)
    with pytest.raises(CaptureError, match="holds no video"):
        scan(path)


def test_colours_are_read_as_tagged(tmp_path: Path) -> None:
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": 18, "color_range": 1}
    path = clip_files.write(
        tmp_path / "hlg.mp4", _pictures(3), codec="libx265", pixel_format="yuv420p10le", tags=tags
    )
    found = scan(path).encoding
    assert (found.bits, found.matrix, found.primaries, found.transfer, found.full) == (10, 9, 9, 18, False)
    assert next(frames(scan(path))).pixels.dtype == np.uint16
