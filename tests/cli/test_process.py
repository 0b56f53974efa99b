"""What only a process of its own can show: signals, the exit status, a quick help, closed pipes, colours."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

#: A pipeline that says it has begun, then waits for its stdin to end.
ENDLESS = """
import sys
from dualzoom import pipeline
from dualzoom.cli import main
def zoom(*_args, **_options):
    print("begun", file=sys.stderr, flush=True)
    sys.stdin.read()
    raise AssertionError("nobody stopped it")
pipeline.zoom = zoom
sys.exit(main(sys.argv[1:]))
"""

BAR = """
from dualzoom.cli.terminal import Terminal
with Terminal().progress() as report:
    for part in range(11):
        report("network", part / 10)
"""
WAIT_S = 60  # what takes longer never comes: the test fails


def _python(code: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, **options)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_work_and_leaves_nothing(wide: Path, tmp_path: Path, number, code):
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-c", ENDLESS, "zoom", str(wide)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(
        command, text=True, **pipes
    ) as process:  # its end closes stdin, whatever has failed
        assert process.stderr.readline() == "begun\n"
        process.send_signal(number)
        assert process.wait(WAIT_S) == code
        out, err = process.stdout.read(), process.stderr.read()
    assert out == ""
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", [[], ["zoom"], ["inspect"], ["models"], ["train"], ["demo"], ["doctor"]])
def test_help_loads_nothing_heavy(command):
    probe = "import sys; from dualzoom.cli import main; code = main([*sys.argv[1:], '--help']); "
    probe += "print(code, *({'torch', 'cv2', 'numpy', 'PIL', 'rawpy', 'rich'} & set(sys.modules)))"
    done = _python(probe, *command)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stdout.startswith("Usage: dualzoom")
    assert done.stderr == ""


def test_the_module_and_its_status():
    done = subprocess.run([sys.executable, "-m", "dualzoom", "nonsense"], capture_output=True, timeout=WAIT_S)
    assert done.returncode == 2
    assert done.stdout == b""


def test_a_reader_that_leaves_is_no_crash():
    reading, writing = os.pipe()
    os.close(reading)
    code = "import sys; from dualzoom.cli.terminal import Terminal; from dualzoom.errors import WriteError\n"
    code += "try: Terminal().result('x')\nexcept WriteError as error: sys.exit(error.exit_code)"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, timeout=WAIT_S
    )
    os.close(writing)
    assert done.returncode == 7
    assert done.stderr == b""


def _on_a_terminal(drained: Callable[[int], str], **environment: str) -> str:
    """What BAR writes when its stderr is a terminal."""
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", **environment}
    with subprocess.Popen(
        [sys.executable, "-c", BAR], stderr=slave, stdout=subprocess.PIPE, env=env
    ) as process:
        os.close(slave)
        written = drained(master)
        assert process.stdout.read() == b""
        assert process.wait(WAIT_S) == 0
    os.close(master)
    return written


def test_progress_is_drawn_on_a_terminal_with_colours_and_time_left(drained):
    written = _on_a_terminal(drained, NO_COLOR="")
    assert "network" in written
    assert "100%" in written
    assert "0:00:0" in written
    assert "\x1b[3" in written


def test_no_color_is_respected(drained):
    written = _on_a_terminal(drained, NO_COLOR="1")
    assert "network" in written
    assert not any(f"\x1b[{code}" in written for code in ("31", "32", "33", "34", "35", "36", "38"))


def test_no_progress_where_stderr_is_no_terminal():
    done = _python(BAR)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
