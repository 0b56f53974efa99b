"""Frames come from photos, folders and clips, in order; what cannot be read is said by name."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.frame_files import MOST_FRAMES_OF_A_CLIP, read_frames
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError


def saved(path: Path, value: int) -> Path:
    return capture.write(Photo(pixels=np.full((32, 48, 3), value, np.uint8)), path)


def clip(path: Path, count: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(count):
            pixels = np.full((48, 64, 3), 5 * number + 20, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_a_folder_gives_its_photos_in_order_without_the_wide(tmp_path: Path) -> None:
    for number, name in enumerate(("c.png", "a.png", "b.png")):
        saved(tmp_path / name, 50 * number)
    (tmp_path / "notes.txt").write_text("no photo")
    wide = capture.read(tmp_path / "b.png")
    found = list(read_frames([tmp_path], wide))
    assert [Path(photo.name).name for photo in found if isinstance(photo, Photo)] == ["a.png", "c.png"]


def test_a_damaged_frame_comes_as_its_error_and_the_next_one_follows(tmp_path: Path) -> None:
    wide = capture.read(saved(tmp_path / "wide.png", 9))
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    good = saved(tmp_path / "good.png", 60)
    first, second = read_frames([tmp_path / "bad.jpg", good], wide)
    assert isinstance(first, CaptureError)
    assert "bad.jpg" in first.subject
    assert isinstance(second, Photo)


def test_a_clip_gives_frames_spread_over_its_length(tmp_path: Path) -> None:
    wide = capture.read(saved(tmp_path / "wide.png", 9))
    found = list(read_frames([clip(tmp_path / "a.mp4", 36)], wide))
    assert len(found) == MOST_FRAMES_OF_A_CLIP
    levels = [float(photo.pixels.mean()) for photo in found if isinstance(photo, Photo)]
    assert levels == sorted(levels)
    assert levels[-1] - levels[0] > 140  # of 175 in all
    assert all(isinstance(photo, Photo) and photo.size.width == 64 for photo in found)
    assert "a.mp4, frame 4" in [photo.name.rsplit("/", 1)[-1] for photo in found if isinstance(photo, Photo)]


@pytest.mark.parametrize("case", ["missing", "empty folder", "sound", "cut", "text"])
def test_what_gives_no_frames_is_said_by_name(case: str, tmp_path: Path) -> None:
    wide = capture.read(saved(tmp_path / "wide.png", 9))
    path = tmp_path / "x.mp4"
    if case == "empty folder":
        path = tmp_path / "nothing"
        path.mkdir()
    elif case == "sound":
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac", rate=16000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 16000
            for packet in (*stream.encode(frame), *stream.encode()):
                container.mux(packet)
    elif case == "cut":
        path.write_bytes(clip(tmp_path / "whole.mp4", 8).read_bytes()[:300])
    elif case == "text":
        path.write_text("no clip")
    with pytest.raises(CaptureError) as caught:
        list(read_frames([path], wide))
    assert path.name in str(caught.value)


def test_a_damaged_clip_behind_a_still_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = capture.read(saved(tmp_path / "wide.png", 9))
    still = replace(capture.read(saved(tmp_path / "still.png", 60)), motion=Motion(b"no clip at all"))
    monkeypatch.setattr("dualzoom.capture.frame_files.read", lambda _path: still)
    clip_error, photo = read_frames([tmp_path / "still.png"], wide)
    assert isinstance(clip_error, CaptureError)
    assert "the clip behind it" in clip_error.reason
    assert photo is still


def test_the_wide_in_another_format_is_no_further_frame(tmp_path: Path) -> None:
    wide = capture.read(saved(tmp_path / "a.png", 9))
    saved(tmp_path / "a.tif", 9)
    saved(tmp_path / "b.png", 60)
    assert [Path(photo.name).name for photo in read_frames([tmp_path], wide) if isinstance(photo, Photo)] == [
        "b.png"
    ]
