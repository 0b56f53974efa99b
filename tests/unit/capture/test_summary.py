"""The summary of a photo: rows in a fixed order, nothing of where it was taken, and no empty rows."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.capture.summary import summarise
from dualzoom.capture.xmp import with_provenance


def test_a_phones_photo(make_exif, p3, rgb8, save):
    path = save("a.jpg", rgb8, exif=make_exif(), icc_profile=p3, xmp=with_provenance(None, {"Tele": "t.jpg"}))
    rows = summarise(capture.read(path))
    assert list(rows)[:4] == ["File", "Pixels", "Bits a channel", "Colours"]
    expected = {
        "File": "a.jpg", "Pixels": "128 × 96 (0.0 megapixels)", "Bits a channel": "8", "Camera": "Maker",
        "Model": "Phone 7", "Focal length, mm": "4.25", "… as on 35 mm": "26", "Digital zoom": "1.5",
        "Exposure, s": "1/100", "Aperture": "1.8", "ISO": "64", "Place (GPS)": "yes", "XMP, IPTC": "XMP",
        "dualzoom: Tele": "t.jpg", "Taken": "2024:05:06 07:08:09",
    }  # fmt: skip
    assert expected.items() <= rows.items()


def test_the_place_itself_is_not_told(make_exif, rgb8, save):
    text = " ".join(summarise(capture.read(save("a.jpg", rgb8, exif=make_exif()))).values())
    assert "47" not in text
    assert "22" not in text


def test_without_metadata_only_the_picture_is_told():
    rows = summarise(Photo(pixels=np.zeros((4, 6, 3), np.uint16)))
    assert rows == {"Pixels": "6 × 4 (0.0 megapixels)", "Bits a channel": "16", "Colours": "sRGB"}


@pytest.mark.parametrize("block", [b"", b"II*\0", b"nonsense"])
def test_damaged_blocks_leave_rows_out(block, rgb8):
    rows = summarise(Photo(pixels=rgb8, metadata=Metadata(exif=block, icc=block or None, xmp=block)))
    assert set(rows) <= {"Pixels", "Bits a channel", "Colours", "XMP, IPTC"}


def test_what_lies_beside_the_picture(rgb8):
    grey = np.ascontiguousarray(rgb8[::4, ::4, 0])
    gain_map = GainMap(pixels=grey, lowest=(0.0,), highest=(2.0,), hdr_headroom=2.25)
    both = Photo(pixels=rgb8, gain_map=gain_map, motion=Motion(b""))
    assert capture.summarise(both)["Beside the picture"] == "HDR gain map, 2.2 stops; motion video"
    assert "Beside the picture" not in capture.summarise(Photo(pixels=rgb8))
