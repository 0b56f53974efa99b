"""JPEG and PNG as other programs read them: chroma, quality, long profiles and blocks."""

import struct
import zlib

import numpy as np
import pytest
from PIL import JpegImagePlugin

from dualzoom import capture
from dualzoom.capture import encode, ifd, jpeg
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import WriteError
from dualzoom.settings import WriteSettings


@pytest.mark.parametrize(("quality", "sampling"), [(91, 2), (92, 0), (100, 0)])
def test_jpeg_keeps_chroma_from_quality_92(quality, sampling, photo, tmp_path, open_image):
    path = capture.write(photo, tmp_path / "a.jpg", WriteSettings(quality=quality))
    assert JpegImagePlugin.get_sampling(open_image(path)) == sampling
    error = np.abs(capture.read(path).pixels.astype(int) - photo.pixels)
    assert error.mean() < 2


def test_quality_costs_bytes(photo, tmp_path):
    sizes = [
        capture.write(photo, tmp_path / f"{q}.jpg", WriteSettings(quality=q)).stat().st_size
        for q in (70, 85, 98)
    ]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_a_jpeg_too_wide_for_the_format_is_refused(tmp_path):
    with pytest.raises(WriteError, match="65500 pixels"):
        capture.write(Photo(pixels=np.zeros((1, 65501, 3), np.uint8)), tmp_path / "a.jpg")


def test_a_profile_longer_than_a_segment_is_split(rgb8, p3, tmp_path, open_image):
    long = p3 + bytes(150_000)
    path = capture.write(Photo(pixels=rgb8, metadata=Metadata(icc=long)), tmp_path / "out.jpg")
    assert open_image(path).info["icc_profile"] == long
    assert capture.read(path).metadata.icc == long


def long_exif(make_exif, size: int) -> bytes:
    """A phone's EXIF with an entry of `size` bytes and a hundred of 400."""
    block = ifd.parse(make_exif().tobytes()[6:])
    block.main.entries[37510] = ifd.Entry(7, size, bytes(size))
    block.main.entries |= {50000 + number: ifd.Entry(7, 400, bytes(400)) for number in range(100)}
    block.thumbnail = b"\xff\xd8" + bytes(9000)
    return serialise(block)


@pytest.mark.parametrize("size", [10, 30_000, 100_000])
@pytest.mark.parametrize("room", [65_527, 30_000, 3_000])
def test_a_long_exif_block_loses_thumbnail_and_largest_entries_first(size, room, make_exif):
    whole = long_exif(make_exif, size)
    fitted = encode.fit_exif(whole, room)
    if len(whole) <= room:
        assert fitted == whole
        return
    block = ifd.parse(fitted)
    assert len(fitted) <= room
    assert block.thumbnail is None
    assert ifd.integers(block.main.entries[274], block.order) == (1,)
    assert (37510 in block.main.entries) <= (size < room)
    assert 34853 in block.main.children  # GPS, of small entries


def test_what_a_jpeg_cannot_hold_is_a_note_for_each_block():
    long = bytes(70_000)
    assert encode.jpeg_notes(Metadata()) == ()
    assert encode.jpeg_notes(Metadata(exif=b"a", xmp=b"b", iptc=b"c")) == ()
    notes = encode.jpeg_notes(Metadata(exif=long, xmp=long, iptc=long))
    assert [note.split()[1] for note in notes] == ["EXIF", "XMP", "IPTC"]


def test_a_jpeg_without_what_it_cannot_hold_is_still_whole(rgb8):
    data = encode.jpeg_bytes(rgb8, Metadata(xmp=bytes(70_000), iptc=bytes(70_000), icc=b"kept"), 90)
    found = jpeg.segments(data)
    assert found.end == len(data)
    assert (found.width, found.height) == (128, 96)
    assert jpeg.metadata(found) == Metadata(icc=b"kept")


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_bytes_are_a_png_of_the_same_pixels(grey, bits, rgb8, rgb16, save, open_image):
    pixels = rgb8 if bits == 8 else rgb16
    path = save("a.png", rgb8)
    path.write_bytes(encode.png_bytes(pixels[:, :, 0] if grey else pixels[::2]))
    expected = pixels[:, :, :1].repeat(3, 2) if grey else pixels[::2]
    assert np.array_equal(capture.read(path).pixels, expected)
    assert open_image(path).mode == {(True, 8): "L", (True, 16): "I;16"}.get((grey, bits), "RGB")


def test_every_chunk_that_is_put_in_has_its_checksum(rgb8):
    metadata = Metadata(exif=b"II*\0", icc=b"profile", xmp=b"<x/>", iptc=b"records")
    data = b"".join(bytes(part) for part in encode.png_parts(rgb8, metadata))
    at, names = 8, []
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        assert (
            zlib.crc32(data[at + 4 : at + 8 + length]) == struct.unpack(">I", data[at + 8 + length :][:4])[0]
        )
        names.append(name)
        at += 12 + length
    assert names[:5] == [b"IHDR", b"iCCP", b"eXIf", b"iTXt", b"zTXt"]
    assert names[-1] == b"IEND"
