import os
import signal
import stat
import subprocess
import sys

import numpy as np
import pytest
import tifffile

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.capture.write import at_depth
from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import WriteSettings

OVERWRITE = WriteSettings(on_exists="overwrite")


@pytest.fixture(params=["nameless", "hidden", "no links"])
def system(request, monkeypatch):
    """The ways a file system lets a file appear."""
    if request.param != "nameless":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param == "no links":

        def refuse(*_args, **_options):
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "link", refuse)
    return request.param


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no nameless files")
@pytest.mark.parametrize("settings", [WriteSettings(), OVERWRITE])
def test_where_there_are_nameless_files_they_are_used(settings, photo, tmp_path, monkeypatch):
    """Else `kill -9` could leave a part behind."""
    from dualzoom import atomic

    monkeypatch.setattr(atomic, "_publish_hidden", lambda *_: pytest.fail("a file with a name was written"))
    assert capture.write(photo, tmp_path / "a.png", settings).exists()


@pytest.mark.parametrize(
    ("name", "settings", "reason"),
    [
        ("a.gif", WriteSettings(), "no format is known"),
        ("a", WriteSettings(), "no format is known"),
        ("a.jpg", WriteSettings(bit_depth=16), "8 bits per channel, not 16"),
        ("a.png", WriteSettings(bit_depth=12), "12 bits"),
    ],
)
def test_what_makes_no_sense_is_said_before_the_work(name, settings, reason, photo, tmp_path):
    with pytest.raises(UsageError, match=reason):
        capture.destination(tmp_path / name, settings)
    with pytest.raises(UsageError, match=reason):
        capture.write(photo, tmp_path / name, settings)


def test_error_keeps_what_is_there(photo, tmp_path, system):
    (tmp_path / "a.png").write_text("mine")
    for act in (lambda p: capture.destination(p), lambda p: capture.write(photo, p)):
        with pytest.raises(WriteError, match="exists already"):
            act(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_text() == "mine"


def test_skip_keeps_what_is_there(photo, tmp_path):
    settings = WriteSettings(on_exists="skip")
    assert capture.destination(tmp_path / "a.png", settings) == tmp_path / "a.png"
    (tmp_path / "a.png").write_text("mine")
    assert capture.destination(tmp_path / "a.png", settings) is None
    assert capture.write(photo, tmp_path / "a.png", settings) == tmp_path / "a.png"
    assert (tmp_path / "a.png").read_text() == "mine"


def test_rename_finds_free_names(photo, tmp_path, system):
    settings = WriteSettings(on_exists="rename")
    names = [capture.write(photo, tmp_path / "a.b.png", settings).name for _ in range(3)]
    assert names == ["a.b.png", "a.b-1.png", "a.b-2.png"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)


def test_overwrite_replaces(photo, tmp_path, system):
    (tmp_path / "a.png").write_text("mine")
    assert capture.write(photo, tmp_path / "a.png", OVERWRITE) == tmp_path / "a.png"
    assert np.array_equal(capture.read(tmp_path / "a.png").pixels, photo.pixels)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("on_exists", ["error", "rename", "skip"])
def test_what_appears_while_we_work_is_not_replaced(on_exists, photo, tmp_path, monkeypatch, system):
    """Somebody else takes the name after the first look."""
    from dualzoom.capture import encode

    path = tmp_path / "a.png"
    encoder = encode.png_parts

    def slow(*arguments):
        path.write_text("somebody else's")
        return encoder(*arguments)

    monkeypatch.setattr(encode, "png_parts", slow)
    settings = WriteSettings(on_exists=on_exists)
    if on_exists == "error":
        with pytest.raises(WriteError, match="exists already"):
            capture.write(photo, path, settings)
    else:
        written = capture.write(photo, path, settings)
        assert written.name == ("a-1.png" if on_exists == "rename" else "a.png")
    assert path.read_text() == "somebody else's"


def test_long_and_unicode_names(photo, tmp_path, system):
    for name in ("größe 大 🌄.png", "a" * 250 + ".png"):
        assert capture.write(photo, tmp_path / name).exists()
        assert capture.write(photo, tmp_path / name, OVERWRITE).exists()


@pytest.mark.parametrize(
    ("number", "reason"), [(28, "disk is full"), (30, "read-only"), (13, "may not be written")]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_trouble_half_way_leaves_nothing(number, reason, overwrite, photo, tmp_path, monkeypatch, system):
    path = tmp_path / "a.tif"
    if overwrite:
        path.write_text("mine")
    settings = WriteSettings(on_exists="overwrite" if overwrite else "error")
    write, calls = os.write, []

    def full(descriptor, data):
        calls.append(1)
        if len(calls) > 1:
            raise OSError(number, os.strerror(number))
        return write(descriptor, data[:100])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WriteError, match=reason):
        capture.write(photo, path, settings)
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == (["a.tif"] if overwrite else [])
    assert not overwrite or path.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(photo, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WriteError, match="may not be written"):
            capture.write(photo, tmp_path / "a.png")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_the_file_has_ordinary_permissions(photo, tmp_path, system):
    mask = os.umask(0o027)
    try:
        assert stat.S_IMODE(capture.write(photo, tmp_path / "a.png").stat().st_mode) == 0o640
    finally:
        os.umask(mask)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_killed_at_any_moment_nothing_partial_is_left(tmp_path):
    """Twenty kills while files are written one after the other: each there is whole, none lies beside.

    A kill comes as the n-th file begins: the child says so, no clock does.
    """
    code = (
        "import sys, numpy as np; from pathlib import Path; from dualzoom import capture\n"
        "p = capture.Photo(pixels=np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8))\n"
        "print('ready', flush=True)\n"
        "for n in range(10**6): print(n, flush=True); capture.write(p, Path(sys.argv[1]) / f'{n}.tif')\n"
    )
    rng = np.random.default_rng(1)
    for turn in range(20):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            for _ in range(rng.integers(1, 12)):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        files = list(folder.iterdir())
        assert all(path.suffix == ".tif" for path in files) or not hasattr(os, "O_TMPFILE")
        for path in files:
            if path.suffix == ".tif":
                assert capture.read(path).size.width == 800


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.tiff", "A.PNG"])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_and_tiff_hold_every_pixel(name, bits, rgb8, rgb16, tmp_path, open_image):
    pixels = rgb8 if bits == 8 else rgb16
    path = capture.write(Photo(pixels=pixels), tmp_path / name)
    again = capture.read(path)
    assert again.pixels.dtype == pixels.dtype
    assert np.array_equal(again.pixels, pixels)
    if "tif" in name:
        assert np.array_equal(tifffile.imread(path), pixels)
    elif bits == 8:
        assert np.array_equal(np.asarray(open_image(path)), pixels)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_16_bit_ramp_keeps_its_levels(name, tmp_path):
    ramp = np.repeat(np.arange(65536, dtype=np.uint16).reshape(256, 256, 1), 3, 2)
    pixels = capture.read(capture.write(Photo(pixels=ramp), tmp_path / name)).pixels
    assert len(np.unique(pixels[:, :, 0])) == 65536


def test_the_format_asked_for_goes_before_the_suffix(photo, tmp_path):
    path = capture.write(photo, tmp_path / "a.jpg", WriteSettings(format="png"))
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_an_odd_size_and_a_view_of_an_array(rgb8, tmp_path):
    for pixels in (rgb8[:1, :1], rgb8[::-1, ::2], rgb8[:, :, ::-1]):
        for name in ("a.png", "a.tif"):
            path = capture.write(Photo(pixels=pixels), tmp_path / name, OVERWRITE)
            assert np.array_equal(capture.read(path).pixels, pixels)


def test_depths_are_converted_to_the_nearest():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, 2)
    assert np.array_equal(at_depth(every, 8), np.rint(every / 257).astype(np.uint8))
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(at_depth(at_depth(eight, 16), 8), eight)
    assert at_depth(eight, 16).max() == 65535
    assert at_depth(eight, 8) is eight


def test_depth_of_the_file_is_that_asked_for(rgb8, rgb16, tmp_path):
    for pixels in (rgb8, rgb16):
        for bits in (8, 16):
            path = tmp_path / f"{pixels.dtype}-{bits}.png"
            capture.write(Photo(pixels=pixels), path, WriteSettings(bit_depth=bits))
            assert capture.read(path).bit_depth == bits
    assert capture.read(capture.write(Photo(pixels=rgb16), tmp_path / "a.jpg")).bit_depth == 8


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.jxl", "a.dng"])
def test_an_encoders_failure_is_one_of_ours(name, photo, tmp_path, monkeypatch):
    def broken(*_given, **_options):
        raise RuntimeError("no such luck")

    for one in ("jpeg8", "png", "deflate", "webp", "avif", "jpegxl", "jpeg"):
        monkeypatch.setattr(f"imagecodecs.{one}_encode", broken)
    with pytest.raises(WriteError, match=r"encoder failed \(no such luck\)"):
        capture.write(photo, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.tif", "a.dng"])
def test_a_file_too_large_for_its_format_is_told(name, photo, tmp_path, monkeypatch):
    monkeypatch.setattr("dualzoom.capture.tiff_write._MAX_BYTES", 1000)
    with pytest.raises(WriteError, match="places beyond 4 GB"):
        capture.write(photo, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
