import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.orientation import inverse, upright

ALL = range(1, 9)


def slowly(pixels, orientation):
    """Where row 0 and column 0 lie, straight from the table in TIFF 6.0, pixel by pixel."""
    height, width = pixels.shape[:2]
    size = (height, width) if orientation < 5 else (width, height)
    out = np.empty((*size, *pixels.shape[2:]), pixels.dtype)
    right, bottom = width - 1, height - 1
    for y in range(height):
        for x in range(width):
            at = {
                1: (y, x), 2: (y, right - x), 3: (bottom - y, right - x), 4: (bottom - y, x),
                5: (x, y), 6: (x, bottom - y), 7: (right - x, bottom - y), 8: (right - x, y),
            }[orientation]  # fmt: skip
            out[at] = pixels[y, x]
    return out


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_orientation_is_the_table(orientation, dtype):
    pixels = np.arange(5 * 7 * 3, dtype=dtype).reshape(5, 7, 3)
    assert np.array_equal(upright(pixels, orientation), slowly(pixels, orientation))


@pytest.mark.parametrize("orientation", ALL)
def test_the_inverse_undoes_it(orientation):
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    assert np.array_equal(upright(upright(pixels, orientation), inverse(orientation)), pixels)


def test_the_eight_are_all_different():
    pixels = np.arange(5 * 5 * 3, dtype=np.uint8).reshape(5, 5, 3)
    assert len({upright(pixels, orientation).tobytes() for orientation in ALL}) == 8


def test_one_is_the_same_array():
    pixels = np.zeros((3, 4, 3), np.uint8)
    assert upright(pixels, 1) is pixels


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_others_are_refused(orientation):
    with pytest.raises(ValueError, match=r"not 1\.\.8"):
        upright(np.zeros((3, 4, 3), np.uint8), orientation)


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_a_stored_frame_comes_upright_once(orientation, suffix, rgb8, save, make_exif, tmp_path, open_image):
    stored = upright(rgb8, inverse(orientation))
    options = {"quality": 100, "subsampling": 0} if suffix == ".jpg" else {}
    path = save(f"in{suffix}", stored, exif=make_exif(orientation), **options)
    photo = capture.read(path)
    assert photo.pixels.shape == rgb8.shape
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 1  # JPEG rounds
    written = capture.write(photo, tmp_path / f"out{suffix}")
    assert open_image(written).getexif()[274] == 1
    assert np.abs(capture.read(written).pixels.astype(int) - rgb8).mean() < 1.5


@pytest.mark.parametrize("wrong", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_means_upright(wrong, rgb8, save, make_exif):
    photo = capture.read(save("in.png", rgb8, exif=make_exif(wrong)))
    assert np.array_equal(photo.pixels, rgb8)
