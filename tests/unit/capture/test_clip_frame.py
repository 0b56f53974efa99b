"""A decoded frame comes out upright in its own colours, as FFmpeg itself would convert it, or is refused."""

from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dualzoom.capture.clip_frame import encoding_of, is_turned, upright_rgb
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")


def _first(path: Path) -> tuple[Any, Any]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return next(container.decode(stream)), stream


def _smooth(rows: int = 48) -> np.ndarray:
    y, x = np.mgrid[0:rows, 0:64]
    return np.stack([60 + 2 * x, 40 + 100 * y // rows, 180 - x], axis=2).astype(np.uint8)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("matrix", [1, 5, 9])
def test_colours_are_those_that_ffmpeg_converts_to(tmp_path: Path, matrix: int, turn: int) -> None:
    path = clip_files.write(
        tmp_path / "a.mp4", [_smooth()] * 2, crf=2, turn_deg=turn, tags={"colorspace": matrix}
    )
    frame, stream = _first(path)
    encoding = encoding_of(path, frame, stream)
    assert encoding.matrix == matrix
    by_ffmpeg = frame.reformat(format="rgb24", src_colorspace=matrix if matrix != 9 else None).to_ndarray()
    expected = np.rot90(by_ffmpeg, round(frame.rotation / 90))
    found = upright_rgb(frame, encoding)
    assert found.shape == expected.shape
    assert is_turned(frame) == (turn in (90, 270))
    assert np.abs(found.astype(int) - expected).mean() < 1.5


@pytest.mark.parametrize(("rows", "matrix"), [(48, 6), (720, 1)])
def test_a_matrix_that_is_not_told_goes_by_the_height(tmp_path: Path, rows: int, matrix: int) -> None:
    path = clip_files.write(tmp_path / "a.mp4", [_smooth(rows)])
    assert encoding_of(path, *_first(path)).matrix == matrix


@pytest.mark.parametrize("pixel_format", ["bgr0", "yuv444p12le", "gray"])
def test_formats_that_could_not_be_kept_are_refused_by_name(tmp_path: Path, pixel_format: str) -> None:
    path = clip_files.write(tmp_path / "a.mkv", [_smooth()], codec="ffv1", pixel_format=pixel_format)
    with pytest.raises(CaptureError, match="pixel format"):
        encoding_of(path, *_first(path))


def test_transparency_beside_the_pictures_is_not_lost_in_silence(tmp_path: Path) -> None:
    """WebM holds it apart, and decoders give the pictures without."""
    path = clip_files.write(tmp_path / "a.webm", [_smooth()] * 2, codec="libvpx-vp9", pixel_format="yuva420p")
    with pytest.raises(CaptureError, match="transparency"):
        encoding_of(path, *_first(path))
    opaque = clip_files.write(tmp_path / "b.webm", [_smooth()] * 2, codec="libvpx-vp9")
    assert encoding_of(opaque, *_first(opaque)).bits == 8
