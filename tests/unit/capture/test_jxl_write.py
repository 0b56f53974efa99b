"""JPEG XL results: colours outside sRGB survive coding with loss, and the decoder sees what the header says."""

import imagecodecs
import numpy as np
import pytest
from colour_difference import delta_e_2000

from dualzoom import capture
from dualzoom.capture import colour_tag, jxl, jxl_header, profiles
from dualzoom.capture.jxl_write import distance_of
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError
from dualzoom.settings import WriteSettings


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_outside_srgb_survive(dtype, tmp_path):
    """The purest red, green and blue of Display P3, in areas of one colour."""
    peak = np.iinfo(dtype).max
    pixels = np.full((64, 96, 3), peak // 16, dtype)
    for channel in range(3):
        pixels[:, 32 * channel : 32 * channel + 32, channel] = peak - peak // 16
    photo = Photo(pixels=pixels, metadata=Metadata(icc=colour_tag.profile(colour_tag.P3_D65, 13)))
    found = capture.read(capture.write(photo, tmp_path / "a.jxl", WriteSettings(quality=95)))
    assert found.metadata.icc == photo.metadata.icc
    middles = [
        np.abs(found.pixels[20:44, at : at + 8] / peak - pixels[20:44, at : at + 8] / peak).mean()
        for at in (12, 44, 76)
    ]
    assert max(middles) < 0.04  # clipped to sRGB, green would be 0.13 off


@pytest.mark.parametrize("quality", [90, 100])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_header_says_depth_and_colours(quality, dtype, rgb8, tmp_path):
    pixels = rgb8 if dtype == np.uint8 else rgb8.astype(np.uint16) * 257
    path = capture.write(Photo(pixels=pixels), tmp_path / "a.jxl", WriteSettings(quality=quality))
    header = jxl_header.parse(jxl.unpacked(path.read_bytes()).stream)
    assert header.bits == 8 * pixels.itemsize
    assert header.xyb == (quality < 100)
    assert (header.colours.primaries, header.colours.curve) == (1, jxl_header.CURVE_SRGB)
    decoded = imagecodecs.jpegxl_decode(path.read_bytes())  # the container, too
    assert np.abs(decoded / np.iinfo(dtype).max - rgb8 / 255).mean() < 0.01


@pytest.mark.parametrize("quality", [95, 100])
def test_a_damaged_profile_is_refused_by_the_photos_name(quality, rgb8, tmp_path):
    icc = colour_tag.profile(12, 13).replace(b"rTRC", b"A2B0")
    photo = Photo(pixels=rgb8, metadata=Metadata(icc=icc), source=tmp_path / "wide.jpg")
    with pytest.raises(CaptureError, match="colour profile") as caught:
        capture.write(photo, tmp_path / "a.jxl", WriteSettings(quality=quality))
    assert caught.value.subject.endswith("wide.jpg")


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("kind", ["curves", "table"])
def test_a_profile_that_no_numbers_describe_is_embedded(kind, deep, rgb8, rgb16, tmp_path, odd_profile):
    pixels, icc = (rgb16 if deep else rgb8), odd_profile(kind)
    photo = Photo(pixels=pixels, metadata=Metadata(icc=icc))
    exact = capture.read(capture.write(photo, tmp_path / "a.jxl", WriteSettings(quality=100)))
    assert np.array_equal(exact.pixels, pixels)
    near = capture.read(capture.write(photo, tmp_path / "b.jxl"))
    assert exact.metadata.icc == near.metadata.icc == icc
    assert near.bit_depth == photo.bit_depth
    meant = pixels
    if kind == "table":  # whose way back is no exact inverse
        wide = colour_tag.profile(colour_tag.BT2020, 13)
        meant = profiles.transform(pixels, icc, wide, "rgb", path=tmp_path)
        meant = profiles.transform(meant, wide, icc, "rgb", path=tmp_path)
    shown = [
        profiles.transform(one, icc, profiles.srgb(), "rgb", path=tmp_path) for one in (meant, near.pixels)
    ]
    assert delta_e_2000(*shown).mean() < 0.7


def test_better_quality_is_a_smaller_distance():
    distances = [distance_of(quality) for quality in range(1, 100)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] <= 25
    assert distance_of(90) == pytest.approx(1.0)
