"""What a result covers: of a whole clip all that can be heard, of a part what lies in it."""

from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dualzoom.capture.clip_extent import extent
from dualzoom.capture.clip_join import join
from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.clip_write import ClipFormat, write_segment

clip_files: Any = import_module("clip_files")


def _clip(path: Path, *, first: int, pictures: int, seconds: float, **words: Any) -> Path:
    """Pictures at 25 a second, the first of them number `first`, beside `seconds` of sound from 0 on."""
    with av.open(str(path), "w") as out:
        out.metadata.update(words.get("told", {}))
        if "chapters" in words:
            out.set_chapters(words["chapters"])
        video: Any = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound: Any = out.add_stream("aac", rate=48000)
        sound.layout, sound.metadata["language"] = "mono", "eng"
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), 80 + 3 * number, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = first + number, Fraction(1, 25)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        clip_files._tone(out, sound, seconds)
    return path


def _joined(source: Path, target: Path, **part: Any) -> None:
    info = scan(source, **part)
    how = ClipFormat(
        size=info.size, encoding=info.encoding, time_base=info.time_base, rate=info.rate, codec="h264", crf=9
    )
    segment = target.with_suffix(".nut")
    write_segment(segment, ((f.pixels, f.time) for f in frames(info)), how)
    join([segment], info, target, "error", target.parent, [source])


def _sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def _starts(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(one.start_time * one.time_base) for one in container.streams]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(("first", "seconds"), [(0, 0.4), (0, 1.5), (10, 1.5), (10, 0.8)])
def test_all_sound_of_a_whole_clip_is_kept_and_stays_with_its_pictures(
    tmp_path: Path, suffix: str, first: int, seconds: float
) -> None:
    source = _clip(tmp_path / "a.mp4", first=first, pictures=20, seconds=seconds)
    target = tmp_path / f"b{suffix}"
    _joined(source, target)
    assert _sound(target) == _sound(source)
    before, after = _starts(source), _starts(target)
    assert after[0] - after[1] == pytest.approx(before[0] - before[1], abs=0.025)
    with av.open(str(target)) as made:
        assert made.streams.audio[0].metadata["language"] == "eng"


def test_of_a_part_only_its_sound(tmp_path: Path) -> None:
    source = _clip(tmp_path / "a.mp4", first=10, pictures=20, seconds=1.5)
    info = scan(source, 0.2, 0.4)
    with av.open(str(source)) as container:
        found = extent(info, container)
    begin = info.times[0] * info.time_base
    assert (found.begin, found.lead) == (begin, 0)
    assert found.end == begin + Fraction(5, 25)


def test_chapters_and_timecode_go_with_the_pictures(tmp_path: Path) -> None:
    marks = [
        {"id": n, "start": start, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
        for n, (start, end, title) in enumerate([(0, 300, "sea"), (300, 800, "hill")], 1)
    ]
    source = _clip(
        tmp_path / "a.mov",
        first=0,
        pictures=20,
        seconds=0.8,
        chapters=marks,
        told={"timecode": "10:00:00:05"},
    )
    assert not scan(source).notes[1:]
    for name, part, expected, timecode in (
        ("whole", {}, [(0.0, 0.3, "sea"), (0.3, 0.8, "hill")], "10:00:00:05"),
        ("part", {"start_s": 0.4, "stop_s": 0.6}, [(0.0, 0.2, "hill")], None),
    ):
        _joined(source, tmp_path / f"{name}.mov", **part)
        with av.open(str(tmp_path / f"{name}.mov")) as made:
            found = [
                (round(float(one["start"] * one["time_base"]), 2), round(float(one["end"] * one["time_base"]), 2),
                 one["metadata"]["title"])
                for one in made.chapters()
            ]  # fmt: skip
            assert found == expected
            assert made.streams.video[0].metadata.get("timecode") == timecode
