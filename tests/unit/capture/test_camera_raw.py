"""Cameras' own raw files: known by content, developed by LibRaw, described by their metadata, refused in one line.

No camera's files can be shipped here; a phone's mosaic without the DNG version is what NEF, ARW and PEF are.
"""

import struct

import numpy as np
import pytest
import rawpy
import tifffile

from dualzoom import capture
from dualzoom.capture import camera_raw, ifd
from dualzoom.capture.header import read_header
from dualzoom.capture.orientation import upright
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


def without_version(data):
    return data.replace(struct.pack("<HHI", 50706, 1, 4), struct.pack("<HHI", 50705, 1, 4))


@pytest.fixture
def nef(scene, make_dng, tmp_path):
    """A mosaic as Nikon's cameras store it: LibRaw takes it for a D90's and cuts its margins off."""
    tags = ((271, 2, 0, "NIKON CORPORATION", False), (272, 2, 0, "NIKON D90", False), (274, 3, 1, 6, False))
    path = make_dng(tmp_path / "a.dng", scene, tags=tags)
    path = path.rename(tmp_path / "a.nef")
    path.write_bytes(without_version(path.read_bytes()))
    return path


def test_a_camera_that_libraw_knows_is_developed(nef, scene):
    photo = capture.read(nef)
    assert photo.pixels.dtype == np.uint16
    assert photo.lens.model == "NIKON D90"
    assert photo.notes == ()
    with rawpy.imread(str(nef)) as raw:
        alone = raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT, use_camera_wb=True, no_auto_bright=True,
            adjust_maximum_thr=0.0, gamma=(2.4, 12.92), output_bps=16, user_flip=0,
        )  # fmt: skip
    assert np.array_equal(photo.pixels, upright(alone, 6))
    assert alone.shape[0] == scene.shape[0]


def test_its_result_as_dng_is_developed_alike(nef, tmp_path):
    photo = capture.read(nef)
    again = capture.read(capture.write(photo, tmp_path / "out.dng"))
    assert np.abs(again.pixels.astype(int) - photo.pixels).mean() < 30
    assert again.lens == photo.lens


def test_its_header_is_read_without_its_pixels(nef):
    header = read_header(nef)
    assert header.lens.make == "NIKON CORPORATION"


def test_the_limit_holds_before_development(nef, monkeypatch):
    monkeypatch.setattr("dualzoom.capture.raw.develop", lambda *_: pytest.fail("developed"))
    with pytest.raises(CaptureError, match="limit"):
        capture.read(nef, CaptureSettings(max_megapixels=0.01))


def test_a_picture_larger_than_its_bytes_can_hold_is_refused(nef, monkeypatch):
    """A file that hides its size: LibRaw finds it, and the worker compares."""
    monkeypatch.setattr(camera_raw, "_PIXELS_PER_BYTE", -50.0)
    with pytest.raises(CaptureError, match=r"camera raw file \(.*; convert it"):
        capture.read(nef)


def test_cut_short_it_is_refused(nef):
    data = nef.read_bytes()
    for length in (len(data) - 1, len(data) // 2, 200):
        nef.write_bytes(data[:length])
        with pytest.raises(CaptureError):
            capture.read(nef)


def box(kind, *content):
    data = b"".join(content)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def blocks(make_exif):
    """EXIF's directories as four blocks, each a structure of its own, and the whole block."""
    whole = ifd.parse(make_exif().tobytes()[6:])
    parts = {b"CMT1": whole.main.entries, b"CMT2": whole.main.children[ifd.EXIF_IFD].entries,
             b"CMT4": whole.main.children[ifd.GPS_IFD].entries}  # fmt: skip
    from dualzoom.capture.ifd_write import serialise

    return {
        name: serialise(ifd.Block(whole.order, ifd.Directory(dict(part)))) for name, part in parts.items()
    }


def cr3(make_exif):
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    parts = [box(name, block) for name, block in blocks(make_exif).items()]
    moov = box(b"moov", box(b"uuid", canon, *parts), box(b"trak", bytes(40)))
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + moov + box(b"mdat", bytes(600))


def raf(make_exif):
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "jpeg", exif=make_exif())
    jpeg = out.getvalue()
    head = b"FUJIFILMCCD-RAW 0201FF389501X-T3".ljust(84, b"\0")
    head += struct.pack(">2I", 160, len(jpeg)) + bytes(8) + struct.pack(">2I", 160 + len(jpeg), 300)
    return head.ljust(160, b"\0") + jpeg + bytes(300)


def numbered(number):
    def make(make_exif):
        exif = make_exif()
        exif.endian = "<"
        return number + exif.tobytes()[10:] + bytes(300)

    return make


FILES = {"CR3": cr3, "RAF": raf, "RW2": numbered(b"IIU\0"), "ORF": numbered(b"IIRO"), "ORF2": numbered(b"IIRS"),
         "CR2": lambda make: b"II*\0\x10\0\0\0CR\2\0\0\0\0\0" + bytes(300)}  # fmt: skip


@pytest.mark.parametrize("name", ["CR3", "RAF", "RW2", "ORF", "ORF2"])
def test_metadata_of_other_kinds(name, make_exif, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(FILES[name](make_exif))
    header = read_header(path)
    assert header.lens.focal_35mm == 26
    assert header.lens.model == "Phone 7"
    assert header.taken is not None
    block = ifd.parse(camera_raw.metadata(path.read_bytes()).exif)
    assert block.main.children[ifd.GPS_IFD].entries


@pytest.mark.parametrize("name", FILES)
def test_what_libraw_does_not_know_is_refused_in_one_line(name, make_exif, tmp_path):
    """Right at the head, without a picture behind it."""
    path = tmp_path / "a.jpg"
    path.write_bytes(FILES[name](make_exif))
    with pytest.raises(CaptureError, match=r"camera raw|no directory") as caught:
        capture.read(path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("name", ["CR3", "RAF"])
def test_boxes_and_parts_beyond_the_end_are_a_truncated_file(name, make_exif, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(FILES[name](make_exif)[:-100])
    with pytest.raises(CaptureError, match="truncated"):
        capture.read(path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [16, 40, 90, 120])
def test_a_head_alone_has_no_metadata_and_no_pixels(name, length, make_exif, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(FILES[name](make_exif)[:length])
    read_header(path)
    with pytest.raises(CaptureError):
        capture.read(path)


def test_a_tiff_stays_a_tiff_whatever_its_name(rgb8, tmp_path):
    tifffile.imwrite(tmp_path / "a.nef", rgb8, photometric="rgb")
    assert np.array_equal(capture.read(tmp_path / "a.nef").pixels, rgb8)
