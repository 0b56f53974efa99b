"""Whether one frame is the whole picture: of files that libjxl wrote, and of headers written by hand."""

import imagecodecs
import numpy as np
import pytest

from dualzoom.capture import jxl, jxl_header
from dualzoom.capture.bits import BitWriter
from dualzoom.capture.jxl_frame import is_whole


def told(data) -> bool:
    stream = jxl.unpacked(bytes(data)).stream
    header = jxl_header.parse(stream)
    return is_whole(stream, (header.end + 7) // 8, header)


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("effort", [1, 3, 7])
def test_a_photo_is_one_frame(lossless, effort, rgb8, rgb16):
    for pixels in (
        rgb8,
        rgb16,
        rgb8[..., 0],
        np.dstack([rgb8, rgb8[..., 0]]),
        rgb8.repeat(6, 0).repeat(6, 1),
    ):
        options = {"lossless": True} if lossless else {"distance": 1.0}
        assert told(imagecodecs.jpegxl_encode(np.ascontiguousarray(pixels), effort=effort, **options))


def test_a_jpeg_inside_is_one_frame_too(jxl_with_icc, faults):
    from dualzoom.capture import colour_tag, jxl_icc
    from dualzoom.capture.bits import BitReader

    stream = jxl.unpacked(jxl_with_icc(colour_tag.profile(12, 13))).stream
    header, reader = jxl_header.parse(stream), BitReader(stream)
    reader.at = header.end
    jxl_icc.read(reader)
    assert is_whole(stream, (reader.at + 7) // 8, header)


@pytest.mark.parametrize("frames", [2, 5])
def test_an_animation_is_not(frames, rgb8):
    assert not told(imagecodecs.jpegxl_encode(np.stack([rgb8] * frames), lossless=True))


@pytest.mark.parametrize(
    ("kind", "crop", "mode", "last", "whole"),
    [
        (0, 0, 0, 1, True),
        (3, 0, 0, 1, True),
        (1, 0, 0, 1, False),
        (2, 0, 0, 1, False),
        (0, 1, 0, 1, False),
        (0, 0, 1, 1, False),
        (0, 0, 0, 0, False),
    ],
)
def test_layers_and_hidden_frames_are_not(kind, crop, mode, last, whole):
    out = BitWriter()
    for value, width in ((0, 1), (kind, 2), (1, 1), (0, 2), (0, 2), (0, 2), (0, 2), (crop, 1), (mode, 2)):
        out.u(value, width)
    if mode:
        out.u(0, 2)
    out.u(last, 1)
    header = jxl_header.Header(width=8, height=8, xyb=True)
    assert is_whole(out.bytes() + bytes(9), 0, header) == whole


def test_a_header_that_ends_too_early_is_an_error():
    with pytest.raises(EOFError):
        is_whole(b"\0", 0, jxl_header.Header())
