import io
from dataclasses import replace

import exifread
import numpy as np
import pytest
from PIL import ExifTags, Image

from dualzoom import capture
from dualzoom.capture import ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.geometry import Size
from dualzoom.settings import WriteSettings

SUFFIXES = [".jpg", ".png", ".tif"]
EXIF, GPS = 0x8769, 0x8825
TRUE_NOW = {"Image Orientation", "Image Software", "EXIF ExifImageWidth", "EXIF ExifImageLength"}
TRUE_NOW |= {"EXIF FocalPlaneXResolution", "EXIF FocalPlaneYResolution", "EXIF SubjectArea"}
POINTERS = {"Image ExifOffset", "Image GPSInfo"}  # where a directory lies, not what it says
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description tiff:Orientation="6" exif:PixelXDimension="128" xmp:Rating="5"><dc:title>A &amp; B</dc:title>'
    b"<exif:PixelYDimension>96</exif:PixelYDimension></rdf:Description></rdf:RDF></x:xmpmeta>"
)
IPTC = b"\x1c\x02\x50\x00\x06Author\x1c\x02\x69\x00\x05Title"


@pytest.fixture
def wide(rgb8, make_exif, save, p3):
    """A phone's JPEG, stored turned, with everything a file can carry."""
    path = save("wide.jpg", np.rot90(rgb8, 1), exif=make_exif(6), icc_profile=p3, xmp=XMP)
    photo = capture.read(path)
    assert photo.size == Size(128, 96)
    return replace(photo, metadata=replace(photo.metadata, iptc=IPTC))


@pytest.fixture
def result(wide):
    size = wide.size.scale(2)
    metadata = capture.metadata_for_output(wide, size, "dualzoom 9.9 (model)")
    return replace(wide, pixels=np.repeat(np.repeat(wide.pixels, 2, 0), 2, 1), metadata=metadata)


def tags(block: bytes) -> dict[str, str]:
    return {name: str(tag) for name, tag in exifread.process_file(io.BytesIO(block), details=False).items()}


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".webp", ".avif", ".jxl"])
def test_forty_tags_before_and_after(suffix, wide, result, tmp_path):
    """Read by an independent program; only what must change may change."""
    before = {name: value for name, value in tags(wide.metadata.exif).items() if name not in POINTERS}
    path = capture.write(result, tmp_path / f"out{suffix}")
    after = tags(capture.read(path).metadata.exif)
    kept = set(before) - TRUE_NOW
    assert len(kept) >= 40
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert after["Image Orientation"] == "Horizontal (normal)"
    assert after["Image Software"] == "dualzoom 9.9 (model)"
    assert (after["EXIF ExifImageWidth"], after["EXIF ExifImageLength"]) == ("256", "192")
    assert after["EXIF FocalPlaneXResolution"] == "600"  # the sensor is as large as before
    assert after["EXIF SubjectArea"] == "[194, 40, 20, 32]"  # stored: (20, 30, 16, 10) of 96 × 128, turned


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".webp", ".avif"])
def test_another_program_finds_everything(suffix, wide, result, tmp_path, open_image, make_exif):
    picture = open_image(capture.write(result, tmp_path / f"out{suffix}"))
    exif = picture.getexif()
    assert picture.size == (256, 192)
    assert exif[274] == 1
    assert exif.get_ifd(EXIF)[37500] == make_exif().get_ifd(EXIF)[37500]  # the maker note, byte for byte
    assert exif.get_ifd(GPS)[2] == (47.0, 22.0, 10.5)
    assert picture.info["icc_profile"] == wide.metadata.icc
    packet = picture.info["xmp"] if suffix != ".tif" else picture.tag_v2[700]
    assert b'xmp:Rating="5"' in packet
    assert b'tiff:Orientation="1"' in packet
    assert b'PixelXDimension="256"' in packet
    assert b"<exif:PixelYDimension>192<" in packet


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_blocks_come_back_through_our_reader(suffix, result, tmp_path):
    again = capture.read(capture.write(result, tmp_path / f"out{suffix}")).metadata
    assert again.icc == result.metadata.icc
    assert again.xmp == result.metadata.xmp
    assert again.iptc == IPTC


def test_iptc_reaches_other_programs(result, tmp_path):
    with Image.open(capture.write(result, tmp_path / "out.jpg")) as picture:
        assert picture.info["photoshop"][0x0404] == IPTC
    with Image.open(capture.write(result, tmp_path / "out.tif")) as picture:
        assert picture.tag_v2[33723] == IPTC


def test_writing_again_changes_nothing(result, tmp_path):
    """Generations of copies keep the same metadata."""
    once = capture.read(capture.write(result, tmp_path / "1.tif"))
    twice = capture.read(capture.write(once, tmp_path / "2.tif"))
    assert twice.metadata == once.metadata


def test_the_maker_note_stays_at_its_offset_in_jpeg_png_and_tiff(wide, result, tmp_path):
    def offset(block: bytes) -> int | None:
        return ifd.parse(block).main.children[EXIF].entries[37500].offset

    at = offset(wide.metadata.exif)
    for suffix in SUFFIXES:
        written = capture.read(capture.write(result, tmp_path / f"out{suffix}")).metadata.exif
        if suffix != ".tif":  # our reader takes a TIFF's block apart; look into the file itself
            assert offset(written) == at
    note = ifd.parse(wide.metadata.exif).main.children[EXIF].entries[37500].data
    assert (tmp_path / "out.tif").read_bytes()[at : at + len(note)] == note


def test_a_thumbnail_shows_the_new_view_upright(wide, result, rgb8, tmp_path, open_image):
    block = ifd.parse(wide.metadata.exif)
    block.thumbnail = b"\xff\xd8 an old thumbnail"
    turned = replace(wide, metadata=replace(wide.metadata, exif=serialise(block)))
    metadata = capture.metadata_for_output(turned, result.size, "dualzoom")
    path = capture.write(replace(result, metadata=metadata), tmp_path / "out.jpg")
    assert b"an old thumbnail" not in path.read_bytes()
    second = open_image(path).getexif().get_ifd(ExifTags.IFD.IFD1)
    block = capture.read(path).metadata.exif
    small = Image.open(io.BytesIO(block[second[513] : second[513] + second[514]]))
    assert small.size == (160, 120)
    expected = Image.fromarray(result.pixels).resize((160, 120), Image.Resampling.BOX)
    assert np.abs(np.asarray(small).astype(int) - np.asarray(expected)).mean() < 4


def test_no_thumbnail_is_invented(result):
    assert ifd.parse(result.metadata.exif).thumbnail is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_photo_without_metadata_gets_true_sizes(suffix, rgb8, tmp_path):
    path = capture.write(Photo(pixels=rgb8), tmp_path / f"out{suffix}")
    after = tags(capture.read(path).metadata.exif)
    assert (after["EXIF ExifImageWidth"], after["Image Orientation"]) == ("128", "Horizontal (normal)")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_exif_block_is_replaced(suffix, rgb8, tmp_path):
    photo = Photo(pixels=rgb8, metadata=Metadata(exif=b"MM\0*\0\0\0\x08\xff\xff nonsense"))
    after = tags(capture.read(capture.write(photo, tmp_path / f"out{suffix}")).metadata.exif)
    assert after["EXIF ExifImageWidth"] == "128"


def test_the_file_tells_the_truth_even_when_the_photo_does_not(wide, tmp_path, open_image):
    """A photo straight from `read` still carries its stored orientation."""
    picture = open_image(capture.write(wide, tmp_path / "out.jpg"))
    assert picture.getexif()[274] == 1
    assert picture.getexif().get_ifd(EXIF)[40962] == 128


def test_basic_leaves_out_place_and_person(wide, result):
    kept = capture.metadata_for_output(wide, result.size, "dualzoom", keep="basic")
    names = tags(kept.exif)
    assert not any(name.startswith("GPS") for name in names)
    assert "EXIF MakerNote" not in names
    assert names["EXIF FocalLengthIn35mmFilm"] == "26"
    assert kept.icc == wide.metadata.icc
    assert kept.xmp is None
    assert kept.iptc is None


def test_none_leaves_only_the_profile(wide, result):
    kept = capture.metadata_for_output(wide, result.size, "dualzoom", keep="none")
    names = tags(kept.exif)
    assert "Image Model" not in names
    assert "EXIF DateTimeOriginal" not in names
    assert names["EXIF ExifImageWidth"] == "256"
    assert kept.icc == wide.metadata.icc


def test_provenance_is_written(wide, result):
    note = {"Model": "dcsr-lite", "Weights": "ab" * 32, "Tele": 'tele "2" <3>.jpg'}
    packet = capture.metadata_for_output(wide, result.size, "dualzoom", provenance=note).xmp
    assert b'dualzoom:Model="dcsr-lite"' in packet
    assert b"tele &quot;2&quot; &lt;3&gt;.jpg" in packet
    assert b'xmp:Rating="5"' in packet


def test_an_exif_block_longer_than_a_jpeg_holds_loses_its_largest_entries(wide, tmp_path, open_image):
    block = ifd.parse(wide.metadata.exif)
    block.main.entries[37510] = ifd.Entry(7, 100_000, bytes(100_000))
    large = replace(wide, metadata=replace(wide.metadata, exif=serialise(block)))
    exif = open_image(capture.write(large, tmp_path / "out.jpg")).getexif()
    assert exif[272] == "Phone 7"
    assert exif.get_ifd(GPS)[1] == "N"
    assert len(capture.read(capture.write(large, tmp_path / "out.png")).metadata.exif) > 100_000
    assert "longer than a JPEG can hold" in capture.read(tmp_path / "out.png").notes[0]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_files_carry_metadata_too(suffix, rgb16, wide, tmp_path):
    photo = wide.with_pixels(rgb16)
    again = capture.read(capture.write(photo, tmp_path / f"out{suffix}", WriteSettings(bit_depth=16)))
    assert np.array_equal(again.pixels, rgb16)
    assert again.metadata.icc == wide.metadata.icc
    assert again.metadata.iptc == IPTC
    assert again.lens == wide.lens


def test_a_prints_resolution_stands_in_exif_xmp_and_sidecar(wide, tmp_path):
    from dualzoom.capture.sidecar import Sidecar

    beside = replace(wide, sidecar=Sidecar(XMP, False, tmp_path / "a.xmp"))
    made = capture.metadata_for_output(wide, Size(64, 48), "us", dpi=360.0)
    packet = capture.sidecar_for_output(beside, Size(64, 48), "us", dpi=360.0).packet
    assert exifread.process_file(io.BytesIO(made.exif))["Image XResolution"].printable == "360"
    for text in (made.xmp, packet):
        assert text.count(b'tiff:XResolution="360/1"') == text.count(b'tiff:ResolutionUnit="2"') == 1
    bare = capture.metadata_for_output(wide, Size(64, 48), "us", dpi=360.0, keep="none")
    assert bare.xmp is None
