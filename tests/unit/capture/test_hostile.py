"""Law: whatever the bytes, `read` gives a photo or a CaptureError of one line; cut short, a file is refused."""

import contextlib
import struct
import time
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.capture import jpeg
from dualzoom.errors import CaptureError

FORMATS = ["jpg", "png", "tif", "dng"]


@pytest.fixture(scope="module")
def originals(tmp_path_factory, faults):
    """Files of each format, ours and others', as bytes."""
    return faults.originals(tmp_path_factory.mktemp("originals"))


@pytest.mark.parametrize("name", FORMATS)
def test_the_originals_read(name, originals, tmp_path):
    for data in originals[name]:
        (tmp_path / "whole").write_bytes(data)
        assert capture.read(tmp_path / "whole").size.width == 128


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("tenth", range(10))
def test_truncation_is_refused(name, tenth, originals, faults, tmp_path):
    for data in originals[name]:
        for part in faults.cut(data, tenth):
            (tmp_path / "cut").write_bytes(part)
            with pytest.raises(CaptureError) as caught:
                capture.read(tmp_path / "cut")
            assert "\n" not in str(caught.value)


def survive(
    faults, name: str, count: int, originals: dict[str, list[bytes]], folder: Path
) -> tuple[int, int]:
    """How many of `count` mutants were read and how many refused."""
    read = refused = 0
    for number in range(count):
        (folder / "mutant").write_bytes(faults.mutant(originals, name, number))
        started = time.monotonic()
        try:
            photo = capture.read(folder / "mutant")
        except CaptureError:
            refused += 1
        else:
            read += 1
            assert photo.pixels.ndim == 3
            assert photo.pixels.dtype in (np.uint8, np.uint16)
            capture.metadata_for_output(photo, photo.size.scale(2), "test")
        assert time.monotonic() - started < 30
    return read, refused


@pytest.mark.parametrize("name", FORMATS)
def test_mutants_are_read_or_refused(name, faults, originals, tmp_path, capfd):
    number = 10 if name == "dng" else 100
    read, refused = survive(faults, name, number, originals, tmp_path)
    assert read > 0
    assert refused > 0
    if name != "png":  # libpng prints about its header
        assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_two_thousand_mutants(name, faults, originals, tmp_path):
    assert sum(survive(faults, name, 2000, originals, tmp_path)) == 2000


def reference_files():
    """The odd files of the reference folder, or one name that skips."""
    root = Path(__file__).resolve().parents[4] / "shared"
    files = sorted(path for folder in ("robustness", "dng") for path in root.joinpath(folder).rglob("*"))
    return [pytest.param(path, id=str(path.relative_to(root))) for path in files if path.is_file()] or [None]


@pytest.mark.parametrize("path", reference_files())
def test_reference_files_are_read_or_refused(path, shared, tmp_path):
    started = time.monotonic()
    try:
        photo = capture.read(path)
    except CaptureError:
        pass
    else:
        corner = photo.with_pixels(photo.pixels[:64, :64])
        written = capture.write(corner, tmp_path / "copy.tif")  # and its metadata can be written and read
        assert np.array_equal(capture.read(written).pixels, corner.pixels)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("robustness/mixed/truncated.jpg", False),
        ("robustness/mixed/giant-image.jpg", False),
        ("robustness/mixed/Channel_digital_image_CMYK_color.jpg", True),
        ("robustness/mixed/Channel_digital_image_CMYK_color_no_profile.jpg", False),
        ("robustness/mixed/fogra-0-100-100-0.tif", True),
        ("robustness/mixed/pitm.avif", False),
        ("robustness/ultrahdr/Ultra_HDR_Samples_Originals_01.jpg", True),
        ("robustness/phone/airport_grey", True),
        ("dng/canon_eos_6d.dng", True),
        ("dng/serptools_stub_not_a_dng.dng", False),
    ],
)
def test_known_reference_files(name, readable, shared):
    if readable:
        assert capture.read(shared / name).size.area > 0
    else:
        with pytest.raises(CaptureError):
            capture.read(shared / name)


def test_reference_cmyk_looks_as_its_profile_says(shared):
    """Full magenta and yellow of the FOGRA standard print a red of about sRGB (220, 40, 30)."""
    pixels = capture.read(shared / "robustness/mixed/fogra-0-100-100-0.tif").pixels
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    assert 200 < red < 245
    assert green < 60
    assert blue < 60


@pytest.mark.parametrize("name", ["Landscape", "Portrait"])
def test_reference_orientations_agree(name, shared):
    """All eight files show the same upright view."""
    first = capture.read(shared / f"robustness/orientation/{name}_1.jpg").pixels
    for orientation in range(2, 9):
        other = capture.read(shared / f"robustness/orientation/{name}_{orientation}.jpg").pixels
        assert other.shape == first.shape
        rows = np.abs(other[::16, ::16].astype(float) - first[::16, ::16])
        assert np.median(rows) < 4  # each has its own number drawn on it


def test_a_thousand_scans_are_refused(rgb8, save):
    """Every scan of a bomb costs a whole frame of work."""
    data = save("a.jpg", rgb8, progressive=True).read_bytes()
    scan = data.rindex(b"\xff\xda")
    bomb = data[:scan] + (data[scan:-2]) * 200 + b"\xff\xd9"
    path = save("b.jpg", rgb8)
    path.write_bytes(bomb)
    with pytest.raises(CaptureError, match="scans"):
        capture.read(path)


def test_a_huge_frame_in_a_small_file_takes_no_memory(rgb8, save, faults):
    import tracemalloc

    jpeg = bytearray(save("a.jpg", rgb8).read_bytes())
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65000, 65000)
    png = bytearray(save("a.png", rgb8).read_bytes())
    png[16:24] = struct.pack(">II", 2_000_000_000, 2_000_000_000)
    for name, data in (("a.jpg", bytes(jpeg)), ("a.png", faults.repaired(bytes(png)))):
        path = save(name, rgb8)
        path.write_bytes(data)
        tracemalloc.start()
        with pytest.raises(CaptureError, match="more than the limit"):
            capture.read(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 20


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


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_the_strict_decoder_gives_the_pixels_of_the_other(mode, subsampling, rgb8, save):
    path = save("a.jpg", Image.fromarray(rgb8).convert(mode), subsampling=subsampling)
    data = path.read_bytes()
    pixels, notes = jpeg._pixels(path, data, {"RGB": 3, "L": 1, "CMYK": 4}[mode])
    assert notes == ()
    assert np.array_equal(np.squeeze(pixels), imagecodecs.jpeg8_decode(data))
