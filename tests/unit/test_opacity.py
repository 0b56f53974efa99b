"""Transparent photos are enlarged without fringes."""

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.framing import Box, Framing
from dualzoom.geometry import Size
from dualzoom.opacity import filled, of_result
from dualzoom.resampling import enlarge_bicubic


def cut_out(hidden: int, dtype=np.uint8) -> Photo:
    """A plain orange disc; under its surroundings lies the colour `hidden`."""
    y, x = np.mgrid[0:61, 0:80]
    peak = np.iinfo(dtype).max
    shows = np.hypot(x - 40, y - 30) < 22
    colour = (np.array([0.9, 0.5, 0.1]) * peak).astype(dtype)
    pixels = np.where(shows[..., None], colour, dtype(hidden))
    return Photo(pixels=pixels, alpha=(shows * peak).astype(dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("hidden", [0, 255])
def test_no_fringe(hidden, dtype):
    """Whatever lies under transparent places, what shows of the enlarged picture has the disc's colour."""
    photo = cut_out(hidden, dtype)
    large = enlarge_bicubic(filled(photo).pixels)
    alpha = of_result(photo, large, None)
    colour = photo.pixels[30, 40].astype(int)
    assert np.abs(large[alpha > 0].astype(int) - colour).max() <= 1
    bleeding = enlarge_bicubic(photo.pixels)[alpha > 0].astype(int)
    assert np.abs(bleeding - colour).max() > 20  # what filling prevents


def test_what_shows_stays():
    photo = cut_out(0)
    kept = filled(photo)
    assert np.array_equal(kept.pixels[photo.alpha > 0], photo.pixels[photo.alpha > 0])
    assert np.array_equal(kept.alpha, photo.alpha)


@pytest.mark.parametrize("value", [1, 128, 255])
def test_a_constant_opacity_changes_nothing(value):
    photo = Photo(pixels=cut_out(7).pixels, alpha=np.full((61, 80), value, np.uint8))
    assert filled(photo) is photo
    assert (of_result(photo, photo.pixels, None) == value).all()


def test_without_opacity_or_picture_nothing_happens():
    photo = Photo(pixels=cut_out(7).pixels)
    assert filled(photo) is photo
    assert of_result(photo, photo.pixels, None) is None
    hidden = Photo(pixels=photo.pixels, alpha=np.zeros((61, 80), np.uint8))
    assert filled(hidden) is hidden


def test_the_frame_crops_opacity_like_colours():
    """Grey pixels equal to their opacity stay so in any framing."""
    grey = np.random.default_rng(3).integers(1, 255, (60, 80), np.uint8)
    photo = Photo(pixels=np.repeat(grey[..., None], 3, 2), alpha=grey)
    shown = Framing(1.6, Box(11.3, 7.9, 50.0, 37.5), Size(70, 52))
    colours = shown.of(enlarge_bicubic(photo.pixels), photo.size)
    assert np.array_equal(of_result(photo, colours, shown), colours[..., 0])


def test_depth_follows_the_result():
    photo = Photo(pixels=cut_out(7).pixels, alpha=np.full((61, 80), 128, np.uint8))
    assert (of_result(photo, np.zeros((122, 160, 3), np.uint16), None) == 128 * 257).all()
    deep = Photo(pixels=cut_out(7).pixels.astype(np.uint16), alpha=np.full((61, 80), 65535, np.uint16))
    assert (of_result(deep, np.zeros((122, 160, 3), np.uint8), None) == 255).all()
