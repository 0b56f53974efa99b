"""Shooting conditions: alike for two photos of one lens and processing, different where either differs."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.conditions import conditions
from dualzoom.capture.photo import Photo

EXIF = 0x8769


@pytest.fixture
def taken(make_exif, rgb8, save):
    """Conditions of a photo whose EXIF directory has these tags instead; None takes one out."""

    def run(pixels=rgb8, **tags):
        block = make_exif()
        for name, value in tags.items():
            if value is None:
                del block.get_ifd(EXIF)[int(name[1:])]
            else:
                block.get_ifd(EXIF)[int(name[1:])] = value
        return conditions(capture.read(save("a.jpg", pixels, exif=block)))

    return run


def test_they_name_camera_lens_size_and_iso(taken):
    assert taken() == ("Maker", "Phone 7", "Phone 7 back camera 4.25mm f/1.8", "96x128", "6")


def test_a_photo_turned_was_taken_alike(taken, rgb8):
    assert taken(np.rot90(rgb8)) == taken()


@pytest.mark.parametrize(("iso", "octave"), [(50, "6"), (64, "6"), (80, "6"), (100, "7"), (3200, "12")])
def test_the_iso_counts_by_octaves(iso, octave, taken):
    assert taken(t34855=iso)[-1] == octave


def test_an_iso_that_is_missing_or_zero_is_its_own(taken):
    assert taken(t34855=None)[-1] == taken(t34855=0)[-1] == "?"


def test_another_size_or_lens_is_another_condition(taken, rgb8):
    assert len({taken(), taken(rgb8[::2, ::2]), taken(t42036="Another lens"), taken(t42036=None)}) == 4


def test_without_a_camera_there_are_none(rgb8):
    assert conditions(Photo(pixels=rgb8)) is None
