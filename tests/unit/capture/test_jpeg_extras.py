"""What lies behind a JPEG picture: found wherever it lies, left out with a note where it cannot be used."""

import hdr_files as files
import numpy as np
import pytest
from growth import assert_linear

from dualzoom import capture
from dualzoom.capture import jpeg_extras
from dualzoom.capture import orientation as turns
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

GAIN = np.tile(np.arange(32, dtype=np.uint8) * 8, (24, 1))
NUMBERS = {"GainMapMax": "2.5", "HDRCapacityMax": "2.5", "OffsetSDR": "0.01", "OffsetHDR": "0.02"}
LEFT_OUT = jpeg_extras.GAIN_MAP_LEFT_OUT


@pytest.fixture
def read(tmp_path):
    def run(data: bytes):
        path = tmp_path / "photo.jpg"
        path.write_bytes(data)
        return capture.read(path)

    return run


@pytest.mark.parametrize("padding", [0, 1, 700])
def test_a_gain_map_is_found_behind_any_padding(read, rgb8, padding):
    photo = read(files.ultra_hdr(rgb8, GAIN, padding=padding, **NUMBERS))
    found = photo.gain_map
    assert photo.notes == ()
    assert found.pixels.shape == (24, 32)
    assert np.abs(found.pixels.astype(int) - GAIN).max() <= 6  # JPEG of quality 95
    assert (found.lowest, found.highest, found.hdr_headroom) == ((0.0,), (2.5,), 2.5)
    assert (found.base_offset, found.hdr_offset) == ((0.01,), (0.02,))


def test_a_gain_map_of_three_channels(read, rgb8):
    gain = np.ascontiguousarray(rgb8[::4, ::4])
    found = read(files.ultra_hdr(rgb8, gain, **NUMBERS)).gain_map
    assert found.pixels.shape == (24, 32, 3)
    assert np.abs(found.pixels.astype(int) - gain).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_map_turns_with_its_picture(read, rgb8, make_exif, orientation):
    data = files.ultra_hdr(rgb8, GAIN, **NUMBERS)
    exif = files.segment(0xE1, b"Exif\0\0" + make_exif(orientation).tobytes()[6:])
    photo = read(data[:2] + exif + data[2:])
    plain = turns.upright(GAIN, orientation)
    assert photo.gain_map.pixels.shape == plain.shape
    assert np.abs(photo.gain_map.pixels.astype(int) - plain).max() <= 6


def test_map_and_clip_together(read, rgb8):
    clip = files.clip()
    photo = read(files.ultra_hdr(rgb8, GAIN, behind=clip, **NUMBERS))
    assert photo.gain_map is not None
    assert photo.motion.clip == clip
    assert photo.notes == ()


def spoiled(rgb8) -> dict[str, tuple[bytes, str]]:
    """Files whose gain map cannot be used, with the words that say why."""
    good = files.ultra_hdr(rgb8, GAIN, **NUMBERS)
    second = good.rindex(b"\xff\xd8\xff")
    large = np.zeros((97, 129), np.uint8)
    return {
        "absent": (good[:second], "there is none"),
        "no JPEG": (good[:second] + bytes(3000), "there is none"),
        "cut off": (good[:-40], "cut off"),
        "cut in its head": (good[: second + 8], "there is none"),
        "spoiled": (good[: second + 700] + b"\xff\xd9", "cannot be decoded"),
        "larger": (files.ultra_hdr(rgb8, large, **NUMBERS), "larger than the picture"),
        "another shape": (files.ultra_hdr(rgb8, GAIN[:8], **NUMBERS), "shape is not"),
        "no numbers": (files.ultra_hdr(rgb8, GAIN, GainMapMax="x"), "damaged"),
        "infinite": (files.ultra_hdr(rgb8, GAIN, GainMapMax="inf", HDRCapacityMax="2"), "make no sense"),
        "HDR base": (files.ultra_hdr(rgb8, GAIN, **NUMBERS, BaseRenditionIsHDR="True"), "not supported"),
        "idle": (files.ultra_hdr(rgb8, GAIN, GainMapMax="0", HDRCapacityMax="0.000001"), "nothing brighter"),
    }


@pytest.mark.parametrize("name", list(spoiled(np.zeros((96, 128, 3), np.uint8))))
def test_a_map_that_cannot_be_used_is_left_out_with_the_reason(read, rgb8, name):
    data, words = spoiled(rgb8)[name]
    photo = read(data)
    assert photo.gain_map is None
    assert photo.size == capture.Photo(pixels=rgb8).size
    assert [words in note for note in photo.notes if note.startswith(LEFT_OUT)] == [True]


def test_a_bomb_of_a_map_is_not_decoded(read, rgb8):
    """Its head promises 60000 × 60000 pixels."""
    data = files.ultra_hdr(rgb8, GAIN, **NUMBERS)
    at = data.index(b"\xff\xc0", data.rindex(b"\xff\xd8\xff"))
    photo = read(data[: at + 5] + b"\xea\x60\xea\x60" + data[at + 9 :])
    assert any("larger than the picture" in note for note in photo.notes)


@pytest.mark.parametrize("offset", [0, 1, 2**31, 2**32 - 1, 5000])
def test_an_index_that_points_anywhere_harms_nothing(read, rgb8, offset):
    second = files.jpeg(GAIN, files.segment(0xE1, files.XMP_ID + files.map_xmp(**NUMBERS)))
    photo = read(files.jpeg(rgb8, files.mpf(4000, len(second), offset)) + second)
    assert photo.gain_map is not None  # it lies where the picture ends


def test_a_second_view_is_no_gain_map(read, rgb8):
    photo = read(files.jpeg(rgb8, files.mpf(4000, 4000, 4000)) + files.jpeg(rgb8))
    assert photo.gain_map is None
    assert "multi-picture" in photo.notes[0]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        (b"<apdi:AuxiliaryImageType>depth</apdi:AuxiliaryImageType>", "depth map"),
        (b"<apdi:AuxiliaryImageSubType>portraiteffectsmatte</apdi:AuxiliaryImageSubType>", "portrait data"),
        (b"<semanticSegmentationMatte:SemanticSegmentationMatteVersion>", "portrait data"),
    ],
)
def test_pictures_for_editors_are_left_out_with_a_note(read, rgb8, word, name):
    other = files.jpeg(GAIN, files.segment(0xE1, files.XMP_ID + word))
    photo = read(files.ultra_hdr(rgb8, GAIN, behind=other, **NUMBERS))
    assert photo.gain_map is not None
    assert photo.notes == (f"the {name} beside the picture is left out",)


def test_the_profile_of_the_hdr_picture_is_kept(read, rgb8, p3):
    numbers = files.XMP_ID + files.map_xmp(**NUMBERS)
    profile = files.segment(0xE2, b"ICC_PROFILE\0\1\1" + p3)
    packet = files.segment(0xE1, files.XMP_ID + files.base_xmp(("GainMap", 9)))
    photo = read(files.jpeg(rgb8, packet) + files.jpeg(GAIN, files.segment(0xE1, numbers), profile))
    assert photo.gain_map.icc == p3


def test_a_damaged_base_is_refused_whatever_lies_behind(read, rgb8):
    data = files.ultra_hdr(rgb8, GAIN, **NUMBERS)
    with pytest.raises(CaptureError):
        read(data[:2000])


def test_many_pictures_cost_what_they_hold(tmp_path, rgb8):
    small = files.jpeg(rgb8[:16, :16])
    base = files.jpeg(rgb8, *[files.mpf(4000, 100, 10_000 + 64 * k) for k in range(3)])
    assert_linear(
        lambda n: base + small * n,
        lambda data: jpeg_extras.decode(tmp_path / "a.jpg", data, CaptureSettings()),
        n=10,
    )


@pytest.mark.parametrize(
    ("name", "shape", "stops"),
    [
        ("robustness/ultrahdr/Ultra_HDR_Samples_Originals_01.jpg", (768, 1020), 2.656715),
        ("robustness/mixed/gain-map.jpg", (540, 960), 6.64386),
        ("phones/apple_gainmap_old.jpg", (256, 192), 3.0),
        ("phones/apple_gainmap_new.jpg", (256, 192), 2.18),
        ("phones/pixel_8.jpg", None, None),
    ],
)
def test_reference_photos(name, shape, stops, shared):
    photo = capture.read(shared / name)
    if shape is None:
        assert photo.gain_map is None
        assert any("it makes nothing brighter" in note for note in photo.notes)
    else:
        assert photo.gain_map.pixels.shape == shape
        assert photo.gain_map.highest == pytest.approx((stops,), abs=1e-3)
        assert not any("gain map" in note for note in photo.notes)
