"""Static words of HDR clips: carried by both encoders, number by number; impossible ones count as not said."""

import struct
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dualzoom.capture.clip_colour import Encoding
from dualzoom.capture.clip_light import UNSAID, Light, light_of, words_left_out
from dualzoom.capture.clip_read import scan
from dualzoom.clips import zoom_clip
from dualzoom.errors import CaptureError
from dualzoom.settings import ClipCodec, ClipSettings

clip_files: Any = import_module("clip_files")
HDR10 = {"color_primaries": 9, "color_trc": 16, "colorspace": 9, "color_range": 1}
WORDS = (
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400"
)
DISPLAY = (34000, 16000, 13250, 34500, 7500, 3000, 15635, 16450, 50, 10_000_000)


def _frame(transfer: int, **held: bytes) -> Any:
    """A stand-in for FFmpeg's frame with side data of these kinds."""

    class Data(bytes):
        type: Any

    data = []
    for name, content in held.items():
        data.append(Data(content))
        data[-1].type = SimpleNamespace(name=name)
    return SimpleNamespace(side_data=data, color_trc=transfer)


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("codec", ["hevc", "h264"])
def test_an_hdr10_clip_stays_one(tmp_path: Path, codec: str) -> None:
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in range(20, 200, 12)]
    path = clip_files.write(
        tmp_path / "a.mp4", pictures, codec="libx265", pixel_format="yuv420p10le", tags=HDR10, crf=4,
        options={"x265-params": f"log-level=none:{WORDS}"},
    )  # fmt: skip
    before = scan(path)
    assert before.light == Light(display=DISPLAY, levels=(1000, 400))
    settings = ClipSettings(codec=cast(ClipCodec, codec), segment_frames=6, crf=2)
    result = zoom_clip(path, None, tmp_path / "b.mp4", settings=settings)
    after = scan(tmp_path / "b.mp4")
    assert (after.light, after.encoding) == (before.light, before.encoding)
    assert after.encoding == Encoding(bits=10, matrix=9, primaries=9, transfer=16)
    assert result.notes == ()
    found, expected = _luma(tmp_path / "b.mp4"), _luma(path)
    assert np.abs(np.subtract(found, expected)).max() <= 1  # flat pictures: 10-bit codes


def _luma(path: Path) -> list[float]:
    """Mean 10-bit code of luma by frame, by PyAV alone."""
    import av

    with av.open(str(path)) as container:
        return [
            float(frame.reformat(format="gray10le").to_ndarray().mean())
            for frame in container.decode(video=0)
        ]


def test_impossible_words_are_not_said() -> None:
    good = [x for one in DISPLAY[:8] for x in (one, 50_000)] + [
        x for one in DISPLAY[8:] for x in (one, 10_000)
    ]
    pack = struct.Struct("=22i").pack
    assert light_of(_frame(16, MASTERING_DISPLAY_METADATA=pack(*good, 1, 1))).display == DISPLAY
    for at, value in ((1, 0), (0, -1), (19, 0), (18, 0)):
        bad = [*good]
        bad[at] = value
        assert light_of(_frame(16, MASTERING_DISPLAY_METADATA=pack(*bad, 1, 1))) == UNSAID
    assert light_of(_frame(16, MASTERING_DISPLAY_METADATA=pack(*good, 0, 1))) == UNSAID
    assert light_of(_frame(16, CONTENT_LIGHT_LEVEL=struct.pack("=2I", 1 << 16, 4))) == UNSAID
    assert light_of(_frame(16, CONTENT_LIGHT_LEVEL=b"")) == UNSAID


def test_words_of_single_frames_are_named() -> None:
    path = Path("a.mkv")
    assert words_left_out(path, _frame(16), None) == []
    plus = words_left_out(path, _frame(16, DYNAMIC_HDR_PLUS=b"x"), None)
    assert plus == ["its HDR10+ data of single frames is left out; the PQ picture below it stays"]
    dolby = words_left_out(path, _frame(18, DOVI_RPU_BUFFER=b"x", DOVI_METADATA=b"x"), None)
    assert dolby == ["its Dolby Vision data of single frames is left out; the HLG picture below it stays"]
    with pytest.raises(CaptureError, match="unknown profile"):
        words_left_out(path, _frame(2, DOVI_RPU_BUFFER=b"x"), None)
