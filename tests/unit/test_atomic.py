"""A file appears whole or not at all, whatever the file system can do; nothing is replaced unasked or left beside."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualzoom import atomic
from dualzoom.atomic import publish


@pytest.fixture(params=["nameless", "no /proc", "hidden", "no links"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ways in which a file system lets a file appear."""
    link = os.link

    def without_proc(source: object, *given: object, **options: object) -> None:
        if str(source).startswith("/proc/"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        link(source, *given, **options)  # type: ignore[arg-type]

    def refuse(*_given: object, **_options: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    if request.param == "nameless" and not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has no nameless files")
    if request.param == "no /proc":
        monkeypatch.setattr(os, "link", without_proc)
    if request.param in ("hidden", "no links"):
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param == "no links":
        monkeypatch.setattr(os, "link", refuse)
    return str(request.param)


@given(parts=st.lists(st.binary(max_size=40), max_size=6), overwrite=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_file_holds_all_parts_in_their_order(
    system: str, tmp_path: Path, parts: list[bytes], overwrite: bool
) -> None:
    path = tmp_path / "a.bin"
    path.unlink(missing_ok=True)
    publish(path, (memoryview(part) for part in parts), overwrite=overwrite)
    assert path.read_bytes() == b"".join(parts)
    assert os.listdir(tmp_path) == ["a.bin"]  # noqa: PTH208 - hidden files as well


@pytest.mark.parametrize("there", ["file", "folder", "link", "broken link"])
def test_what_has_the_name_stays(system: str, tmp_path: Path, there: str) -> None:
    path, other = tmp_path / "a.bin", tmp_path / "other"
    other.write_bytes(b"other")
    make: dict[str, Callable[[], object]] = {
        "file": lambda: path.write_bytes(b"mine"),
        "folder": path.mkdir,
        "link": lambda: path.symlink_to(other),
        "broken link": lambda: path.symlink_to(tmp_path / "nowhere"),
    }
    make[there]()
    before = path.lstat()
    with pytest.raises(FileExistsError):
        publish(path, [b"new"], overwrite=False)
    after = path.lstat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert other.read_bytes() == b"other"
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "other"]  # noqa: PTH208


def test_overwriting_replaces_a_link_and_not_what_it_points_to(system: str, tmp_path: Path) -> None:
    path, other = tmp_path / "a.bin", tmp_path / "other"
    other.write_bytes(b"other")
    path.symlink_to(other)
    publish(path, [b"new"], overwrite=True)
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert other.read_bytes() == b"other"


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_disk_that_fills_up_leaves_what_was_there_and_nothing_else(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    path, write = tmp_path / "a.bin", os.write
    if overwrite:
        path.write_bytes(b"mine")

    def fill(number: int, data: memoryview) -> int:
        if len(data) <= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(number, data[: len(data) - 3])

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="No space left"):
        publish(path, [b"half of it is there"], overwrite=overwrite)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == (
        {"a.bin": b"mine"} if overwrite else {}
    )


def test_a_write_of_a_part_of_the_data_is_gone_on_with(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda number, data: write(number, data[:7]))
    publish(tmp_path / "a.bin", [bytes(range(100)), b"end"], overwrite=False)
    assert (tmp_path / "a.bin").read_bytes() == bytes(range(100)) + b"end"


def test_a_name_that_cannot_be_given_leaves_nothing(system: str, tmp_path: Path) -> None:
    """A folder in the place of a file that is to be overwritten."""
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(OSError, match="directory"):
        publish(tmp_path / "a.bin", [b"new"], overwrite=True)
    assert os.listdir(tmp_path) == ["a.bin"]  # noqa: PTH208


def test_a_folder_that_is_not_there_is_the_systems_error(system: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "nowhere" / "a.bin", [b"new"], overwrite=False)


def test_the_longest_name_can_be_given(system: str, tmp_path: Path) -> None:
    path = tmp_path / ("a" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    publish(path, [b"once"], overwrite=False)
    publish(path, [b"twice"], overwrite=True)
    assert path.read_bytes() == b"twice"


def test_a_failure_that_no_other_way_would_mend_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_options: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="Input/output"):
        publish(tmp_path / "a.bin", [b"new"], overwrite=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no nameless files")
def test_until_it_is_complete_a_nameless_file_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, fsync = [], os.fsync

    def look(number: int) -> None:
        seen.append(os.listdir(tmp_path))  # noqa: PTH208
        fsync(number)

    monkeypatch.setattr(os, "fsync", look)
    publish(tmp_path / "a.bin", [b"new"], overwrite=False)
    assert seen == [[], ["a.bin"]]  # of the data, then of the folder with its name


@pytest.mark.parametrize("system", ["nameless", "no /proc", "hidden"], indirect=True)
def test_of_many_at_the_same_time_one_gets_the_name(system: str, tmp_path: Path) -> None:
    """Without links, looking and renaming are two steps, so nothing is promised there."""
    start, outcomes = threading.Barrier(8, timeout=60), []

    def write(number: int) -> None:
        start.wait()
        try:
            publish(tmp_path / "a.bin", [bytes([number]) * 1000], overwrite=False)
            outcomes.append(number)
        except FileExistsError:
            outcomes.append(None)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (number for number in outcomes if number is not None)
    assert len(outcomes) == 8
    assert (tmp_path / "a.bin").read_bytes() == bytes([winner]) * 1000
    assert os.listdir(tmp_path) == ["a.bin"]  # noqa: PTH208


def test_spare_names_are_hidden_and_no_two_alike(tmp_path: Path) -> None:
    names = {atomic._spare_name(tmp_path / "a.bin") for _ in range(100)}
    assert len(names) == 100
    assert all(path.parent == tmp_path and path.name.startswith(".dualzoom-") for path in names)
