"""Encoding segments: what a format cannot hold is refused, a broken one leaves nothing."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dualzoom.capture.clip_colour import Encoding, from_rgb
from dualzoom.capture.clip_write import ClipFormat, check_format, write_segment
from dualzoom.errors import UsageError
from dualzoom.geometry import Size


def _format(size: Size, **more: object) -> ClipFormat:
    given = {"encoding": Encoding(), "codec": "h264", "crf": 0, **more}
    return ClipFormat(size=size, time_base=Fraction(1, 25), rate=Fraction(25), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "encoding", [Encoding(), Encoding(across=1, down=1), Encoding(bits=10), Encoding(full=True)], ids=str
)
def test_lossless_encoding_keeps_every_plane(tmp_path: Path, encoding: Encoding) -> None:
    kind, top = (np.uint8, 256) if encoding.bits == 8 else (np.uint16, 65536)
    pixels = np.random.default_rng(2).integers(0, top, (36, 52, 3)).astype(kind)
    # x264's crf 0 is lossless at 8 bits; at 10 bits its scale begins below 0
    write_segment(tmp_path / "a.nut", [(pixels, 0)], _format(Size(52, 36), encoding=encoding))
    with av.open(str(tmp_path / "a.nut")) as container:
        frame = next(container.decode(video=0))
    step = kind().itemsize
    for plane, expected in zip(frame.planes, from_rgb(pixels, encoding), strict=True):
        found = np.frombuffer(plane, kind).reshape(-1, plane.line_size // step)
        error = np.abs(found[: plane.height, : plane.width].astype(int) - expected.astype(int))
        assert error.max() == 0 if encoding.bits == 8 else error.mean() < 3


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_the_same_pictures_give_the_same_bytes(tmp_path: Path, codec: str) -> None:
    y, x = np.mgrid[0:192, 0:320]
    pictures = [
        np.stack([128 + 90 * np.sin((x + 2 * n) / 6), 128 + 80 * np.cos(y / 5 + x / 40), x / 2], 2).astype(
            np.uint8
        )
        for n in range(12)
    ]
    made = set()
    for _ in range(4):
        shown = ((picture, number) for number, picture in enumerate(pictures))
        write_segment(tmp_path / "a.nut", shown, _format(Size(320, 192), codec=codec, crf=17))
        made.add((tmp_path / "a.nut").read_bytes())
    assert len(made) == 1


def test_a_failure_leaves_no_segment(tmp_path: Path) -> None:
    def frames() -> Iterator[tuple[np.ndarray, int]]:
        yield np.zeros((16, 16, 3), np.uint8), 0
        raise RuntimeError("the network broke")

    with pytest.raises(RuntimeError, match="broke"):
        write_segment(tmp_path / "a.nut", frames(), _format(Size(16, 16)))
    assert not list(tmp_path.iterdir())


def test_frames_that_are_too_large_are_refused() -> None:
    check_format(_format(Size(8192, 4320)), Path("a.mp4"))
    with pytest.raises(UsageError, match="8192"):
        check_format(_format(Size(8200, 4320)), Path("a.mp4"))


def test_frames_that_hevc_cannot_hold_are_refused() -> None:
    check_format(_format(Size(48, 128)), Path("a.mp4"))
    check_format(_format(Size(64, 64), codec="hevc"), Path("a.mp4"))
    with pytest.raises(UsageError, match="less than 64"):
        check_format(_format(Size(48, 128), codec="hevc"), Path("a.mp4"))
