"""AVIF results as Pillow reads them."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import avif_write, colour_tag
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.settings import WriteSettings


def test_another_reader_finds_everything(rgb8, disc, make_exif, p3, open_image, tmp_path):
    alpha = np.rint(disc * 255).astype(np.uint8)
    metadata = Metadata(exif=make_exif().tobytes()[6:], icc=p3, xmp=b"<x/>")
    photo = Photo(pixels=rgb8, alpha=alpha, metadata=metadata)
    picture = open_image(capture.write(photo, tmp_path / "a.avif", WriteSettings(quality=100)))
    assert np.abs(np.asarray(picture).astype(int) - np.dstack([rgb8, alpha])).max() <= 1
    assert picture.info["icc_profile"] == p3
    assert picture.info["xmp"] == b"<x/>"
    assert picture.getexif().get_ifd(0x8769)[41989] == 26
    assert picture.getexif()[274] == 1


@pytest.mark.parametrize(("primaries", "told"), [(None, 1), (12, 12), (9, 9)])
def test_the_colour_tag_says_what_the_profile_says(primaries, told, rgb8, tmp_path):
    icc = None if primaries is None else colour_tag.profile(primaries, 13)
    path = capture.write(Photo(pixels=rgb8, metadata=Metadata(icc=icc)), tmp_path / "a.avif")
    assert b"nclx" + told.to_bytes(2, "big") + b"\0\x0d" in path.read_bytes()


@pytest.mark.parametrize("bits", [10, 12])
def test_every_value_of_a_depth_comes_back(bits):
    """Stretched to 16 bits and rounded again, all are the same."""
    values = np.arange(1 << bits, dtype=np.uint16)
    stretched = values << (16 - bits) | values >> (2 * bits - 16)
    assert np.array_equal(avif_write.at_bits(stretched, bits), values)
    assert avif_write.at_bits(np.array([65535], np.uint16), bits) == (1 << bits) - 1
