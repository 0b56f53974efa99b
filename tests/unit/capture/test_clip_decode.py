"""Decoding from any time on gives the frames of decoding from the beginning, also where a file has no index."""

from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dualzoom.capture.clip_read import frames, scan
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")


def _drifting(count: int, width: int = 64) -> list[np.ndarray]:
    y, x = np.mgrid[0:48, 0:width]
    return [
        np.stack([120 + 60 * np.sin((x + 2 * n) / 9), 110 + 50 * np.cos(y / 7), 90 + 0 * x + n], 2).astype(
            np.uint8
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("suffix", [".ts", ".mts", ".mkv", ".mp4"])
def test_any_part_is_what_the_whole_has_there(tmp_path: Path, suffix: str) -> None:
    """Key frames lie 12 apart, with B-frames between: AVCHD has no index to find them by."""
    path = clip_files.write(tmp_path / f"a{suffix}", _drifting(40), options={"g": "12"})
    info = scan(path)
    whole = list(frames(info))
    assert len(whole) == 40
    for start in (0, 1, 11, 12, 13, 30, 39):
        part = list(frames(info, start, start + 2))
        assert [one.time for one in part] == list(info.times[start : start + 2])
        assert all((a.pixels == b.pixels).all() for a, b in zip(part, whole[start:], strict=False))
    ranged = scan(path, 0.6, 1.0)
    low = info.origin + round(Fraction(0.6) / info.time_base)
    high = info.origin + round(Fraction(1) / info.time_base)
    assert ranged.times == tuple(time for time in info.times if low <= time < high)


def test_frames_that_change_their_size_midway_are_refused(tmp_path: Path) -> None:
    """As streams from sports and from screens do: packets of two clips in one track."""
    parts = [
        clip_files.write(tmp_path / f"{w}.avi", _drifting(5, w), codec="mjpeg", pixel_format="yuvj420p")
        for w in (64, 96)
    ]
    path = tmp_path / "a.avi"
    with av.open(str(parts[0])) as first, av.open(str(parts[1])) as second, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(first.streams.video[0])
        packets = [one for source in (first, second) for one in source.demux(video=0) if one.size]
        for number, packet in enumerate(packets):
            packet.pts = packet.dts = number
            packet.time_base, packet.stream = Fraction(1, 25), stream
            out.mux(packet)
    with pytest.raises(CaptureError, match="change their size or format midway"):
        scan(path)


def test_a_cover_is_no_video(tmp_path: Path) -> None:
    for name, pictures in (("sound.mp4", []), ("clip.mp4", _drifting(4))):
        with av.open(str(tmp_path / name), "w") as out:
            cover: Any = out.add_stream("mjpeg", rate=25)
            cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
            cover.disposition = av.stream.Disposition.attached_pic
            video: Any = out.add_stream("libx264", rate=25) if pictures else None
            if video is not None:
                video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            sound = out.add_stream("aac", rate=48000)
            sound.layout = "mono"
            made = av.VideoFrame.from_ndarray(_drifting(1, 64)[0][:32, :32].copy(), format="rgb24")
            out.mux([*cover.encode(made.reformat(format="yuvj420p")), *cover.encode(None)])
            if video is not None:
                for picture in pictures:
                    out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
                out.mux(video.encode(None))
            clip_files._tone(out, sound, 0.2)
    with pytest.raises(CaptureError, match="holds no video"):
        scan(tmp_path / "sound.mp4")
    info = scan(tmp_path / "clip.mp4")
    assert (info.size.width, len(info.times), info.notes) == (64, 4, ("its cover picture is left out",))
