"""The outline agrees with the whole photo, and damage is never an error of its own."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import colour_tag
from dualzoom.capture.outline import outline
from dualzoom.capture.photo import Metadata, Photo

P3 = colour_tag.profile(12, 13)
NAMES = ("a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.jxl", "a.dng")


@pytest.mark.parametrize("name", NAMES)
def test_size_and_profile_are_those_of_the_photo(name, rgb8, tmp_path):
    path = capture.write(Photo(pixels=rgb8, metadata=Metadata(icc=P3)), tmp_path / name)
    found, photo = outline(path), capture.read(path)
    assert (found.path, found.size) == (path, photo.size)
    assert found.icc == photo.metadata.icc


def test_of_an_animation_of_webp_the_canvas_counts(rgb8, tmp_path):
    from PIL import Image

    frames = [Image.fromarray(rgb8[::step]) for step in (1, 1)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    assert outline(tmp_path / "a.webp").size == capture.read(tmp_path / "a.webp").size


def test_of_heic_and_of_a_raw_picture(make_heic, make_dng, scene, tmp_path):
    (tmp_path / "a.heic").write_bytes(make_heic(icc=P3))
    found = outline(tmp_path / "a.heic")
    assert (found.size, found.icc) == (capture.read(tmp_path / "a.heic").size, P3)
    raw = make_dng(tmp_path / "a.dng", scene)
    assert (outline(raw).size, outline(raw).icc) == (capture.read(raw).size, None)


@pytest.mark.parametrize("name", NAMES)
def test_no_damage_makes_it_fail(name, rgb8, tmp_path):
    data = capture.write(Photo(pixels=rgb8, metadata=Metadata(icc=P3)), tmp_path / name).read_bytes()
    chance = np.random.default_rng(5)
    for _ in range(40):
        hurt = bytearray(data[: int(chance.integers(1, len(data)))])
        for at in chance.integers(0, len(hurt), 4):
            hurt[at] = int(chance.integers(0, 256))
        (tmp_path / "hurt").write_bytes(hurt)
        found = outline(tmp_path / "hurt")
        assert found is None or found.size.area > 0


def test_what_is_no_photo_has_none(tmp_path):
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + bytes(90))
    (tmp_path / "b.cr3").write_bytes(b"\0\0\0\x18ftypcrx \0\0\0\1" + bytes(80))
    assert [outline(tmp_path / name) for name in ("a.gif", "b.cr3", "absent.jpg")] == [None] * 3


def test_a_big_picture_costs_a_header(rgb8, tmp_path):
    """100 megapixels of PNG: decoding them would take three hundred million bytes."""
    import tracemalloc

    pixels = np.zeros((10_000, 10_000), np.uint8)
    path = capture.write_grey(pixels, tmp_path / "a.png")
    tracemalloc.start()
    assert outline(path).size.area == 100_000_000
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
