"""The header of a JPEG XL codestream, against what the encoder was told."""

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture import jxl, jxl_header
from dualzoom.capture.jxl_header import Colours, parse, with_colours


def stream(shape=(97, 131, 3), dtype=np.uint8, **options) -> bytes:
    pixels = (np.arange(np.prod(shape)).reshape(shape) % 251).astype(dtype)
    data = imagecodecs.jpegxl_encode(pixels, usecontainer=False, **(options or {"lossless": True}))
    return jxl.unpacked(bytes(data)).stream


@pytest.mark.parametrize("size", [(8, 8), (40, 56), (97, 131), (300, 200), (1, 700), (240, 320), (2000, 3)])
@pytest.mark.parametrize("options", [{"lossless": True}, {"distance": 2.0}])
def test_sizes(size, options):
    found = parse(stream((*size, 3), **options))
    assert (found.height, found.width) == size
    assert found.xyb == ("distance" in options)


@pytest.mark.parametrize(
    ("shape", "dtype", "bits", "alpha", "space"),
    [
        ((9, 7, 3), np.uint8, 8, False, jxl_header.RGB),
        ((9, 7, 4), np.uint8, 8, True, jxl_header.RGB),
        ((9, 7, 3), np.uint16, 16, False, jxl_header.RGB),
        ((9, 7), np.uint8, 8, False, jxl_header.GREY),
    ],
)
def test_channels_and_depth(shape, dtype, bits, alpha, space):
    found = parse(stream(shape, dtype))
    assert (found.bits, found.alpha, found.colours.space) == (bits, alpha, space)
    assert not found.floating
    assert not found.animated


def test_animation_and_floating_point():
    assert parse(stream((2, 9, 7, 3))).animated
    assert parse(stream((9, 7, 3), np.float32)).floating


COLOURS = [
    Colours(),
    Colours(primaries=11),
    Colours(primaries=9, curve=jxl_header.CURVE_LINEAR),
    Colours(primaries=(0.64, 0.33, 0.21, 0.71, 0.15, -0.06), white=(0.3457, 0.3585), gamma=0.4545455),
]


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("shape", [(97, 131, 3), (97, 131, 4)])
def test_only_the_colours_change(colours, shape):
    before = stream(shape)
    after = with_colours(before, colours, 8)
    found = parse(after)
    assert found.colours == colours
    assert (found.width, found.height, found.alpha) == (131, 97, shape[2] == 4)
    assert np.array_equal(imagecodecs.jpegxl_decode(after), imagecodecs.jpegxl_decode(before))


@pytest.mark.parametrize("colours", COLOURS)
def test_the_short_form_is_written_out(colours):
    before = stream(distance=1.0)
    assert parse(before).plain
    found = parse(with_colours(before, colours, 16))
    assert (found.colours, found.bits, found.xyb) == (colours, 16, True)


@pytest.mark.parametrize("length", range(7))
def test_cut_headers_are_refused(length):
    with pytest.raises((EOFError, ValueError)):
        parse(stream()[:length])


@pytest.mark.parametrize("width", [1, 8, 9, 64, 250, 256, 257, 511, 8200])
@pytest.mark.parametrize("height", [1, 8, 64, 255, 300])
def test_the_announced_size_is_that_of_the_picture(height, width):
    data = imagecodecs.jpegxl_encode(np.zeros((height, width), np.uint8), lossless=True, effort=1)
    assert jxl_header.size(jxl.unpacked(bytes(data)).stream) == (width, height)


@pytest.mark.parametrize("ratio", [(12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)])
def test_named_ratios(ratio):
    shape = (ratio[1] * 24, ratio[0] * 24)
    data = imagecodecs.jpegxl_encode(np.zeros(shape, np.uint16), lossless=True, effort=1)
    assert jxl_header.size(jxl.unpacked(bytes(data)).stream) == shape[::-1]


@given(st.binary(max_size=64), st.sampled_from([b"", b"\xff\x0a"]))
def test_any_bytes_announce_a_size_or_none(data, head):
    found = jxl_header.size(head + data)
    assert found is None or (0 <= found[0] <= 1 << 31 and 1 <= found[1] <= 1 << 30)
