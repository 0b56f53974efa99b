"""`batch` as a process of its own: stopped, killed and shown on a terminal."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture import read

#: `dualzoom` with a model that waits for a byte of stdin before each pair, and no more once stdin is closed; without
#: torch, whose loading would take most of the time of these tests.
GATED = """
import os, select, sys, types
pipeline, network = types.ModuleType("dualzoom.pipeline"), types.ModuleType("dualzoom.network")
class Result:
    def __init__(self, photo):
        self.photo = photo
    def to_json(self):
        return {}
    def for_file(self, _path, _writing):
        return self
class Zoomer:
    def __init__(self, *_options):
        self.loaded = self.taught = types.SimpleNamespace(info={"sha256": "0"}, path="fake")
        device = types.SimpleNamespace(type="cpu")
        self.engine = types.SimpleNamespace(device=device, use_threads=lambda: None)
    def prepare(self, wide, tele=None, settings=None, clock=None, frames=None, fits=None):
        return wide
    def teach(self, wide, settings=None, clock=None, memory=None):
        clock.report("calibrate", 0.0)
        return wide
    def make(self, wide, settings=None, clock=None):
        clock.report("enlarge", 0.5)
        while not select.select([0], [], [], 0.05)[0]:
            clock.report("enlarge", 0.5)  # where a stop is heard of
        os.read(0, 1)
        return Result(wide.with_pixels(wide.pixels.repeat(2, axis=0).repeat(2, axis=1)))
pipeline.Zoomer, pipeline.ZoomResult = Zoomer, Result
described = {"sha256": "0", "config": {"architecture": "fake"}}
network.weights = types.SimpleNamespace(verify=lambda _name: described, resolve=str)
network.weights.DEFAULT_LEARNER = network.weights.BURST_MODEL = ""
kept = types.ModuleType("dualzoom.batch.calibrations")
kept.CalibrationStore = lambda _folder, _base: types.SimpleNamespace(notes=[])
sys.modules |= {"dualzoom.pipeline": pipeline, "dualzoom.network": network, "dualzoom.batch.calibrations": kept}
from dualzoom.cli import main
code = main(sys.argv[1:])
assert "torch" not in sys.modules
sys.exit(code)
"""

#: Before GATED: the process kills itself at the n-th time that it touches a file in the folder of results, n its first
#: argument. A write that dies has written the first half.
MORTAL = """
import os, signal, sys
left, folder = int(sys.argv.pop(1)), os.path.realpath(sys.argv[sys.argv.index("-o") + 1])
def touch():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def heard(event, given):
    if event in ("open", "os.link", "os.rename", "os.remove", "os.mkdir"):
        if any(isinstance(one, (str, os.PathLike)) and os.fspath(one).startswith(folder) for one in given):
            touch()
write, fsync = os.write, os.fsync
def mortal_write(number, data):
    if left == 1:
        write(number, data[: len(data) // 2])
    touch()
    return write(number, data)
def mortal_fsync(number):
    touch()
    return fsync(number)
os.write, os.fsync = mortal_write, mortal_fsync
sys.addaudithook(heard)
"""
WAIT_S = 60  # what takes longer never comes: the test fails
COUNT = 12  # photos


def _results(folder: Path) -> list[str]:
    return (
        sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
        if folder.is_dir()
        else []
    )


def _stamps(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in _results(folder)}


def _assert_whole(out: Path, photos: Path) -> None:
    """Every result that has its name is decoded to the very pixels that its photo gives."""
    for name in _results(out):
        wide = read(photos / name.replace("-2x", "")).pixels
        np.testing.assert_array_equal(read(out / name).pixels, wide.repeat(2, axis=0).repeat(2, axis=1))


def _command(photos: Path, out: Path, *first: object, code: str = GATED) -> list[str]:
    return [sys.executable, "-c", code, *map(str, (*first, "batch", photos, "-o", out, "--alone"))]


@contextmanager
def _started(command: list[str], **options: object) -> "Iterator[subprocess.Popen[str]]":
    """The process; one that has not ended by the end of the block is killed."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, **{**pipes, **options}) as process:
        try:
            yield process
        finally:
            process.kill()


def _let(process: "subprocess.Popen[str]", pairs: int) -> None:
    """Let so many more pairs be computed."""
    process.stdin.write("." * pairs)
    process.stdin.flush()


def _finish(photos: Path, out: Path) -> list[str]:
    """The same command again, which nothing stops: what it prints."""
    command = _command(photos, out)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_stopped_in_any_way_a_rerun_finishes(photos, tmp_path, number, code):
    out = tmp_path / "out"
    with _started(_command(photos, out)) as process:
        _let(process, 3)  # at the fourth it waits until it is stopped
        first = [process.stdout.readline().strip() for _ in range(3)]
        process.send_signal(number)
        assert process.wait(WAIT_S) == code
        said, err = process.stdout.read(), process.stderr.read()
    assert "Traceback" not in err
    assert said == ""
    if number != signal.SIGKILL:
        assert "the same command goes on" in err
        assert list((out / ".dualzoom-batch" / "parts").iterdir()) == []
    before = _stamps(out)
    assert sorted(first) == [str(out / name) for name in before], "all that was done is printed"
    assert len(before) == 3
    _assert_whole(out, photos)
    done = _finish(photos, out)
    assert len(_results(out)) == COUNT
    assert len(done) == COUNT - 3
    assert before.items() <= _stamps(out).items(), "nothing twice"
    _assert_whole(out, photos)


def _screen_until(master: int, patterns: Iterable[str], seen: str = "") -> str:
    """What a terminal shows until every pattern was there; fails where one does not come."""
    while not all(re.search(pattern, seen) for pattern in patterns):
        ready, _, _ = select.select([master], [], [], WAIT_S)
        assert ready, f"the screen shows no more than {seen!r}"
        seen += os.read(master, 65536).decode()
    return seen


def test_a_terminal_shows_two_bars_and_stdout_stays_clean(drained, photos, tmp_path):
    printed, out = tmp_path / "list", tmp_path / "out"
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with (
        printed.open("w") as results,
        _started(_command(photos, out), stdout=results, stderr=slave, env=environment) as process,
    ):
        os.close(slave)
        _let(process, 3)
        screen = _screen_until(master, ["pairs", f"3/{COUNT}", r"p03: enlarge", r"0:00:\d\d"])
        process.stdin.close()
        screen += drained(master)
        assert process.wait(WAIT_S) == 0
    os.close(master)
    assert f"{COUNT}/{COUNT}" in screen
    assert sorted(printed.read_text().split()) == [str(out / name) for name in _results(out)]
    assert len(_results(out)) == COUNT


def test_killed_at_random_moments_it_still_ends_whole(photos, tmp_path):
    """Kill -9 again and again, between any two touches of a file or in the middle of a write."""
    out, done = tmp_path / "out", {}
    for moment in np.random.default_rng(4).integers(3, 28, 5):  # a pair touches files a dozen times
        command = _command(photos, out, int(moment), code=MORTAL + GATED)
        killed = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        _assert_whole(out, photos)
        assert done.items() <= _stamps(out).items(), "nothing twice"
        done = _stamps(out)
    assert 0 < len(done) < COUNT, "there was something to lose, and something left to do"
    _finish(photos, out)
    assert len(_results(out)) == COUNT
    _assert_whole(out, photos)
    assert done.items() <= _stamps(out).items()
    lines = [
        json.loads(line) for line in (out / ".dualzoom-batch" / "journal.jsonl").read_text().splitlines()
    ]
    assert sorted(line["output"] for line in lines if "output" in line) == _results(out), "each recorded once"
