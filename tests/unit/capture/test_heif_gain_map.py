"""Gain maps by the standard's own form, in files built here: HEIC of coded pictures at hand, AVIF of any."""

import struct
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import avif, colour_tag, heic, orientation
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.gain_map_numbers import to_iso
from dualzoom.capture.heif_items import Item, Items, Property, build, parse

NUMBERS = {"lowest": (0.0,), "highest": (2.5,), "gamma": (1.5,), "hdr_headroom": 2.25}
COLOURED = {
    "lowest": (0.0, 0.1, 0.2),
    "highest": (2.0, 2.1, 2.5),
    "gamma": (1.0, 1.0, 2.0),
    "hdr_headroom": 2.5,
}
NONE = np.zeros((1, 1), np.uint8)


def block(in_base_space: bool = True, **numbers) -> bytes:
    """A `tmap` item's bytes, by the order of fields in the standard's annex C."""
    channels = len(numbers["lowest"])
    flags = 0x80 * (channels == 3) | 0x40 * in_base_space
    fields = [numbers.get("base_headroom", 0.0), numbers["hdr_headroom"]]
    for c in range(channels):
        fields += [numbers["lowest"][c], numbers["highest"][c], numbers["gamma"][c], 1 / 64, 1 / 64]
    pairs = b"".join(struct.pack(">iI", round(value * 1000_000), 1_000_000) for value in fields)
    return b"\0" + struct.pack(">HHB", 0, 0, flags) + pairs


def with_map(
    data: bytes, gain_map: Items, brands, described: bytes, *, turn=(), map_turn=(), colr=()
) -> bytes:
    """The file with the primary picture of `gain_map` as its hidden gain map, and the item that joins both."""
    items = parse(data)
    base = items.by_number[items.primary]
    items.by_number[items.primary] = replace(base, properties=(*base.properties, *turn))
    number = max(items.by_number) + 1
    picture = gain_map.by_number[gain_map.primary]
    properties = (*picture.properties, *map_turn)
    items.by_number[number] = replace(picture, links=(), hidden=True, properties=properties)
    links = ((b"dimg", (items.primary, number)),)
    items.by_number[number + 1] = Item(kind=b"tmap", data=described, links=links, properties=tuple(colr))
    return b"".join(build(items, brands))


def avif_of(pixels, **options) -> bytes:
    coded = {"level": 100, "speed": 10, **options}
    return bytes(imagecodecs.avif_encode(np.ascontiguousarray(pixels), **coded))


def read(data: bytes, path):
    path.write_bytes(data)
    return capture.read(path)


@pytest.fixture
def ramp() -> np.ndarray:
    y, x = np.mgrid[0:48, 0:64]
    return (3 * x + y).astype(np.uint8)


def test_in_a_heic(make_heic, tmp_path):
    scene = make_heic()
    photo = read(with_map(scene, parse(scene), heic.BRANDS, block(**COLOURED)), tmp_path / "a.heic")
    plain = read(scene, tmp_path / "b.heic")
    assert np.array_equal(photo.pixels, plain.pixels)
    assert np.array_equal(photo.gain_map.pixels, plain.pixels)  # the map is the same coded picture
    assert photo.notes == ()
    for name, values in COLOURED.items():
        assert np.allclose(getattr(photo.gain_map, name), values)
    assert (photo.gain_map.in_base_space, photo.gain_map.icc) == (True, None)


def test_of_ten_bits_in_a_heic(make_heic, tmp_path):
    data = with_map(make_heic(), parse(make_heic("10")), heic.BRANDS, block(**COLOURED))
    photo = read(data, tmp_path / "a.heic")
    assert photo.gain_map.pixels.dtype == np.uint8
    assert np.abs(photo.gain_map.pixels.astype(int) - photo.pixels).max() <= 2


@pytest.mark.parametrize("bits", [8, 10])
def test_in_an_avif(bits, ramp, rgb8, tmp_path):
    stored = ramp if bits == 8 else ramp.astype(np.uint16) * 4
    gain_map = parse(avif_of(stored, bitspersample=bits))
    photo = read(with_map(avif_of(rgb8), gain_map, avif.BRANDS, block(**NUMBERS)), tmp_path / "a.avif")
    assert np.abs(photo.gain_map.pixels.astype(int) - ramp).max() <= 1
    assert photo.gain_map.pixels.ndim == 2
    assert photo.gain_map.hdr_headroom == 2.25
    assert photo.notes == ()
    again = capture.read(capture.write(photo, tmp_path / "b.jpg"))
    assert np.allclose(again.gain_map.highest, NUMBERS["highest"])


def test_our_own_block_is_of_the_same_form(ramp, rgb8, tmp_path):
    meant = GainMap(pixels=NONE, lowest=(0.0,), highest=(1.5,), hdr_headroom=1.5)
    data = with_map(avif_of(rgb8), parse(avif_of(ramp)), avif.BRANDS, b"\0" + to_iso(meant))
    assert read(data, tmp_path / "a.avif").gain_map.highest == (1.5,)


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
@pytest.mark.parametrize("own", [False, True])
def test_it_shows_the_same_way_up(quarter, own, ramp, rgb8, tmp_path):
    """Its turns are its own: stored like the base with the same turn, or upright with none."""
    turn = (Property(kind=b"irot", content=bytes([quarter]), essential=True),)
    value = (1, 8, 3, 6)[quarter]
    upright = orientation.upright(ramp, value)
    stored, map_turn = (ramp, turn) if own else (upright, ())
    data = with_map(
        avif_of(rgb8), parse(avif_of(stored)), avif.BRANDS, block(**NUMBERS), turn=turn, map_turn=map_turn
    )
    photo = read(data, tmp_path / "a.avif")
    assert photo.size.width == (128 if quarter % 2 == 0 else 96)
    assert np.abs(photo.gain_map.pixels.astype(int) - upright).max() <= 1


def test_the_hdr_pictures_colours_are_kept(ramp, rgb8, tmp_path):
    p3 = colour_tag.profile(12, 13)
    for content in (b"prof" + p3, b"nclx" + struct.pack(">HHHB", 12, 16, 0, 128)):
        colr = [Property(kind=b"colr", content=content)]
        data = with_map(avif_of(rgb8), parse(avif_of(ramp)), avif.BRANDS, block(False, **NUMBERS), colr=colr)
        found = read(data, tmp_path / "a.avif").gain_map
        assert (found.icc, found.in_base_space) == (p3, False)


@pytest.mark.parametrize(
    "described",
    [
        b"",
        b"\1" + block(**NUMBERS)[1:],  # a later version
        block(**NUMBERS)[:30],
        block(**{**NUMBERS, "hdr_headroom": -1.0}),
        block(**{**NUMBERS, "base_headroom": 3.0, "hdr_headroom": 0.5}),  # the base is the HDR picture
    ],
)
def test_what_cannot_be_used_is_left_out_with_a_note(described, ramp, rgb8, tmp_path):
    data = with_map(avif_of(rgb8), parse(avif_of(ramp)), avif.BRANDS, described)
    photo = read(data, tmp_path / "a.avif")
    assert photo.gain_map is None
    assert photo.notes == ("the base picture of an HDR photo is used; its gain map is left out",)


def test_a_map_larger_or_of_another_shape_is_left_out(ramp, rgb8, tmp_path):
    for pixels in (ramp[:, :30], ramp.repeat(4, 0).repeat(4, 1)):
        data = with_map(avif_of(rgb8), parse(avif_of(pixels)), avif.BRANDS, block(**NUMBERS))
        assert read(data, tmp_path / "a.avif").gain_map is None


def test_a_coloured_map_with_one_channels_numbers_is_left_out(rgb8, tmp_path):
    data = with_map(avif_of(rgb8), parse(avif_of(rgb8)), avif.BRANDS, block(**NUMBERS))
    assert read(data, tmp_path / "a.avif").gain_map is None


def test_a_damaged_map_leaves_the_picture(make_heic, tmp_path):
    scene = make_heic()
    broken = parse(scene)
    broken.by_number[broken.primary].data = bytes(200)
    photo = read(with_map(scene, broken, heic.BRANDS, block(**COLOURED)), tmp_path / "a.heic")
    assert photo.gain_map is None
    assert np.array_equal(photo.pixels, read(scene, tmp_path / "b.heic").pixels)
    assert any("gain map is left out" in note for note in photo.notes)
