"""`batch` as a process of its own: stopped, killed and shown on a terminal."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture import read

#: `dualzoom` with a model that takes its time, as long as the file `quick` is not there; without torch, whose
#: loading would take most of the time of these tests.
SLOW = """
import sys, time, types
from pathlib import Path
pipeline, network = types.ModuleType("dualzoom.pipeline"), types.ModuleType("dualzoom.network")
class Result:
    def __init__(self, photo):
        self.photo = photo
    def to_json(self):
        return {}
class Zoomer:
    def __init__(self, *_options):
        self.loaded = types.SimpleNamespace(info={"sha256": "0"}, path="fake")
    def zoom(self, wide, tele=None, settings=None, clock=None, memory=None):
        if clock:
            clock.report("enlarge", 0.5)
        if not Path(sys.argv[1]).exists():
            time.sleep(0.1)
        return Result(wide.with_pixels(wide.pixels.repeat(2, axis=0).repeat(2, axis=1)))
pipeline.Zoomer, pipeline.ZoomResult = Zoomer, Result
network.weights = types.SimpleNamespace(verify=lambda _name: {"sha256": "0"}, resolve=str)
kept = types.ModuleType("dualzoom.batch.calibrations")
kept.CalibrationStore = lambda _folder, _base: types.SimpleNamespace(notes=[])
sys.modules |= {"dualzoom.pipeline": pipeline, "dualzoom.network": network, "dualzoom.batch.calibrations": kept}
from dualzoom.cli import main
code = main(sys.argv[2:])
assert "torch" not in sys.modules
sys.exit(code)
"""
COUNT = 12  # photos


def _results(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _start(tmp_path: Path, photos: Path, *more: str, **options: object) -> "subprocess.Popen[str]":
    arguments = [tmp_path / "quick", "batch", photos, "-o", tmp_path / "out", "--alone", *more]
    command = [sys.executable, "-c", SLOW, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_stopped_in_any_way_a_rerun_finishes(photos, tmp_path, number, code):
    out = tmp_path / "out"
    with _start(tmp_path, photos) as process:
        first = [process.stdout.readline().strip() for _ in range(3)]
        process.send_signal(number)
        said, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    if number != signal.SIGKILL:
        assert "the same command goes on" in err
        assert list((out / ".dualzoom-batch" / "parts").iterdir()) == []
        assert {*first, *said.split()} == {str(out / name) for name in _results(out)}, (
            "all that was done is printed"
        )
    before = {name: (out / name).stat().st_mtime_ns for name in _results(out)}
    assert 3 <= len(before) < COUNT
    assert all(read(out / name).size == read(photos / "p00.png").size.scale(2) for name in before), (
        "nothing partial"
    )
    (tmp_path / "quick").touch()
    with _start(tmp_path, photos) as process:
        done, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert len(_results(out)) == COUNT
    assert len(done.split()) == COUNT - len(before)
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before, "nothing twice"


def _on_a_terminal(drained: Callable[[int], str], start: Callable[[int], "subprocess.Popen[str]"]) -> str:
    master, slave = pty.openpty()
    with start(slave) as process:
        os.close(slave)
        written = drained(master)
        assert process.wait(60) == 0
    os.close(master)
    return written


def test_a_terminal_shows_two_bars_and_stdout_stays_clean(drained, photos, tmp_path):
    out = tmp_path / "list"
    with out.open("w") as results:
        arguments = [tmp_path / "slow", "batch", photos, "-o", tmp_path / "out", "--alone"]
        command = [sys.executable, "-c", SLOW, *map(str, arguments)]
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
        screen = _on_a_terminal(
            drained, lambda slave: subprocess.Popen(command, stdout=results, stderr=slave, env=environment)
        )
    assert "pairs" in screen
    assert f"/{COUNT}" in screen
    assert re.search(r"p\d\d: enlarge", screen)
    assert re.search(r"0:00:\d\d", screen), "the time left"
    assert sorted(out.read_text().split()) == [
        str(tmp_path / "out" / name) for name in _results(tmp_path / "out")
    ]


def test_killed_at_random_moments_it_still_ends_whole(photos, tmp_path):
    """Kill -9 again and again; each run gets a little further."""
    moments = np.random.default_rng(4)
    for _ in range(4):
        with _start(tmp_path, photos) as process:
            process.stdout.readline()
            time.sleep(float(moments.uniform(0, 0.1)))
            process.kill()
            process.communicate(timeout=60)
    (tmp_path / "quick").touch()
    with _start(tmp_path, photos) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    out = tmp_path / "out"
    assert len(_results(out)) == COUNT
    assert all(read(out / name).size == read(photos / "p00.png").size.scale(2) for name in _results(out))
    lines = [
        json.loads(line) for line in (out / ".dualzoom-batch" / "journal.jsonl").read_text().splitlines()
    ]
    assert sorted(line["output"] for line in lines if "output" in line) == _results(out), "each recorded once"
