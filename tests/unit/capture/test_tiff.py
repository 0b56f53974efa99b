"""TIFF: every layout keeps its levels, and samples or colours that cannot be right are refused."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from dualzoom import capture
from dualzoom.errors import CaptureError


def test_white_is_zero_tiff(rgb8, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", 255 - rgb8[:, :, 0], photometric="miniswhite")
    assert np.array_equal(capture.read(tmp_path / "a.tif").pixels[:, :, 0], rgb8[:, :, 0])


@pytest.mark.parametrize("layout", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "zstd", "packbits"])
@pytest.mark.parametrize("tile", [None, (32, 48)])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_tiff_of_every_layout_keeps_16_bits(layout, compression, tile, byteorder, rgb16, tmp_path):
    data = rgb16 if layout == "contig" else np.moveaxis(rgb16, 2, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", data, photometric="rgb", planarconfig=layout, compression=compression, tile=tile,
        byteorder=byteorder,
    )  # fmt: skip
    photo = capture.read(tmp_path / "a.tif")
    assert photo.bit_depth == 16
    assert np.array_equal(photo.pixels, rgb16)


def test_bigtiff(rgb16, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", rgb16, photometric="rgb", bigtiff=True)
    assert np.array_equal(capture.read(tmp_path / "a.tif").pixels, rgb16)


def test_the_first_of_several_pages_is_used_with_a_note(rgb8, tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(rgb8[::4, ::4], photometric="rgb", subfiletype=1)  # a preview comes first
        file.write(rgb8, photometric="rgb")
    photo = capture.read(tmp_path / "a.tif")
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.notes == ("the first picture of several is used",)


@pytest.mark.parametrize(
    ("dtype", "reason"), [(np.float32, "32-bit floating-point"), (np.uint32, "32-bit samples")]
)
def test_samples_of_other_depths_are_refused(dtype, reason, rgb8, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", rgb8.astype(dtype), photometric="rgb")
    with pytest.raises(CaptureError, match=reason):
        capture.read(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_ycbcr_that_no_decoder_turns_into_rgb_is_refused(compression, rgb8, save):
    """Its numbers taken as RGB would be a green and pink picture."""
    path = save("a.tif", Image.fromarray(rgb8).convert("YCbCr"), compression=compression)
    with pytest.raises(CaptureError, match="YCbCr"):
        capture.read(path)


def test_ycbcr_in_a_tiffs_jpeg_is_read(rgb8, save):
    path = save("a.tif", Image.fromarray(rgb8).convert("YCbCr"), compression="jpeg", quality=95)
    assert np.abs(capture.read(path).pixels.astype(int) - rgb8).mean() < 3


@pytest.mark.parametrize("colour", ["L", "RGB"])
def test_bits_that_cannot_be_read_are_refused(colour, rgb8, save):
    """Not taken as the one bit that a file without the tag has."""
    path = save("a.tif", Image.fromarray(rgb8).convert(colour))
    data = bytearray(path.read_bytes())
    directory = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[directory : directory + 2], "little")
    rows = range(directory + 2, directory + 2 + 12 * count, 12)
    row = next(at for at in rows if int.from_bytes(data[at : at + 2], "little") == 258)
    data[row + 2 : row + 4] = (99).to_bytes(2, "little")  # a type that does not exist
    path.write_bytes(data)
    with pytest.raises(CaptureError, match="bits per sample"):
        capture.read(path)


def test_bilevel_needs_no_bits_per_sample(save):
    picture = Image.fromarray((np.indices((20, 30)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    path = save("a.tif", picture)
    data = bytearray(path.read_bytes())
    directory = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[directory : directory + 2], "little")
    rows = [bytes(data[at : at + 12]) for at in range(directory + 2, directory + 2 + 12 * count, 12)]
    kept = [row for row in rows if int.from_bytes(row[:2], "little") != 258]
    table = len(kept).to_bytes(2, "little") + b"".join(kept) + bytes(4)
    data[4:8] = len(data).to_bytes(4, "little")
    path.write_bytes(bytes(data) + table)
    assert np.array_equal(capture.read(path).pixels[..., 0], np.asarray(picture) * np.uint8(255))
