"""Ultra HDR files and motion photos of ours: what other readers find in them, and that the picture stays as it was."""

import io
import re
from dataclasses import replace

import hdr_files as files
import imagecodecs
import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import encode, jpeg, ultra_hdr
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Metadata, Photo

CLIP = Motion(files.clip(), 1234)
OFFSET = 1 / 64


@pytest.fixture
def gain_map() -> GainMap:
    """A ramp from 0 to 2 stops, a quarter of the picture's size."""
    pixels = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (24, 1))
    return GainMap(pixels=pixels, lowest=(0.0,), highest=(2.0,), hdr_headroom=2.0)


def written(photo: Photo, quality: int = 95) -> bytes:
    return b"".join(ultra_hdr.jpeg_parts(photo, photo.pixels, photo.metadata, quality))


def light(data: bytes) -> np.ndarray:
    """The HDR picture by libultrahdr: linear light, white of the SDR picture at 1."""
    return imagecodecs.ultrahdr_decode(data)[..., :3].astype(np.float32)


def expected_light(rgb8, gain_map: GainMap) -> np.ndarray:
    coded = rgb8 / 255.0
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    stops = np.asarray(
        Image.fromarray(gain_map.stops()).resize((rgb8.shape[1], rgb8.shape[0]), Image.Resampling.BILINEAR)
    )
    return (linear + OFFSET) * 2.0 ** stops[..., None] - OFFSET


def test_another_reader_sees_the_light_that_the_formula_says(rgb8, gain_map):
    """Flat places to 0.05 stops; JPEG of both pictures included."""
    found = light(written(Photo(pixels=rgb8, gain_map=gain_map)))
    apart = np.abs(np.log2(found + OFFSET) - np.log2(expected_light(rgb8, gain_map) + OFFSET))
    assert apart.mean() < 0.03
    assert np.percentile(apart, 99) < 0.12


def without(data: bytes, mark: bytes) -> bytes:
    """The file without those application segments of both pictures that hold `mark`; what is behind may move."""
    pattern = re.compile(rb"\xff[\xe1\xe2](..)", re.DOTALL)
    out, at = bytearray(data), 0
    while match := pattern.search(out, at):
        size = int.from_bytes(match[1], "big")
        content = bytes(out[match.start() + 4 : match.start() + 2 + size])
        if content.startswith(mark):
            out[match.start() + 4 : match.start() + 4 + len(mark)] = b"x" * len(mark)
        at = match.end()
    return bytes(out)


def test_each_kind_of_numbers_says_the_same(rgb8, gain_map):
    data = written(Photo(pixels=rgb8, gain_map=gain_map))
    by_xmp = light(without(data, b"urn:iso:std:iso:ts:21496"))
    by_iso = light(without(data, b"http://ns.adobe.com/xap"))
    np.testing.assert_allclose(by_xmp, by_iso, atol=2e-3)
    np.testing.assert_allclose(by_xmp, light(data), atol=2e-3)


def test_three_channels(rgb8):
    pixels = np.ascontiguousarray(np.broadcast_to(np.array([0, 128, 255], np.uint8), (24, 32, 3)))
    gain_map = GainMap(pixels=pixels, lowest=(0.0,) * 3, highest=(1.0, 1.0, 2.0), hdr_headroom=2.0)
    gain_map = replace(gain_map, gamma=(1.0,) * 3, base_offset=(OFFSET,) * 3, hdr_offset=(OFFSET,) * 3)
    found = light(written(Photo(pixels=rgb8, gain_map=gain_map)))
    plain = light(written(Photo(pixels=rgb8, gain_map=replace(gain_map, pixels=pixels * 0))))
    stops = np.median(np.log2((found + OFFSET) / (plain + OFFSET)), axis=(0, 1))
    assert stops == pytest.approx([0.0, 0.5, 2.0], abs=0.06)


@pytest.mark.parametrize("quality", [80, 95])
def test_the_picture_is_that_of_a_plain_file(rgb8, gain_map, quality):
    plain = encode.jpeg_bytes(rgb8, Metadata(), quality)
    data = written(Photo(pixels=rgb8, gain_map=gain_map, motion=CLIP), quality)
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(data)) as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
        assert before.quantization == after.quantization


@pytest.mark.parametrize("has_map", [True, False])
@pytest.mark.parametrize("has_clip", [True, False])
def test_lengths_and_offsets_lead_to_every_part(rgb8, gain_map, has_map, has_clip):
    photo = Photo(pixels=rgb8, gain_map=gain_map if has_map else None, motion=CLIP if has_clip else None)
    data = written(photo)
    found = jpeg.segments(data)
    xmp = b"".join(found.payloads(0xE1, jpeg.XMP_ID))
    listed = re.findall(rb'Item:Semantic="(\w+)" Item:Length="(\d+)"', xmp)
    wanted = [b"Primary"] * (has_map or has_clip) + [b"GainMap"] * has_map + [b"MotionPhoto"] * has_clip
    assert [meaning for meaning, _ in listed] == wanted
    assert found.end + sum(int(size) for _, size in listed) == len(data)
    if has_clip:
        size = int(re.search(rb'MicroVideoOffset="(\d+)"', xmp)[1])
        assert data[-size:] == CLIP.clip
        assert b'MotionPhotoPresentationTimestampUs="1234"' in xmp
    if has_map:
        with Image.open(io.BytesIO(data)) as pictures:
            entry, mark = pictures._getmp()[0xB002][1], pictures.info["mpoffset"]
        second = data[mark + entry["DataOffset"] :][: entry["Size"]]
        with Image.open(io.BytesIO(second)) as picture:
            assert picture.size == (32, 24)
            assert second.endswith(b"\xff\xd9")
    else:
        assert b"MPF\0" not in data


def test_we_read_what_we_wrote(rgb8, gain_map, tmp_path, p3):
    metadata = Metadata(icc=p3, xmp=files.base_xmp(motion='xmp:Rating="4"'))
    photo = Photo(pixels=rgb8, gain_map=gain_map, motion=CLIP, metadata=metadata)
    metadata = capture.metadata_for_output(photo, photo.size, "test")
    once = capture.read(capture.write(replace(photo, metadata=metadata), tmp_path / "a.jpg"))
    assert once.notes == ()
    assert once.motion == CLIP
    assert np.abs(once.gain_map.pixels.astype(int) - gain_map.pixels).max() <= 4
    assert replace(once.gain_map, pixels=gain_map.pixels) == replace(gain_map, pixels=gain_map.pixels)
    again = capture.metadata_for_output(once, once.size, "test")
    twice = capture.write(replace(once, metadata=again), tmp_path / "b.jpg").read_bytes()
    assert twice.count(b"Container:Directory>") == 2  # one list, opened and closed
    assert twice.count(b'Item:Semantic="GainMap"') == 1


def test_a_packet_that_is_too_long_gives_way_to_the_list(rgb8, gain_map):
    long = files.base_xmp(motion=f'xmp:Label="{"x" * 70_000}"')
    data = written(Photo(pixels=rgb8, gain_map=gain_map, metadata=Metadata(xmp=long)))
    assert b"x" * 1000 not in data
    assert light(data).max() > 1


def test_nothing_to_carry_nothing_changes(rgb8):
    assert written(Photo(pixels=rgb8)) == encode.jpeg_bytes(rgb8, Metadata(), 95)
