"""What the formats hold: levels, chroma, depth and size."""

import numpy as np
import pytest
import tifffile
from PIL import JpegImagePlugin

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.capture.write import at_depth
from dualzoom.errors import WriteError
from dualzoom.settings import WriteSettings

OVERWRITE = WriteSettings(on_exists="overwrite")


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.tiff", "A.PNG"])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_and_tiff_hold_every_pixel(name, bits, rgb8, rgb16, tmp_path, open_image):
    pixels = rgb8 if bits == 8 else rgb16
    path = capture.write(Photo(pixels=pixels), tmp_path / name)
    again = capture.read(path)
    assert again.pixels.dtype == pixels.dtype
    assert np.array_equal(again.pixels, pixels)
    if "tif" in name:
        assert np.array_equal(tifffile.imread(path), pixels)
    elif bits == 8:
        assert np.array_equal(np.asarray(open_image(path)), pixels)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_16_bit_ramp_keeps_its_levels(name, tmp_path):
    ramp = np.repeat(np.arange(65536, dtype=np.uint16).reshape(256, 256, 1), 3, 2)
    pixels = capture.read(capture.write(Photo(pixels=ramp), tmp_path / name)).pixels
    assert len(np.unique(pixels[:, :, 0])) == 65536


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


@pytest.mark.parametrize(("quality", "sampling"), [(91, 2), (92, 0), (100, 0)])
def test_jpeg_keeps_chroma_from_quality_92(quality, sampling, photo, tmp_path, open_image):
    path = capture.write(photo, tmp_path / "a.jpg", WriteSettings(quality=quality))
    assert JpegImagePlugin.get_sampling(open_image(path)) == sampling
    error = np.abs(capture.read(path).pixels.astype(int) - photo.pixels)
    assert error.mean() < 2


def test_quality_costs_bytes(photo, tmp_path):
    sizes = [
        capture.write(photo, tmp_path / f"{q}.jpg", WriteSettings(quality=q)).stat().st_size
        for q in (70, 85, 98)
    ]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_the_format_asked_for_goes_before_the_suffix(photo, tmp_path):
    path = capture.write(photo, tmp_path / "a.jpg", WriteSettings(format="png"))
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_an_odd_size_and_a_view_of_an_array(rgb8, tmp_path):
    for pixels in (rgb8[:1, :1], rgb8[::-1, ::2], rgb8[:, :, ::-1]):
        for name in ("a.png", "a.tif"):
            path = capture.write(Photo(pixels=pixels), tmp_path / name, OVERWRITE)
            assert np.array_equal(capture.read(path).pixels, pixels)


def test_depths_are_converted_to_the_nearest():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, 2)
    assert np.array_equal(at_depth(every, 8), np.rint(every / 257).astype(np.uint8))
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(at_depth(at_depth(eight, 16), 8), eight)
    assert at_depth(eight, 16).max() == 65535
    assert at_depth(eight, 8) is eight


def test_depth_of_the_file_is_that_asked_for(rgb8, rgb16, tmp_path):
    for pixels in (rgb8, rgb16):
        for bits in (8, 16):
            path = tmp_path / f"{pixels.dtype}-{bits}.png"
            capture.write(Photo(pixels=pixels), path, WriteSettings(bit_depth=bits))
            assert capture.read(path).bit_depth == bits
    assert capture.read(capture.write(Photo(pixels=rgb16), tmp_path / "a.jpg")).bit_depth == 8


def test_a_jpeg_too_wide_for_the_format_is_refused(tmp_path):
    with pytest.raises(WriteError, match="65500 pixels"):
        capture.write(Photo(pixels=np.zeros((1, 65501, 3), np.uint8)), tmp_path / "a.jpg")
