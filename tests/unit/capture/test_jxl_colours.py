"""Colours with an embedded profile: stored numbers are kept with it, colours seen are brought back into it."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from colour_difference import delta_e_2000

from dualzoom import capture
from dualzoom.capture import colour_tag, jxl, jxl_colours, jxl_header, jxl_icc, profiles
from dualzoom.capture.bits import BitReader, BitWriter
from dualzoom.errors import CaptureError

P3 = colour_tag.profile(12, 13)


def in_srgb(pixels, icc) -> np.ndarray:
    return profiles.transform(np.ascontiguousarray(pixels), icc, profiles.srgb(), "rgb", path=Path("a"))


def seen(pixels, donor: bytes) -> bytes:
    """A lossy file of colours seen (sRGB pixels), into whose header the donor's profile is written."""
    stream = jxl.unpacked(bytes(imagecodecs.jpegxl_encode(pixels, distance=0.3))).stream
    space = jxl_header.GREY if pixels.ndim == 2 else jxl_header.RGB
    stream = jxl_header.with_colours(stream, jxl_header.Colours(space=space), 8 * pixels.itemsize)
    other = jxl.unpacked(donor).stream
    reader = BitReader(other)
    reader.at = start = jxl_header.parse(other).end
    jxl_icc.read(reader)
    profile = int.from_bytes(other, "little") >> start
    header, out = jxl_header.parse(stream), BitWriter()
    bits = int.from_bytes(stream[: (header.end + 7) // 8], "little")
    out.u(bits, header.colours_at[0])
    out.u(0b10, 2)  # not the default, but a profile
    out.enum(space)
    out.u(bits >> header.colours_at[1], header.end - header.colours_at[1])
    out.u(profile, reader.at - start)
    return out.bytes() + stream[(header.end + 7) // 8 :]


def read(data: bytes, tmp_path):
    (tmp_path / "a.jxl").write_bytes(data)
    return capture.read(tmp_path / "a.jxl")


@pytest.mark.parametrize("kind", ["p3", "curves", "table"])
def test_a_jpeg_inside_keeps_its_numbers_and_its_profile(kind, odd_profile, jxl_with_icc, tmp_path):
    icc = P3 if kind == "p3" else odd_profile(kind)
    data = jxl_with_icc(icc)
    photo = read(data, tmp_path)
    assert photo.metadata.icc == icc
    assert np.array_equal(photo.pixels, imagecodecs.jpegxl_decode(data))
    again = capture.write(photo, tmp_path / "b.jpg")
    assert capture.read(again).metadata.icc == icc


@pytest.mark.parametrize("deep", [False, True])
def test_colours_seen_come_back_in_their_profile(deep, rgb8, rgb16, odd_profile, jxl_with_icc, tmp_path):
    pixels, icc = (rgb16 if deep else rgb8), odd_profile("curves")
    photo = read(seen(pixels, jxl_with_icc(icc)), tmp_path)
    assert (photo.metadata.icc, photo.bit_depth) == (icc, 16 if deep else 8)
    meant = pixels / photo.peak
    if deep:  # the encoder takes 16 bits for linear light
        meant = np.where(meant <= 0.0031308, 12.92 * meant, 1.055 * meant ** (1 / 2.4) - 0.055)
    assert delta_e_2000(in_srgb(photo.pixels, icc) / photo.peak, meant).mean() < 0.7


def test_colours_seen_of_several_frames_too(rgb8, jxl_with_icc, tmp_path):
    film = jxl.unpacked(bytes(imagecodecs.jpegxl_encode(np.stack([rgb8, rgb8 // 2]), distance=0.3))).stream
    assert jxl_header.parse(film).xyb
    photo = read(film, tmp_path)
    assert delta_e_2000(photo.pixels / 255, rgb8 / 255).mean() < 1.5


def test_grey_needs_no_profile(rgb8, jxl_with_icc, tmp_path):
    photo = read(seen(np.ascontiguousarray(rgb8[..., 1]), jxl_with_icc(P3)), tmp_path)
    assert photo.metadata.icc is None
    assert np.abs(photo.pixels[..., 0].astype(int) - rgb8[..., 1]).mean() < 2


def test_ink_is_refused_by_name(jxl_with_icc, tmp_path):
    stream = jxl.unpacked(jxl_with_icc(P3)).stream
    header = jxl_header.parse(stream)
    header.ink = True
    with pytest.raises(CaptureError, match="CMYK or Lab"):
        jxl_colours.profile(tmp_path, stream, header)


def test_a_profile_cut_short_is_one_line(jxl_with_icc, tmp_path):
    stream = jxl.unpacked(jxl_with_icc(P3)).stream
    with pytest.raises(CaptureError, match="damaged or unsupported JPEG XL"):
        read(stream[:120], tmp_path)
