"""Pixels per metre as another reader finds them, of any resolution that a photo states."""

import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import exif_table
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.capture.png_density import content


def block(x, y, unit) -> bytes:
    exif = Image.Exif()
    exif.update({tag: value for tag, value in ((282, x), (283, y), (296, unit)) if value is not None})
    return exif.tobytes().removeprefix(b"Exif\0\0")


def test_a_print_is_as_large_as_was_asked(rgb8, open_image, tmp_path):
    for dpi in (72.0, 240.0, 299.5, 1200.0):
        photo = Photo(pixels=rgb8, metadata=Metadata(exif=exif_table.with_resolution(None, dpi)))
        path = capture.write(photo, tmp_path / f"{dpi}.png")
        assert open_image(path).info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


@pytest.mark.parametrize(
    ("x", "y", "unit", "metre"),
    [(300, 150, 2, (11811, 5906)), (100, 50, 3, (10_000, 5000)), (72, 72, None, (2835, 2835))],
)
def test_units(x, y, unit, metre):
    found = content(block(x, y, unit))
    assert (int.from_bytes(found[:4], "big"), int.from_bytes(found[4:8], "big"), found[8]) == (*metre, 1)


@pytest.mark.parametrize("stated", [(300, None, 2), (72, 72, 1), (0, 0, 2), (None, None, None)])
def test_what_states_no_length_has_none(stated):
    assert content(block(*stated)) is None
    assert content(None) is None
    assert content(b"damaged") is None
