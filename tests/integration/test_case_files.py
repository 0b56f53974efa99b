"""The files of the reference folder of cases, each with its right outcome, through the command line."""

import contextlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.transparency import on_white
from dualzoom.cli import main
from dualzoom.opacity import filled

#: File → bits, mean of all samples as the viewer shows it (of 255), and words of the one note ("": none).
READ = {
    "formats/a.hif": (8, 132.2, ""),
    "formats/la.png": (8, 128.9, ""),
    "formats/onebit.png": (8, 128.3, ""),
    "formats/a.avif": (8, 131.9, ""),
    "formats/a.jxl": (8, 132.2, ""),
    "formats/a.webp": (8, 132.2, ""),
    "formats/palette-trans.png": (8, 132.1, ""),
    "formats/rgba.tif": (8, 132.2, ""),
    "formats/rgba16.png": (16, 132.2, ""),
    "formats/ten.heic": (16, 132.2, ""),
    "exifbomb.jpg": (8, 127.5, "the EXIF block is damaged"),
    "subifd200k.tif": (8, 127.5, ""),
    "xmpquadz.png": (8, 127.0, "the XMP packet of the PNG is damaged"),
    "gpano/wide.jpg": (8, 132.2, ""),
    "motion-oppo/wide.jpg": (8, 132.2, "motion video"),
    "tiny16/wide.jpg": (8, 132.0, ""),
    "tiny16/tele.jpg": (8, 147.1, ""),
    "mixedext/A-wide.jpg": (8, 132.2, ""),
    "mixedext/A-tele.jpg": (8, 146.9, ""),
    "mixedext/B-wide.webp": (8, 132.2, ""),
    "mixedext/C-wide.avif": (8, 131.9, ""),
    "mixedext/D-wide.hif": (8, 132.2, ""),
    "mixedext/D-tele.hif": (8, 146.9, ""),
    "digitalzoom-wide.png": (8, 108.1, ""),
    "digitalzoom-tele.png": (8, 105.5, ""),
    "digitalzoom-truth.png": (8, 108.7, ""),
    "csv/w 1.jpg": (8, 132.2, ""),
    "csv/t 1.jpg": (8, 146.9, ""),
    "android/PXL_20240501_100000123-edited.jpg": (8, 132.2, ""),
    "android/PXL_20240501_100000123.jpg": (8, 132.2, ""),
    "android/PXL_20240501_100005456.jpg": (8, 146.9, ""),
    "android/PXL_20240501_100005456~2.jpg": (8, 146.9, ""),
    "f35-wide-says-64/wide.jpg": (8, 132.2, ""),
    "f35-wide-says-64/tele.jpg": (8, 146.9, ""),
    "night-hard/wide.jpg": (8, 32.8, ""),
    "night-hard/tele.jpg": (8, 35.1, ""),
    "same/wide.jpg": (8, 132.2, ""),
    "same/tele.jpg": (8, 132.2, ""),
    "tele-is-crop/wide.jpg": (8, 132.2, ""),
    "tele-is-crop/tele.jpg": (8, 157.4, ""),
    "nested/100APPLE/IMG_1234.JPG": (8, 132.2, ""),
    "nested/100APPLE/IMG_1235.JPG": (8, 146.9, ""),
    "nested/101APPLE/deep/A2.JPG": (8, 132.2, ""),
    "nested/101APPLE/deep/A3.JPG": (8, 146.9, ""),
}
TRANSPARENT = {"formats/palette-trans.png", "formats/rgba.tif", "formats/rgba16.png"}


def zoom(path: Path, out: Path) -> tuple[int, str]:
    """Exit code and stderr of `dualzoom zoom`."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = main(["zoom", str(path), "-o", str(out)])
    return code, said.getvalue()


def test_every_picture_of_the_folder_has_an_outcome(shared):
    cases = shared / "cases"
    found = {
        str(path.relative_to(cases)) for path in cases.rglob("*") if path.is_file() and path.suffix != ".csv"
    }
    assert found == READ.keys()


@pytest.mark.parametrize("name", READ)
def test_read(name, shared):
    bits, mean, note = READ[name]
    photo = capture.read(shared / "cases" / name)
    assert photo.bit_depth == bits
    assert photo.pixels.mean() / photo.peak * 255 == pytest.approx(mean, abs=0.1)
    assert [note in text for text in photo.notes] == ([True] if note else [])
    assert (photo.alpha is not None) == (name in TRANSPARENT)


@pytest.mark.parametrize(
    "name", [name for name in READ if name.startswith(("formats", "xmp", "exif", "subifd"))]
)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif", ".jxl"])
def test_read_becomes_a_result_of_the_same_levels(name, suffix, shared, tmp_path, repeat):
    """The command enlarges it, keeps its depth where the format can, and says each note once."""
    bits, mean, note = READ[name]
    code, said = zoom(shared / "cases" / name, tmp_path / f"out{suffix}")
    assert code == 0, said
    made = capture.read(tmp_path / f"out{suffix}")
    assert made.bit_depth == (8 if suffix in (".jpg", ".webp") else bits)
    assert (made.alpha is not None) == (name in TRANSPARENT and suffix != ".jpg")
    if name in TRANSPARENT:
        photo = filled(capture.read(shared / "cases" / name))
        shown = photo.pixels if suffix != ".jpg" else on_white(photo.pixels, photo.alpha)
        mean = shown.mean() / photo.peak * 255
        assert said.count("laid on white") == (suffix == ".jpg")
    assert made.pixels.mean() / made.peak * 255 == pytest.approx(mean, abs=0.5)
    if note:
        assert said.count(note) == 1


@pytest.mark.parametrize("far", [(1 << 32) + 8, (1 << 64) - 1])
@pytest.mark.parametrize("role", ["offset", "width"])
def test_a_bigtiff_that_speaks_of_more_than_4_gb_is_code_4(far, role, tmp_path, repeat):
    """A file of a hundred bytes, whose first directory or width lies beyond."""
    row = struct.pack("<HHQQ", 256, 16, 1, far)
    first = far if role == "offset" else 16
    path = tmp_path / "big.tif"
    path.write_bytes(b"II+\0\x08\0\0\0" + struct.pack("<QQ", first, 1) + row + bytes(64))
    code, said = zoom(path, tmp_path / "out.png")
    assert code == 4
    assert str(path) in said
    assert len(said.splitlines()) == 1


def test_one_picture_in_many_formats_agrees(shared):
    """It differs by coding and by the colours of a palette only."""
    names = [f"formats/{name}" for name in ("a.hif", "a.avif", "a.jxl", "a.webp", "rgba.tif", "ten.heic")]
    names.append("formats/palette-trans.png")
    photos = [capture.read(shared / "cases" / name) for name in names]
    first, *others = (np.asarray(photo.pixels / photo.peak, np.float32) for photo in photos)
    assert all(np.abs(other - first).mean() < 0.025 for other in others)
