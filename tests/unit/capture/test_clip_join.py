"""Segments joined: the original's times, sound and tags, and no picture lost."""

from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dualzoom.capture.clip_join import check_sound, join, muxer
from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.clip_write import ClipFormat, write_segment
from dualzoom.errors import CaptureError, UsageError, WriteError

clip_files: Any = import_module("clip_files")
TIMES = [0, 20, 45, 60, 80, 130, 140, 160, 180, 205, 220, 240]


def _moving(count: int) -> list[np.ndarray]:
    y, x = np.mgrid[0:64, 0:96]
    return [
        np.stack([128 + 90 * np.sin((x + 3 * n) / 6), 128 + 80 * np.cos((y - n) / 5), x + 0 * y], 2).astype(
            np.uint8
        )
        for n in range(count)
    ]


def _joined(source: Path, target: Path, parts: list[tuple[int, int]], codec: str, **part: Any) -> Any:
    info = scan(source, **part)
    how = ClipFormat(
        size=info.size, encoding=info.encoding, time_base=info.time_base, rate=info.rate, codec=codec, crf=4
    )  # type: ignore[arg-type]
    folder = target.parent / f"{target.name}.work"
    folder.mkdir()
    paths = []
    for start, stop in parts:
        paths.append(folder / f"{start}.nut")
        write_segment(paths[-1], ((f.pixels, f.time) for f in frames(info, start, stop)), how)
    join(paths, info, target, "error", folder, [source])
    return info


def _sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "h264"), (".mov", "hevc"), (".mkv", "h264")])
@pytest.mark.parametrize(
    "times", [TIMES, [0, 20, 45, 60, 80, 100, 110, 130, 150, 160, 220, 300], [0, 80, *range(130, 230, 10)]]
)
def test_times_pictures_and_sound_are_the_originals(
    tmp_path: Path, suffix: str, codec: str, times: list[int]
) -> None:
    source = clip_files.write(
        tmp_path / "a.mp4", _moving(12), times=times, base=Fraction(1, 500), sound="aac", crf=4,
        tags={"colorspace": 1, "color_primaries": 1, "color_trc": 1, "color_range": 1},
    )  # fmt: skip
    target = tmp_path / f"b{suffix}"
    before = _joined(source, target, [(0, 5), (5, 6), (6, 12)], codec)
    after = scan(target)
    shown = [float((time - after.times[0]) * after.time_base) for time in after.times]
    assert shown == pytest.approx([t / 500 for t in times], abs=0 if suffix != ".mkv" else 0.0005)
    assert after.seconds == pytest.approx(before.seconds, abs=0.002)
    for one, other in zip(frames(before), frames(after), strict=True):
        assert np.abs(one.pixels.astype(int) - other.pixels).mean() < 2
    assert _sound(target) == _sound(source)
    assert after.encoding == before.encoding
    with av.open(str(target)) as container:
        assert codec != "hevc" or container.streams.video[0].codec_context.codec_tag == "hvc1"
        starts = [float(stream.start_time * stream.time_base) for stream in container.streams]
    assert starts[0] == pytest.approx(starts[1], abs=0.025)  # a packet of AAC that primes the decoder


def test_a_part_takes_its_own_sound(tmp_path: Path) -> None:
    source = clip_files.write(tmp_path / "a.mp4", _moving(25), sound="aac")
    _joined(source, tmp_path / "b.mp4", [(0, 10)], "h264", start_s=0.4, stop_s=0.8)
    whole, part = _sound(source), _sound(tmp_path / "b.mp4")
    at = whole.index(part[0])
    assert part == whole[at : at + len(part)]
    assert len(part) == pytest.approx(0.4 * 48000 / 1024, abs=3)  # one more at each end
    assert at == pytest.approx(0.4 * 48000 / 1024, abs=2)


def test_sound_that_does_not_fit_is_refused_before_the_work(tmp_path: Path) -> None:
    source = clip_files.write(tmp_path / "a.mkv", _moving(2), sound="flac")
    check_sound(scan(source), tmp_path / "b.mkv")
    with pytest.raises(UsageError, match="flac"):
        check_sound(scan(source), tmp_path / "b.mov")


def test_nothing_half_remains(tmp_path: Path) -> None:
    source = clip_files.write(tmp_path / "a.mp4", _moving(4))
    (tmp_path / "b.mp4").write_bytes(b"mine")
    with pytest.raises(WriteError, match="exists"):
        _joined(source, tmp_path / "b.mp4", [(0, 4)], "h264")
    assert (tmp_path / "b.mp4").read_bytes() == b"mine"
    work = tmp_path / "b.mp4.work"
    assert sorted(path.name for path in work.iterdir()) == ["0.nut"]
    (work / "0.nut").write_bytes(b"torn")
    info = scan(source)
    with pytest.raises(CaptureError, match=r"0\.nut"):
        join([work / "0.nut"], info, tmp_path / "c.mp4", "error", work, [])
    assert not (tmp_path / "c.mp4").exists()


def test_only_containers_for_clips_are_written() -> None:
    assert muxer(Path("a.MOV")) == "mov"
    with pytest.raises(UsageError, match=r"\.gif"):
        muxer(Path("a.gif"))


def test_a_full_disk_is_the_results_failure_not_the_originals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    path = clip_files.write(tmp_path / "a.mp4", [np.full((32, 48, 3), 90, np.uint8)] * 3)
    info, out = scan(path), tmp_path / "out.mp4"
    monkeypatch.setattr("dualzoom.capture.clip_join._copy", full)
    with pytest.raises(WriteError, match=r"out\.mp4: cannot be written: No space"):
        join([path], info, out, "error", tmp_path, [path])
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]
