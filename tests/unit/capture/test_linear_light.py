"""Linear light: closed forms of the curves, and another program's reading of the profile."""

import contextlib
import io
import struct

import imagecodecs
import numpy as np
import pytest
from growth import assert_linear, cost
from PIL import Image, ImageCms

from dualzoom import capture
from dualzoom.capture import profiles
from dualzoom.capture.linear_light import _assemble, _tags, linear_profile, to_linear
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError, UsageError
from dualzoom.settings import WriteSettings

ADOBE = [0.64, 0.33, 0.21, 0.71, 0.15, 0.06]


def srgb_light(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


@pytest.fixture
def adobe() -> bytes:
    white = [0.3127, 0.3290]
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=white, primaries=ADOBE, gamma=563 / 256))


@pytest.fixture
def cases(p3, adobe):
    return {
        "none": (None, srgb_light),
        "srgb": (profiles.srgb(), srgb_light),
        "p3": (p3, lambda v: v**2.2),
        "adobe": (adobe, lambda v: v ** (563 / 256)),
    }


@pytest.mark.parametrize("name", ["none", "srgb", "p3", "adobe"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_light_is_the_curve_of_each_channel(name, dtype, cases):
    icc, light = cases[name]
    peak = np.iinfo(dtype).max
    stored = np.random.default_rng(1).integers(0, peak + 1, (300, 31, 3)).astype(dtype)
    linear = to_linear(Photo(pixels=stored, metadata=Metadata(icc=icc))).pixels
    assert linear.dtype == np.uint16
    assert np.abs(linear - light(stored / peak) * 65535).max() < 6  # curves are tables of 16 bits


@pytest.mark.parametrize("name", ["none", "srgb", "p3", "adobe"])
def test_the_profile_is_the_same_but_for_the_curves(name, cases):
    icc, _ = cases[name]
    source = icc or profiles.srgb()
    made = linear_profile(source, "a")
    before, after = (ImageCms.ImageCmsProfile(io.BytesIO(block)).profile for block in (source, made))
    for colour in ("red_colorant", "green_colorant", "blue_colorant", "media_white_point"):
        assert getattr(after, colour) == getattr(before, colour)
    assert "linear" in after.profile_description
    assert int.from_bytes(made[:4], "big") == len(made)
    assert linear_profile(made, "a")[128:].count(b"curv\0\0\0\0\0\0\0\0") == 1  # once for all three


@pytest.mark.parametrize("name", ["none", "p3", "adobe"])
def test_another_program_sees_the_same_colours(name, cases, rgb16, tmp_path):
    """Little CMS turns the linear file and the ordinary photo into the same sRGB picture."""
    icc, _ = cases[name]
    photo = Photo(pixels=rgb16, metadata=Metadata(icc=icc))
    path = capture.write(photo, tmp_path / "a.tif", WriteSettings(linear=True))
    again = capture.read(path)
    assert again.bit_depth == 16
    assert again.pixels.mean() < 0.7 * rgb16.mean()
    back = capture.to_wide_space(again, photo.with_icc(icc or profiles.srgb())).pixels
    assert np.abs(back.astype(int) - rgb16).max() < 60  # of 65535; 8 bits step by 257
    with Image.open(path) as opened:
        assert opened.info["icc_profile"] == again.metadata.icc


def test_a_table_has_no_linear_form(rgb8):
    lab = profiles.srgb().replace(b"rTRC", b"A2B0")
    with pytest.raises(CaptureError, match="no linear form") as caught:
        to_linear(Photo(pixels=rgb8, metadata=Metadata(icc=lab)))
    assert "--" not in str(caught.value)  # the command line adds its option


def test_exif_no_longer_says_srgb(rgb8, make_exif, save):
    exif = make_exif()
    exif.get_ifd(0x8769)[0xA001] = 1
    photo = capture.read(save("a.jpg", rgb8, exif=exif))
    block = Image.Exif()
    block.load(b"Exif\0\0" + (to_linear(photo).metadata.exif or b""))
    assert block.get_ifd(0x8769)[0xA001] == 0xFFFF


@pytest.mark.parametrize(("name", "bits"), [("a.jpg", None), ("a.png", None), ("a.tif", 8)])
def test_only_deep_tiff_holds_it(name, bits, rgb8, tmp_path):
    with pytest.raises(UsageError, match="linear"):
        capture.write(Photo(pixels=rgb8), tmp_path / name, WriteSettings(linear=True, bit_depth=bits))
    assert not (tmp_path / name).exists()


def profile(elements: list[tuple[bytes, int, int]], body: bytes) -> bytes:
    """A profile with this table of signatures, offsets (in `body`) and lengths."""
    start = 132 + 12 * len(elements)
    rows = b"".join(struct.pack(">4sII", name, start + at, length) for name, at, length in elements)
    return bytes(128) + struct.pack(">I", len(elements)) + rows + body


def test_thousands_of_elements_over_the_same_bytes_are_refused_without_copying_them():
    """Four thousand tags of a megabyte each, every one a byte further, in a profile of a megabyte."""
    bomb = profile([(struct.pack(">I", n), n, 1_000_000) for n in range(4000)], bytes(1_004_000))

    def work() -> None:
        with pytest.raises(
            CaptureError, match=r"a\.jpg: its colour profile is damaged: its elements overlap"
        ):
            linear_profile(bomb, "a.jpg")

    assert cost(work)[1] < 8_000_000


def test_tags_may_share_a_whole_element():
    """Three equal curves are stored once, and even thousands of such tags cost one copy."""
    names = [struct.pack(">I", n) for n in range(4000)]
    shared = profile([(name, 0, 1_000_000) for name in names], bytes(1_000_000))
    assert cost(lambda: _tags(shared, "a"))[1] < 8_000_000
    assert set(_tags(shared, "a")) == set(names)


@pytest.mark.parametrize("step", [0, 1, 20])
def test_tags_cost_their_bytes(step):
    def work(data: bytes) -> None:
        with contextlib.suppress(CaptureError):
            _assemble(data, _tags(data, "a"))

    assert_linear(
        lambda n: profile([(struct.pack(">I", i), i * step, 20) for i in range(n)], bytes(20 * n + 20)), work
    )


@pytest.mark.parametrize("count", [0, 1 << 16, (1 << 32) - 1])
def test_a_count_of_tags_that_is_not_true_does_no_harm(count):
    data = bytearray(profiles.srgb())
    data[128:132] = struct.pack(">I", count)
    with contextlib.suppress(CaptureError):
        assert len(linear_profile(bytes(data), "a")) < 2 * len(data)
