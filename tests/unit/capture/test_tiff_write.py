"""TIFF as another program reads it: pixels, byte order, resolution and metadata in one structure."""

import numpy as np
import pytest
import tifffile

from dualzoom import capture
from dualzoom.capture import ifd
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.capture.tiff_write import tiff_parts


@pytest.mark.parametrize("order", ["big", "little"])
def test_a_16_bit_tiff_in_either_byte_order(order, rgb16, make_exif, tmp_path):
    exif = make_exif()
    exif.endian = "<" if order == "little" else ">"
    block = exif.tobytes()[6:]
    assert block[:2] == (b"II" if order == "little" else b"MM")
    photo = Photo(pixels=rgb16, metadata=capture.Metadata(exif=block))
    path = capture.write(photo, tmp_path / "a.tif")
    assert path.read_bytes()[:2] == block[:2]
    assert np.array_equal(tifffile.imread(path), rgb16)


@pytest.mark.parametrize("height", [1, 63, 64, 65, 130])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strips_of_any_height_hold_every_pixel(height, dtype, tmp_path):
    """64 rows a strip; the last may be shorter."""
    rng = np.random.default_rng(height)
    pixels = rng.integers(0, np.iinfo(dtype).max, (height, 7, 3), dtype, endpoint=True)
    (tmp_path / "a.tif").write_bytes(b"".join(bytes(part) for part in tiff_parts(pixels, Metadata())))
    assert np.array_equal(tifffile.imread(tmp_path / "a.tif"), pixels)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert len(file.pages) == 1
        assert len(file.pages[0].dataoffsets) == -(-height // 64)
        assert all(at % 2 == 0 for at in file.pages[0].dataoffsets)


def test_blocks_lie_under_their_tags_and_an_old_thumbnail_is_no_second_picture(make_exif, rgb8, p3, tmp_path):
    block = ifd.parse(make_exif().tobytes()[6:])
    block.thumbnail = b"\xff\xd8 old"
    from dualzoom.capture.ifd_write import serialise

    metadata = Metadata(exif=serialise(block), icc=p3, xmp=b"<x/>", iptc=b"records")
    (tmp_path / "a.tif").write_bytes(b"".join(bytes(part) for part in tiff_parts(rgb8, metadata)))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        (page,) = file.pages
        assert page.tags[34675].value == p3
        assert bytes(page.tags[700].value) == b"<x/>"
        assert page.tags[33723].value == b"records"
        assert page.tags["Model"].value == "Phone 7"
        assert page.tags["XResolution"].value == (72, 1)
        assert page.tags["ExifTag"].value["FocalLengthIn35mmFilm"] == 26
