"""Pictures of several frames: decoded in a child process, never for longer than their size allows."""

from types import SimpleNamespace

import imagecodecs
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import jxl, jxl_apart
from dualzoom.errors import CaptureError


def film(*frames) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(np.stack(frames), lossless=True))


def test_the_first_frame_is_the_picture(rgb8, rgb16, tmp_path):
    for pixels in (rgb8, rgb16, rgb8[..., 0]):
        (tmp_path / "a.jxl").write_bytes(film(pixels, pixels // 2, pixels // 3))
        photo = capture.read(tmp_path / "a.jxl")
        assert np.array_equal(photo.pixels, pixels if pixels.ndim == 3 else np.dstack([pixels] * 3))
        assert photo.notes == ("the first picture of an animation is used",)


def test_work_without_end_is_ended(rgb8, tmp_path, monkeypatch):
    monkeypatch.setattr(jxl_apart, "_SECONDS", 0.01)  # no interpreter starts in that time
    (tmp_path / "a.jxl").write_bytes(film(rgb8, rgb8))
    with pytest.raises(CaptureError, match=r"so many layers .* did not end within 0 s"):
        capture.read(tmp_path / "a.jxl")


def test_one_frame_needs_no_child(rgb8, tmp_path, monkeypatch):
    monkeypatch.setattr(jxl_apart, "decode", pytest.fail)
    (tmp_path / "a.jxl").write_bytes(bytes(imagecodecs.jpegxl_encode(rgb8, lossless=True)))
    assert np.array_equal(capture.read(tmp_path / "a.jxl").pixels, rgb8)


def test_damage_and_a_crash_are_told(rgb8, tmp_path, monkeypatch):
    stream = jxl.unpacked(film(rgb8, rgb8)).stream
    with pytest.raises(CaptureError, match="damaged or unsupported JPEG XL file"):
        jxl_apart.decode(tmp_path / "a.jxl", stream[:60], 0.01)
    monkeypatch.setattr(jxl_apart.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=b""))
    with pytest.raises(CaptureError, match="the decoder crashed"):
        jxl_apart.decode(tmp_path / "a.jxl", stream, 0.01)
