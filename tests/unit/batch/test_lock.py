"""One holder at a time; the lock is free again however its holder ended, and where there are no locks work goes on."""

import builtins
import errno
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dualzoom.batch.lock import lock
from dualzoom.errors import WriteError

fcntl = pytest.importorskip("fcntl", reason="this system has no such locks")

#: Holds the lock until its stdin ends.
HOLDER = """
import sys
from pathlib import Path
from dualzoom.batch.lock import lock
with lock(Path(sys.argv[1]), Path("there")):
    print("held", flush=True)
    sys.stdin.read()
"""


def refused(path: Path, folder: Path) -> WriteError:
    with pytest.raises(WriteError) as caught, lock(path, folder):
        pytest.fail("the lock was given")
    return caught.value


def test_a_second_holder_is_refused_about_its_folder_and_the_first_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock(path, tmp_path):
        for _ in range(2):  # being refused frees nothing
            error = refused(path, tmp_path)
            assert (error.subject, error.reason) == (str(tmp_path), "another batch is writing here")
            assert error.next_step
    with lock(path, tmp_path):
        pass


def test_an_error_inside_frees_it_and_is_raised(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), lock(tmp_path / "lock", tmp_path):
        raise KeyboardInterrupt
    with lock(tmp_path / "lock", tmp_path):
        pass


def test_locks_of_other_folders_are_others(tmp_path: Path) -> None:
    with lock(tmp_path / "one", tmp_path), lock(tmp_path / "two", tmp_path):
        pass


def test_the_dead_hold_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        refused(path, tmp_path)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    with lock(path, tmp_path):
        pass


def test_a_lock_that_cannot_be_made_is_said_of_the_folder(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere" / "lock", tmp_path)
    assert error.subject == str(tmp_path)
    assert "No such file" in error.reason


def test_where_there_are_no_locks_nothing_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with lock(tmp_path / "lock", tmp_path), lock(tmp_path / "lock", tmp_path):
        pass


def test_a_system_without_the_module_works_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without(name: str, *given: Any) -> Any:
        if name == "fcntl":
            raise ImportError(name)
        return load(name, *given)

    monkeypatch.setattr(builtins, "__import__", without)
    with lock(tmp_path / "lock", tmp_path), lock(tmp_path / "lock", tmp_path):
        assert list(tmp_path.iterdir()) == []
