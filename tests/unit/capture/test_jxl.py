"""JPEG XL files: their containers, orientations and colours."""

import imagecodecs
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import colour_tag, jxl, jxl_header, orientation
from dualzoom.capture.bits import BitWriter
from dualzoom.capture.header import read_header
from dualzoom.capture.heif_items import box
from dualzoom.capture.jxl_header import Colours
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


@pytest.fixture
def stream(rgb8) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(rgb8, lossless=True, usecontainer=False))


def contained(*boxes: bytes) -> bytes:
    return jxl.CONTAINER + box(b"ftyp", b"jxl \0\0\0\0jxl ") + b"".join(boxes)


def read(data: bytes, tmp_path, **settings):
    path = tmp_path / "a.jxl"
    path.write_bytes(data)
    return capture.read(path, CaptureSettings(**settings))


def test_bare_whole_and_in_pieces(stream, rgb8, tmp_path):
    pieces = [
        box(b"jxlp", number.to_bytes(4, "big"), part)
        for number, part in enumerate((stream[:99], stream[99:]))
    ]
    for data in (stream, contained(box(b"jxlc", stream)), contained(*pieces)):
        photo = read(data, tmp_path)
        assert np.array_equal(photo.pixels, rgb8)
        assert (photo.notes, photo.metadata) == ((), capture.Metadata())


@pytest.mark.parametrize("compressed", [False, True])
def test_metadata(compressed, stream, make_exif, tmp_path):
    exif = bytes(4) + make_exif(6).tobytes()[6:]
    blocks = [(b"Exif", exif), (b"xml ", b"<x/>")]
    if compressed:
        blocks = [(b"brob", kind + bytes(imagecodecs.brotli_encode(content))) for kind, content in blocks]
    photo = read(contained(*(box(*block) for block in blocks), box(b"jxlc", stream)), tmp_path)
    assert (photo.lens.focal_35mm, photo.metadata.xmp) == (26, b"<x/>")
    assert photo.size.width == 128  # the codestream turns, not EXIF
    assert read_header(photo.source).lens == photo.lens


@pytest.mark.parametrize("content", [b"damaged", bytes(imagecodecs.brotli_encode(bytes(17 << 20)))])
def test_compressed_bombs_are_left_out_with_a_note(content, stream, rgb8, tmp_path):
    photo = read(contained(box(b"brob", b"xml ", content), box(b"jxlc", stream)), tmp_path)
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.metadata.xmp is None
    assert "left out" in photo.notes[0]


@pytest.mark.parametrize("value", range(1, 9))
def test_orientations(value, stream, rgb8, tmp_path):
    """The header written by hand: extra fields with the orientation, then what the encoder wrote."""
    header, out = jxl_header.parse(stream), BitWriter()
    bits = int.from_bytes(stream[: (header.end + 7) // 8], "little")
    out.u(bits, header.metadata_at)
    out.u(0b10, 2)  # not the short form, but extra fields
    out.u(value - 1, 3)
    out.u(0, 3)  # no intrinsic size, preview, animation
    start, tone = header.depth_at[0], header.colours_at[1]
    out.u(bits >> start, tone - start)
    out.u(1, 1)  # tone mapping as usual
    out.u(bits >> tone, header.end - tone)
    photo = read(out.bytes() + stream[(header.end + 7) // 8 :], tmp_path)
    assert np.array_equal(photo.pixels, orientation.upright(rgb8, value))


@pytest.mark.parametrize(
    ("colours", "icc"),
    [
        (Colours(), None),
        (Colours(primaries=11), colour_tag.profile(12, 13)),
        (Colours(primaries=9), colour_tag.profile(9, 13)),
    ],
)
def test_colours_become_a_profile(colours, icc, stream, tmp_path):
    assert read(jxl_header.with_colours(stream, colours, 8), tmp_path).metadata.icc == icc


@pytest.mark.parametrize(("curve", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_name(curve, name, stream, tmp_path):
    with pytest.raises(CaptureError, match=name):
        read(jxl_header.with_colours(stream, Colours(primaries=9, curve=curve), 8), tmp_path)


def test_of_an_animation_the_first_frame(rgb8, tmp_path):
    frames = np.stack([rgb8, np.full_like(rgb8, 200)])
    photo = read(bytes(imagecodecs.jpegxl_encode(frames, lossless=True)), tmp_path)
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.notes == ("the first picture of an animation is used",)


@pytest.mark.parametrize("bits", [10, 12])
def test_depths_between_become_16_bits(bits, rgb16, tmp_path):
    values = rgb16 >> (16 - bits)
    data = imagecodecs.jpegxl_encode(values, lossless=True, bitspersample=bits, usecontainer=False)
    sixteen = jxl_header.with_colours(bytes(data), Colours(), bits)
    photo = read(sixteen, tmp_path)
    assert np.array_equal(photo.pixels, values << (16 - bits) | values >> (2 * bits - 16))


def test_what_cannot_be_read_is_refused(stream, rgb8, tmp_path):
    floating = bytes(imagecodecs.jpegxl_encode(rgb8.astype(np.float32) / 255, lossless=True))
    for data, reason in ((floating, "floating-point"), (contained(), "no picture"), (stream[:-1], "JPEG XL")):
        with pytest.raises(CaptureError, match=reason):
            read(data, tmp_path)
    with pytest.raises(CaptureError, match="limit"):
        read(stream, tmp_path, max_megapixels=0.01)
