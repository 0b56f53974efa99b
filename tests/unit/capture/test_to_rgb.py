"""Three RGB channels from grey, alpha, palettes and CMYK."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture.decoded import Decoded
from dualzoom.capture.photo import Metadata
from dualzoom.capture.to_rgb import to_rgb
from dualzoom.errors import CaptureError


def test_grey_becomes_three_equal_channels(rgb8, save):
    for name in ("a.png", "a.jpg", "a.tif"):
        photo = capture.read(save(name, rgb8[:, :, 0]))
        assert photo.pixels.shape == rgb8.shape
        assert (photo.pixels == photo.pixels[:, :, :1]).all()


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_transparency_is_kept_apart_from_the_colours(name, rgb8, save):
    alpha = np.full(rgb8.shape[:2], 7, np.uint8)
    photo = capture.read(save(name, np.dstack([rgb8, alpha]), lossless=True))
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, alpha)
    assert photo.notes == ()


def test_a_palette_is_unfolded(rgb8, save):
    picture = Image.fromarray(rgb8).quantize(64)
    expected = np.asarray(picture.convert("RGB"))
    assert np.array_equal(capture.read(save("a.png", picture)).pixels, expected)
    from_tiff = capture.read(save("a.tif", picture)).pixels
    assert np.abs(from_tiff / 257 - expected).max() <= 1  # a TIFF's palette has 16 bits


def test_bilevel_is_black_and_white(save):
    picture = Image.fromarray((np.indices((20, 30)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    for name in ("a.png", "a.tif"):
        pixels = capture.read(save(name, picture)).pixels
        assert np.array_equal(pixels[:, :, 0], np.asarray(picture) * np.uint8(255))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_a_grey_photo_stays_grey_and_says_nothing(suffix, rgb8, save):
    photo = capture.read(save(f"a{suffix}", Image.fromarray(rgb8).convert("L")))
    assert photo.notes == ()
    assert (photo.pixels == photo.pixels[..., :1]).all()


def test_cmyk_without_a_profile_is_refused(rgb8, save):
    for name in ("a.jpg", "a.tif"):
        with pytest.raises(CaptureError, match="CMYK without a colour profile"):
            capture.read(save(name, Image.fromarray(rgb8).convert("CMYK")))


def test_reference_cmyk_looks_as_its_profile_says(shared):
    """Full magenta and yellow of the FOGRA standard print a red of about sRGB (220, 40, 30)."""
    pixels = capture.read(shared / "robustness/mixed/fogra-0-100-100-0.tif").pixels
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    assert 200 < red < 245
    assert green < 60
    assert blue < 60


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("grey", 2), ("rgb", 3), ("rgb", 4)])
def test_every_count_of_channels_becomes_three(colour, channels, dtype):
    pixels = np.arange(4 * 5 * channels, dtype=dtype).reshape(4, 5, channels)
    found = to_rgb(Path("a"), Decoded(pixels=pixels, colour=colour))
    colours = 1 if colour == "grey" else 3
    assert found.colour == "rgb"
    assert found.pixels.dtype == dtype
    assert found.pixels.flags.c_contiguous
    assert np.array_equal(found.pixels, pixels[:, :, :colours].repeat(3 // colours, 2))
    assert (found.alpha is not None) == (channels > colours)
    if found.alpha is not None:
        assert np.array_equal(found.alpha, pixels[:, :, colours])


@pytest.mark.parametrize(
    ("shape", "colour"), [((4, 5), "rgb"), ((4, 5, 2), "rgb"), ((4, 5, 3), "cmyk"), ((2, 4, 5, 3), "rgb")]
)
def test_too_few_channels_are_refused(shape, colour):
    with pytest.raises(CaptureError, match="channels"):
        to_rgb(Path("a"), Decoded(pixels=np.zeros(shape, np.uint8), colour=colour))


def test_samples_that_are_neither_8_nor_16_bits_are_refused():
    with pytest.raises(CaptureError, match="channels"):
        to_rgb(Path("a"), Decoded(pixels=np.zeros((4, 5, 3), np.float32), colour="rgb"))


def test_a_grey_profile_goes_and_an_rgb_profile_stays(p3):
    grey = bytes(imagecodecs.cms_profile("gray", whitepoint=[0.3127, 0.3290], gamma=1.8))
    pixels = np.full((4, 5), 128, np.uint8)
    applied = to_rgb(Path("a"), Decoded(pixels=pixels, colour="grey", metadata=Metadata(icc=grey)))
    kept = to_rgb(Path("a"), Decoded(pixels=pixels, colour="grey", metadata=Metadata(icc=p3)))
    assert applied.metadata.icc is None
    assert applied.pixels[0, 0, 0] != 128
    assert kept.metadata.icc == p3
    assert (kept.pixels == 128).all()
