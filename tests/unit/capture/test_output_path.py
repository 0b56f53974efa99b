"""Law: an existing file is replaced only on request, an input never, and nothing partial remains."""

import os
import threading
from pathlib import Path

import pytest

from dualzoom import capture
from dualzoom.capture import output_path
from dualzoom.capture.photo import Photo
from dualzoom.errors import WriteError
from dualzoom.settings import WriteSettings


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


@pytest.mark.parametrize(
    ("on_exists", "expected"), [("overwrite", "a.txt"), ("rename", "a-1.txt"), ("skip", None)]
)
def test_an_existing_file_is_treated_as_asked(on_exists, expected, tmp_path):
    assert output_path.resolve(tmp_path / "a.txt", on_exists) == tmp_path / "a.txt"  # free as yet
    (tmp_path / "a.txt").touch()
    found = output_path.resolve(tmp_path / "a.txt", on_exists)
    assert (found and found.name) == expected


def test_the_error_for_an_existing_file_names_no_option(tmp_path):
    """The library has users who type no options; the command line adds its own."""
    (tmp_path / "a.txt").touch()
    with pytest.raises(WriteError, match="exists already") as caught:
        output_path.resolve(tmp_path / "a.txt", "error")
    assert "--" not in str(caught.value)


def test_eight_writers_of_one_name_get_eight_files(tmp_path):
    """All resolve the name before any writes."""
    start = threading.Barrier(8)
    written: list[Path] = []

    def write(number: int) -> None:
        start.wait()
        parts = [b"%d" % number * 1000]
        written.append(output_path.write_parts(tmp_path / "a.txt", parts, "rename"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path in written) == sorted(path.name for path in tmp_path.iterdir())
    assert len({path.read_bytes()[:1] for path in written}) == 8
    assert {len(path.read_bytes()) for path in written} == {1000}


@pytest.mark.parametrize(
    ("number", "reason"), [(28, "disk is full"), (122, "quota"), (27, "larger than allowed")]
)
def test_reasons_of_the_file_system_are_said_in_words(number, reason, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(WriteError, match=reason):
        output_path.write_parts(tmp_path / "a.txt", [b"x"], "error")
    assert list(tmp_path.iterdir()) == []
