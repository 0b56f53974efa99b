"""Pictures of several frames: decoded in a child process, never for longer than their size allows."""

from types import SimpleNamespace

import imagecodecs
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import jxl, jxl_apart, jxl_header
from dualzoom.capture.bits import BitReader
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


def hidden(pixels, count: int) -> bytes:
    """A stream of `count` frames that are never shown, each as costly as a picture, before the one that is.

    Frames of a film are copied, and their time on the screen is made none; such a frame has one bit more, which says
    that later frames see it after its colours were transformed.
    """
    two, three = (jxl.unpacked(film(*[pixels] * number)).stream for number in (2, 3))
    header, length = jxl_header.parse(two), len(three) - len(two)
    start = (header.end + 7) // 8
    frame, reader = two[start : start + length], BitReader(two[start:])
    reader.u(1 + 2 + 1 + 2 + 1 + 2 + 2 + 2 + 1 + 2)  # up to blending: regular, modular, as they come
    at, tail = reader.at, 2 + 1 + 3 + 2 + 2 + 1  # from its name to the order of its one section
    bits, end = int.from_bytes(frame, "little"), (at + 5 + tail + 7) // 8
    assert bits >> at & 0b11111 == 0b00001  # shown for one tick, not the last, kept nowhere
    late = (bits >> (at + 5) & ((1 << tail) - 1)) << (at + 6)
    made = (bits & ((1 << at) - 1) | late).to_bytes((at + 6 + tail + 7) // 8, "little") + frame[end:]
    return two[:start] + made * count + two[start + length :]


def test_hidden_frames_are_never_decoded_in_this_process(tmp_path, monkeypatch):
    grey = np.full((64, 64, 3), 77, np.uint8)
    (tmp_path / "a.jxl").write_bytes(hidden(grey, 5))
    assert np.array_equal(capture.read(tmp_path / "a.jxl").pixels, grey)
    monkeypatch.setattr(jxl_apart, "_SECONDS", 0.01)
    (tmp_path / "b.jxl").write_bytes(hidden(grey, 100_000))
    with pytest.raises(CaptureError, match="so many layers"):
        capture.read(tmp_path / "b.jxl")
