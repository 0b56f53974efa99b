"""A photo in memory: its size, depth and name, and copies that leave it as it was."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Metadata, Photo
from dualzoom.geometry import Size


@pytest.mark.parametrize(("dtype", "bits", "peak"), [(np.uint8, 8, 255.0), (np.uint16, 16, 65535.0)])
def test_size_depth_and_peak(dtype, bits, peak):
    photo = Photo(pixels=np.zeros((4, 6, 3), dtype))
    assert photo.size == Size(6, 4)
    assert (photo.bit_depth, photo.peak) == (bits, peak)


def test_messages_name_the_file_where_there_is_one(rgb8):
    assert Photo(pixels=rgb8).name == "photo"
    assert Photo(pixels=rgb8, source=Path("a/b.jpg")).name == str(Path("a/b.jpg"))


def test_copies_change_one_thing(rgb8, rgb16):
    photo = Photo(pixels=rgb8, lens=Lens(focal_mm=4.2), metadata=Metadata(icc=b"a", xmp=b"b"), notes=("c",))
    deeper, other = photo.with_pixels(rgb16), photo.with_icc(None)
    assert deeper.pixels is rgb16
    assert (deeper.lens, deeper.metadata, deeper.notes) == (photo.lens, photo.metadata, photo.notes)
    assert other.metadata == Metadata(xmp=b"b")
    assert other.pixels is rgb8
    assert photo.metadata.icc == b"a"


def test_other_pixels_of_the_same_size_keep_the_opacity(rgb8):
    photo = Photo(pixels=rgb8, alpha=rgb8[..., 0])
    assert photo.with_pixels(255 - rgb8).alpha is photo.alpha
    assert photo.with_pixels(rgb8[:9]).alpha is None
