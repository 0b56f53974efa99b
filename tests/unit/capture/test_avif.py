"""AVIF files written by Pillow, and what their containers say."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from dualzoom import capture
from dualzoom.capture import avif, heif_items
from dualzoom.capture.header import read_header
from dualzoom.capture.heif_items import Property
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


def changed(data: bytes, *properties: Property, drop: bytes = b"") -> bytes:
    """The file with other properties of its primary picture."""
    items = heif_items.parse(data)
    picture = items.by_number[items.primary]
    kept = tuple(one for one in picture.properties if one.kind != drop)
    items.by_number[items.primary] = replace(picture, properties=(*kept, *properties))
    return b"".join(heif_items.build(items, avif.BRANDS))


def nclx(primaries: int, transfer: int) -> Property:
    numbers = b"".join(number.to_bytes(2, "big") for number in (primaries, transfer, 6))
    return Property(kind=b"colr", content=b"nclx" + numbers + b"\x80")


def test_pixels_and_metadata(rgb8, make_exif, p3, save):
    path = save(
        "a.avif", rgb8, quality=100, subsampling="4:4:4", exif=make_exif(), icc_profile=p3, xmp=b"<x/>"
    )
    photo = capture.read(path)
    assert np.abs(photo.pixels.astype(int) - rgb8).max() <= 3
    assert (photo.metadata.icc, photo.metadata.xmp, photo.lens.focal_35mm) == (p3, b"<x/>", 26)
    assert photo.notes == ()
    assert read_header(path).lens == photo.lens


@pytest.mark.parametrize("value", range(1, 9))
def test_orientations(value, rgb8, make_exif, save):
    """Pillow turns the EXIF orientation into the container's turns, which count."""
    photo = capture.read(save("a.avif", rgb8, quality=95, subsampling="4:4:4", exif=make_exif(value)))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(photo.source)))
    assert photo.pixels.shape == upright.shape
    assert np.abs(photo.pixels.astype(int) - upright).max() <= 3


def test_of_an_animation_the_first_frame(rgb8, save):
    frames = [Image.fromarray(np.full_like(rgb8, 200))]
    path = save(
        "a.avif", rgb8, save_all=True, append_images=frames, duration=100, quality=95, subsampling="4:4:4"
    )
    photo = capture.read(path)
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 3
    assert photo.notes == ("the first picture of an animation is used",)


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_name(transfer, name, rgb8, save):
    path = save("a.avif", rgb8)
    path.write_bytes(changed(path.read_bytes(), nclx(9, transfer), drop=b"colr"))
    with pytest.raises(CaptureError, match=name):
        capture.read(path)


@pytest.mark.parametrize(("primaries", "name"), [(12, "Display P3"), (9, "Rec. 2020"), (1, "sRGB")])
def test_a_colour_tag_becomes_a_profile(primaries, name, rgb8, save):
    path = save("a.avif", rgb8)
    path.write_bytes(changed(path.read_bytes(), nclx(primaries, 13), drop=b"colr"))
    assert capture.summarise(capture.read(path))["Colours"] == name


def test_the_size_is_checked_before_decoding(rgb8, save):
    path = save("a.avif", rgb8)
    with pytest.raises(CaptureError, match="limit"):
        capture.read(path, CaptureSettings(max_megapixels=0.01))
    large = Property(kind=b"ispe", content=bytes(4) + (30_000).to_bytes(4, "big") * 2)
    path.write_bytes(changed(path.read_bytes(), large, drop=b"ispe"))
    with pytest.raises(CaptureError, match="limit of 220 megapixels"):
        capture.read(path)
    small = Property(kind=b"ispe", content=bytes(4) + (16).to_bytes(4, "big") * 2)
    path.write_bytes(changed(path.read_bytes(), small, drop=b"ispe"))
    with pytest.raises(CaptureError, match="contradicts itself"):
        capture.read(path)


def test_a_grid_of_reference(shared):
    assert capture.read(shared / "robustness/mixed/pitm.avif").size.area > 0
