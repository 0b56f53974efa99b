"""EXIF and XMP of a narrower frame, read by another program."""

import io
from dataclasses import replace

import exifread
import pytest

from dualzoom import capture
from dualzoom.capture.photo import Lens

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description exif:FocalLengthIn35mmFilm="26" xmp:Rating="5">'
    b"<exif:DigitalZoomRatio>3/2</exif:DigitalZoomRatio>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def wide(rgb8, make_exif, save):
    return capture.read(save("wide.jpg", rgb8, exif=make_exif(), xmp=XMP))


def tags(block):
    found = exifread.process_file(io.BytesIO(block), details=False)
    return {name: float(tag.values[0]) for name, tag in found.items() if not isinstance(tag.values, str)}


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.37, 6.0])
def test_the_field_of_view_is_true(zoom, wide):
    """The test's phone says 26 mm, a digital zoom of 1.5 and 300 pixels per length on the sensor."""
    made = capture.metadata_for_output(wide, wide.size, "dualzoom", zoom=zoom)
    before, after = tags(wide.metadata.exif), tags(made.exif)
    assert after["EXIF FocalLengthIn35mmFilm"] == round(26 * zoom)
    assert after["EXIF DigitalZoomRatio"] == pytest.approx(1.5 * zoom, rel=1e-4)
    assert after["EXIF FocalPlaneXResolution"] == pytest.approx(300 * zoom, rel=1e-4)
    assert after["EXIF FocalLength"] == before["EXIF FocalLength"]
    assert ("EXIF SubjectArea" in after) == (zoom == 1.0)
    lens = capture.lens_at(wide.lens, zoom)
    assert (lens.focal_35mm, lens.digital_zoom) == (round(26 * zoom), pytest.approx(1.5 * zoom))


def test_xmp_agrees(wide):
    packet = capture.metadata_for_output(wide, wide.size, "dualzoom", zoom=2.0).xmp
    assert b'exif:FocalLengthIn35mmFilm="52"' in packet
    assert b"<exif:DigitalZoomRatio>3/1<" in packet
    assert b'xmp:Rating="5"' in packet


def test_what_is_not_known_is_not_invented(wide, rgb8):
    bare = replace(wide, lens=Lens(), metadata=capture.Metadata())
    made = capture.metadata_for_output(bare, bare.size, "dualzoom", zoom=2.0)
    assert "EXIF FocalLengthIn35mmFilm" not in tags(made.exif)
    assert made.xmp is None


def test_nothing_kept_means_no_note_either(wide):
    made = capture.metadata_for_output(
        wide, wide.size, "dualzoom", keep="none", zoom=2.0, provenance={"Tele": "a.jpg"}
    )
    assert made.xmp is None
    assert set(tags(made.exif)) == {
        "Image Orientation", "Image ExifOffset", "EXIF ExifVersion", "EXIF ExifImageWidth", "EXIF ExifImageLength",
    }  # fmt: skip


def test_a_size_that_is_no_multiple_keeps_the_sensor_true(wide):
    from dualzoom.geometry import Size

    made = capture.metadata_for_output(wide, Size(100, 75), "dualzoom")
    assert tags(made.exif)["EXIF FocalPlaneXResolution"] == pytest.approx(300 * 100 / 128)
