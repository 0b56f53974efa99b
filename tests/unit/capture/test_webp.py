"""WebP files written by Pillow, and damaged ones."""

import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import webp
from dualzoom.capture.header import read_header
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


@pytest.mark.parametrize("lossless", [True, False])
def test_pixels_and_metadata(lossless, rgb8, make_exif, p3, save):
    path = save("a.webp", rgb8, lossless=lossless, quality=90, exif=make_exif(), icc_profile=p3, xmp=b"<x/>")
    photo = capture.read(path)
    assert np.array_equal(photo.pixels, np.asarray(Image.open(path)))
    assert (photo.metadata.icc, photo.metadata.xmp, photo.lens.focal_35mm) == (p3, b"<x/>", 26)
    assert read_header(path).lens == photo.lens


@pytest.mark.parametrize("value", range(1, 9))
def test_orientation_is_that_of_exif(value, rgb8, make_exif, save):
    plain, turned = (
        save("a.webp", rgb8, lossless=True),
        save("b.webp", rgb8, lossless=True, exif=make_exif(value)),
    )
    assert (capture.read(turned).size.width == 96) == (value >= 5)
    assert (value == 1) == np.array_equal(capture.read(turned).pixels, capture.read(plain).pixels)


def test_lossy_with_opacity(rgb8, disc, save):
    path = save("a.webp", np.dstack([rgb8, np.rint(disc * 255).astype(np.uint8)]), quality=90)
    photo, seen = capture.read(path), np.asarray(Image.open(path))
    assert np.array_equal(photo.alpha, seen[..., 3])
    assert np.array_equal(photo.pixels[disc > 0], seen[..., :3][disc > 0])


@pytest.mark.parametrize("lossless", [True, False])
def test_of_an_animation_the_first_frame(lossless, rgb8, save):
    frames = [Image.fromarray(np.full_like(rgb8, 200))]
    path = save(
        "a.webp", rgb8, save_all=True, append_images=frames, duration=100, lossless=lossless, quality=90
    )
    photo = capture.read(path)
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < (0.01 if lossless else 3)
    assert photo.notes == ("the first picture of an animation is used",)


def test_a_small_frame_lies_on_a_transparent_canvas(rgb8, save):
    data = memoryview(save("a.webp", rgb8, lossless=True).read_bytes())
    frame = (5).to_bytes(3, "little") + (3).to_bytes(3, "little") + b"\x7f\0\0\x5f\0\0" + b"\1\0\0\0"
    body = webp.chunk(b"VP8X", b"\x12\0\0\0" + (139).to_bytes(3, "little") + (101).to_bytes(3, "little"))
    body += webp.chunk(b"ANMF", frame + bytes(data[12:]))
    (save("b.webp", rgb8)).write_bytes(webp.riff(len(body)) + body)
    photo = capture.read(save("a.webp", rgb8).with_name("b.webp"))
    assert photo.pixels.shape == (102, 140, 3)
    assert np.array_equal(photo.pixels[6:102, 10:138], rgb8)
    assert (photo.alpha[6:102, 10:138] == 255).all()
    assert photo.alpha.sum() == 255 * 96 * 128


def test_bombs_are_refused_before_decoding(rgb8, save):
    path = save("a.webp", rgb8, lossless=True)
    with pytest.raises(CaptureError, match="limit"):
        capture.read(path, CaptureSettings(max_megapixels=0.01))
    data = bytearray(path.read_bytes())
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(CaptureError, match="limit of 220 megapixels"):
        capture.read(path)
