"""Law: whatever the bytes, `read` gives a photo or a CaptureError of one line; cut short, a file is refused."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from growth import cost

from dualzoom import capture
from dualzoom.capture.header import read_header
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError

#: For a mutant of a file of a few kilobytes; what asks for more is a bomb.
MAX_CALLS, MAX_BYTES = 200_000, 400 << 20
FORMATS = ["jpg", "png", "tif", "dng", "heic", "avif", "webp", "jxl"]
KINDS = [*FORMATS, "jxldng"]  # of which the benchmark tries thousands
WITH_MORE = ["ultrahdr"]  # cut off behind their picture, they still give it


@pytest.fixture(scope="module")
def originals(tmp_path_factory, faults):
    """Files of each format, ours and others', as bytes."""
    return faults.originals(tmp_path_factory.mktemp("originals"))


@pytest.mark.parametrize("name", [*KINDS, *WITH_MORE])
def test_the_originals_read(name, originals, tmp_path):
    for data in originals[name]:
        (tmp_path / "whole").write_bytes(data)
        assert capture.read(tmp_path / "whole").size.area == 96 * 128


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("tenth", range(10))
def test_truncation_is_refused(name, tenth, originals, faults, tmp_path):
    for data in originals[name]:
        for part in faults.cut(data, tenth):
            (tmp_path / "cut").write_bytes(part)
            with pytest.raises(CaptureError) as caught:
                capture.read(tmp_path / "cut")
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tenth", range(10))
def test_what_is_cut_behind_a_picture_leaves_the_picture(tenth, originals, faults, tmp_path):
    """Either the picture itself is cut, and refused, or it is whole, and what is lost behind it is told."""
    whole = kept = 0
    for data in originals["ultrahdr"]:
        (tmp_path / "whole").write_bytes(data)
        before = capture.read(tmp_path / "whole")
        for part in faults.cut(data, tenth):
            (tmp_path / "cut").write_bytes(part)
            try:
                after = capture.read(tmp_path / "cut")
            except CaptureError:
                continue
            whole += 1
            assert np.array_equal(after.pixels, before.pixels)
            lost = [one is not None for one in (before.gain_map, before.motion)]
            lost[0] &= after.gain_map is None
            lost[1] &= after.motion is None
            kept += not any(lost)
            if lost[0] and b"GainMap" in data:  # Apple's base picture does not speak of a map
                assert any("gain map is left out" in note for note in after.notes)
    assert whole
    assert kept < whole


def survive(
    faults, name: str, count: int, originals: dict[str, list[bytes]], folder: Path
) -> tuple[int, int]:
    """How many of `count` mutants were read and how many refused."""
    read = refused = 0
    for number in range(count):
        (folder / "mutant").write_bytes(faults.mutant(originals, name, number))
        photos: list[Photo] = []

        def work(photos=photos) -> None:
            with contextlib.suppress(CaptureError):
                read_header(folder / "mutant")
                photos.append(capture.read(folder / "mutant"))
                capture.metadata_for_output(photos[0], photos[0].size.scale(2), "test")

        calls, peak = cost(work)
        assert calls < MAX_CALLS, number
        assert peak < MAX_BYTES, number
        for photo in photos:
            assert photo.pixels.ndim == 3
            assert photo.pixels.dtype in (np.uint8, np.uint16)
        read, refused = read + bool(photos), refused + (not photos)
    return read, refused


@pytest.mark.parametrize("name", [*KINDS, *WITH_MORE])
def test_mutants_are_read_or_refused(name, faults, originals, tmp_path, capfd):
    number = {"dng": 10, "jxldng": 20}.get(name, 100)
    read, refused = survive(faults, name, number, originals, tmp_path)
    assert read > 0
    assert refused > 0
    if name != "png":  # libpng prints about its header
        assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*KINDS, *WITH_MORE])
def test_many_mutants(name, faults, originals, tmp_path):
    """Raw files each take a process of their own; of all kinds the benchmark tries thousands."""
    number = {"dng": 100, "jxldng": 100, "jpg": 2000, "png": 2000, "tif": 2000}.get(name, 300)
    assert sum(survive(faults, name, number, originals, tmp_path)) == number


def reference_files():
    """The odd files of the reference folder, or one name that skips."""
    root = Path(__file__).resolve().parents[4] / "shared"
    files = sorted(path for folder in ("robustness", "dng") for path in root.joinpath(folder).rglob("*"))
    return [pytest.param(path, id=str(path.relative_to(root))) for path in files if path.is_file()] or [None]


@pytest.mark.parametrize("path", reference_files())
def test_reference_files_are_read_or_refused(path, shared, tmp_path):
    try:
        photo = capture.read(path)
    except CaptureError:
        pass
    else:
        corner = photo.with_pixels(photo.pixels[:64, :64])
        written = capture.write(corner, tmp_path / "copy.tif")  # and its metadata can be written and read
        assert np.array_equal(capture.read(written).pixels, corner.pixels)


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("robustness/mixed/truncated.jpg", False),
        ("robustness/mixed/giant-image.jpg", False),
        ("robustness/mixed/Channel_digital_image_CMYK_color.jpg", True),
        ("robustness/mixed/Channel_digital_image_CMYK_color_no_profile.jpg", False),
        ("robustness/mixed/fogra-0-100-100-0.tif", True),
        ("robustness/mixed/pitm.avif", True),
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


@pytest.mark.parametrize("name", ["Landscape", "Portrait"])
def test_reference_orientations_agree(name, shared):
    """All eight files show the same upright view."""
    first = capture.read(shared / f"robustness/orientation/{name}_1.jpg").pixels
    for orientation in range(2, 9):
        other = capture.read(shared / f"robustness/orientation/{name}_{orientation}.jpg").pixels
        assert other.shape == first.shape
        rows = np.abs(other[::16, ::16].astype(float) - first[::16, ::16])
        assert np.median(rows) < 4  # each has its own number drawn on it


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
