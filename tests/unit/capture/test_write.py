import os
import signal
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.photo import Photo
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
        ("a.webp", WriteSettings(), "no format is known"),
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


@pytest.mark.parametrize("on_exists", ["error", "skip", "rename", "overwrite"])
@pytest.mark.parametrize("way", ["same", "dots", "symlink", "hard link", "case of the tele"])
def test_an_input_is_never_replaced(on_exists, way, rgb8, save, tmp_path):
    path = save("in.png", rgb8)
    photo = capture.read(path)
    before = path.read_bytes()
    target, inputs = path, ()
    if way == "dots":
        target = tmp_path / ".." / tmp_path.name / "in.png"
    elif way == "symlink":
        target = tmp_path / "link.png"
        target.symlink_to(path)
    elif way == "hard link":
        target = tmp_path / "link.png"
        target.hardlink_to(path)
    elif way == "case of the tele":
        photo, inputs = Photo(pixels=rgb8), (None, path)
    with pytest.raises(WriteError, match="originals never change"):
        capture.write(photo, target, WriteSettings(on_exists=on_exists), inputs=inputs)
    assert path.read_bytes() == before


def test_a_link_to_nowhere_counts_as_existing(photo, tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(WriteError, match="exists already"):
        capture.write(photo, tmp_path / "a.png")
    assert not (tmp_path / "nowhere.png").exists()


def test_places_that_cannot_be_written(photo, tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").touch()
    for name, reason in [
        ("missing/a.png", "folder does not exist"),
        ("folder.png", "this is a folder"),
        ("file/a.png", "folder does not exist"),
        ("x" * 300 + ".png", "name is too long"),
        ("zero\0byte.png", "cannot be written"),
    ]:
        with pytest.raises(WriteError, match=reason) as caught:
            capture.write(photo, tmp_path / name)
        assert caught.value.exit_code == 7


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
    """Twenty kills while files are written one after the other: each there is whole, none lies beside."""
    code = (
        "import sys, numpy as np; from pathlib import Path; from dualzoom import capture\n"
        "p = capture.Photo(pixels=np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8))\n"
        "print('ready', flush=True)\n"
        "for n in range(10**6): capture.write(p, Path(sys.argv[1]) / f'{n}.tif')\n"
    )
    rng = np.random.default_rng(1)
    for turn in range(20):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            time.sleep(0.1 + 0.3 * rng.random())
            child.send_signal(signal.SIGKILL)
        files = list(folder.iterdir())
        assert all(path.suffix == ".tif" for path in files) or not hasattr(os, "O_TMPFILE")
        for path in files:
            if path.suffix == ".tif":
                assert capture.read(path).size.width == 800
