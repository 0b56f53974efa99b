"""JPEG: pixels as another decoder gives them, damage refused or told, and nothing of a second picture kept."""

import contextlib
import struct
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import jpeg
from dualzoom.errors import CaptureError


def test_jpeg_pixels_are_those_of_another_decoder(rgb8, save, open_image):
    path = save("a.jpg", rgb8, quality=80)
    assert np.array_equal(capture.read(path).pixels, np.asarray(open_image(path)))


def test_progressive_jpeg(rgb8, save, open_image):
    path = save("a.jpg", rgb8, quality=80, progressive=True)
    assert np.array_equal(capture.read(path).pixels, np.asarray(open_image(path)))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_the_strict_decoder_gives_the_pixels_of_the_other(mode, subsampling, rgb8, save):
    path = save("a.jpg", Image.fromarray(rgb8).convert(mode), subsampling=subsampling)
    data = path.read_bytes()
    pixels, notes = jpeg._pixels(path, data, {"RGB": 3, "L": 1, "CMYK": 4}[mode])
    assert notes == ()
    assert np.array_equal(np.squeeze(pixels), imagecodecs.jpeg8_decode(data))


def test_a_thousand_scans_are_refused(rgb8, save):
    """Every scan of a bomb costs a whole frame of work."""
    data = save("a.jpg", rgb8, progressive=True).read_bytes()
    scan = data.rindex(b"\xff\xda")
    bomb = data[:scan] + (data[scan:-2]) * 200 + b"\xff\xd9"
    path = save("b.jpg", rgb8)
    path.write_bytes(bomb)
    with pytest.raises(CaptureError, match="scans"):
        capture.read(path)


def scan_of(data):
    """Where the picture's data begins."""
    at = data.rindex(b"\xff\xda")
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def overwritten(data, how):
    """The file with its middle lost, as a bad card or a broken download leaves it; markers are all there."""
    start, end = scan_of(data), len(data) - 2
    middle, room = (start + end) // 2, (end - start) // 5
    match how:
        case "zeroed":
            return data[:middle] + bytes(room) + data[middle + room :]
        case "ones":
            return data[:middle] + b"\xff\0" * (room // 2) + data[middle + 2 * (room // 2) :]
        case "short":
            return data[:middle] + data[end:]
        case "swapped":  # restart markers out of order
            return data.replace(b"\xff\xd1", b"\xff\xd5")
    raise ValueError(how)


@pytest.fixture
def busy(scene):
    """The scene with noise, so that its data has some length."""
    noise = np.random.default_rng(1).integers(-9, 10, scene.shape)
    return np.clip(np.rint(scene * 255) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("how", ["short", "swapped"])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_lost_in_its_middle_is_refused(how, subsampling, busy, save):
    """A decoder would fill it with grey or smear, and call that success."""
    rows = 1 if how == "swapped" else 0
    path = save("a.jpg", busy, quality=92, restart_marker_rows=rows, subsampling=subsampling)
    assert capture.read(path).notes == ()
    path.write_bytes(overwritten(path.read_bytes(), how))
    with pytest.raises(CaptureError, match="damaged") as caught:
        capture.read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("how", ["zeroed", "ones", "short"])
@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"progressive": True}])
def test_no_jpeg_lost_in_its_middle_is_read_in_silence(how, options, busy, save):
    """Zeros may be read as blocks, too many of them; what is then left over is told."""
    path = save("a.jpg", busy, quality=92, **options)
    path.write_bytes(overwritten(path.read_bytes(), how))
    with contextlib.suppress(CaptureError):
        assert capture.read(path).notes


@pytest.mark.parametrize("count", [11, 300])
def test_stray_bytes_in_a_jpeg_are_told_of_the_file(count, rgb8, save):
    path = save("a.jpg", rgb8)
    data = path.read_bytes()
    whole = capture.read(path)
    path.write_bytes(data[:-2] + b"\x55" * count + data[-2:])
    photo = capture.read(path)
    assert np.array_equal(photo.pixels, whole.pixels)
    (note,) = photo.notes
    assert note.startswith("a.jpg may be damaged")


def test_a_multi_picture_file_gives_its_first_with_a_note(rgb8, tmp_path, open_image):
    path = tmp_path / "a.jpg"
    second = Image.fromarray(255 - rgb8)
    Image.fromarray(rgb8).save(path, "MPO", save_all=True, append_images=[second])
    photo = capture.read(path)
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 3
    assert "multi-picture" in photo.notes[0]
    written = capture.write(photo, tmp_path / "out.jpg")
    assert open_image(written).format == "JPEG"  # not half a multi-picture file
    assert b"MPF\0" not in written.read_bytes()


def test_a_gain_map_is_left_out_with_a_note_and_wholly(rgb8, save, tmp_path):
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" xmp:Rating="4">'
        b'<Container:Directory><rdf:Seq><rdf:li Item:Semantic="GainMap"/></rdf:Seq></Container:Directory>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    path = save("a.jpg", rgb8, xmp=xmp)
    path.write_bytes(path.read_bytes() + save("map.jpg", rgb8[::4, ::4, 0]).read_bytes())
    photo = capture.read(path)
    assert "gain map is left out" in photo.notes[0]
    written = capture.write(photo, tmp_path / "out.jpg").read_bytes()
    assert b"hdrgm:Version" not in written
    assert b"GainMap" not in written
    assert b"hdr-gain-map" not in written
    assert b'xmp:Rating="4"' in written


@pytest.mark.parametrize(
    "name",
    [
        "mixed/gain-map.jpg",
        "ultrahdr/Ultra_HDR_Samples_Originals_01.jpg",
        "phone/iphone_15_pro.heic",
        "heic/pug.heic",
    ],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_nothing_of_a_reference_gain_map_is_copied(name, suffix, shared, tmp_path):
    """One picture in the result, and no word that another were there, where the gain map is not wanted."""
    photo = replace(capture.read(shared / "robustness" / name), gain_map=None)
    corner = photo.with_pixels(photo.pixels[:64, :64])
    metadata = capture.metadata_for_output(corner, corner.size, "test")
    written = capture.write(replace(corner, metadata=metadata), tmp_path / f"out{suffix}")
    data = written.read_bytes() + (capture.read(written).metadata.xmp or b"")
    for mark in (b"MPF\0", b"hdrgm", b"HDRGainMap", b"GainMap", b"hdr-gain-map", b"21496"):
        assert mark not in data
    if suffix == ".jpg":
        assert jpeg.segments(data).end == written.stat().st_size  # nothing follows the picture


def samsung(entries: dict[bytes, bytes]) -> bytes:
    """Samsung's trailer: the named data, then a directory of where each lies, counted from the directory."""
    parts = [b"\0\0\x30\x0a" + struct.pack("<I", len(name)) + name + data for name, data in entries.items()]
    rows, at = b"", sum(map(len, parts))
    for part in parts:
        rows += b"\0\0\x30\x0a" + struct.pack("<II", at, len(part))
        at -= len(part)
    directory = b"SEFH" + struct.pack("<II", 106, len(parts)) + rows
    return b"".join(parts) + directory + struct.pack("<I", len(directory)) + b"SEFT"


VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(3000)


@pytest.mark.parametrize(
    ("trailer", "video"),
    [
        (samsung({b"MotionPhoto_Data": VIDEO}), True),
        (samsung({b"Image_UTC_Data": b"1714990089000", b"MotionPhoto_Data": VIDEO}), True),
        (VIDEO, True),  # as Google's phones append it
        (samsung({b"Image_UTC_Data": b"1714990089000"}), False),  # every Samsung photo has this
        (b"", False),
        (bytes(5000), False),
    ],
)
def test_a_video_behind_the_picture_is_dropped_with_a_note(trailer, video, rgb8, save, tmp_path):
    path = save("a.jpg", rgb8)
    path.write_bytes(path.read_bytes() + trailer)
    photo = capture.read(path)
    assert any("the motion video behind the picture is left out" in note for note in photo.notes) == video
    written = capture.write(photo, tmp_path / "out.jpg").read_bytes()
    assert not any(mark in written for mark in (b"MotionPhoto", b"SEFT", b"ftyp"))


def test_the_word_inside_the_picture_is_no_video(rgb8, save):
    photo = capture.read(save("a.jpg", rgb8, comment=b"MotionPhoto_Data"))
    assert photo.notes == ()
