"""stdout holds results and nothing else; what is said beside them goes to stderr; a reader that left is an error."""

import io
import json
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualzoom.cli.terminal import Terminal, first_process
from dualzoom.errors import WriteError

lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
captured = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50
)


@given(lines)
@captured
def test_whatever_is_said_is_one_line_on_stderr_and_stdout_stays_empty(capsys, text: str) -> None:
    capsys.readouterr()
    Terminal().note(text)
    Terminal(quiet=True).note(text)
    Terminal(quiet=True).error(text)
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert all(line.startswith("dualzoom: ") for line in err.splitlines())


@given(st.dictionaries(lines, lines | st.integers() | st.none(), max_size=4))
@captured
def test_json_is_one_line_that_reads_back(capsys, value: dict[str, object]) -> None:
    capsys.readouterr()
    Terminal(quiet=True).json(value)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    assert json.loads(out) == value


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_printed(capsys, number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Terminal().json({"a": number})
    assert capsys.readouterr().out == ""


@given(st.lists(lines.filter(lambda text: "\0" not in text), max_size=4))
@captured
def test_paths_behind_zero_bytes_come_back_whatever_they_hold(capsys, names: list[str]) -> None:
    capsys.readouterr()
    for name in names:
        Terminal(print0=True).path(name)
    assert capsys.readouterr().out.split("\0")[:-1] == names


def test_a_terminal_is_shown_escapes_and_a_script_the_name_itself(capsys, monkeypatch) -> None:
    name = "a\x1b[2J.jpg"
    Terminal().path(name)
    assert capsys.readouterr().out == f"{name}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    Terminal().path(name)
    assert capsys.readouterr().out == "a\\x1b[2J.jpg\n"
    Terminal(print0=True).path(name)
    assert capsys.readouterr().out == f"{name}\0"


def test_results_of_several_lines_keep_their_lines(capsys) -> None:
    Terminal().result("a\nb\x1bc")
    assert capsys.readouterr().out == "a\nb\\x1bc\n"


def test_a_disk_that_is_full_is_an_error_about_standard_output(monkeypatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(WriteError, match=r"standard output: cannot be written \(No space left on device\)"):
        Terminal().path("a.jpg")


def test_without_a_terminal_progress_is_silent_and_loads_nothing(capsys, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    for terminal in (Terminal(), Terminal(quiet=True)):
        with terminal.progress() as report:
            report("network", 0.5)
    assert capsys.readouterr() == ("", "")


def test_a_traceback_is_shown_with_nothing_that_acts(capsys) -> None:
    Terminal(quiet=True).traceback(ValueError("a\x1b[2Jb"))
    out, err = capsys.readouterr()
    assert out == ""
    assert "ValueError: a\\x1b[2Jb" in err


@pytest.mark.parametrize(
    ("environment", "speaks"),
    [({}, True), ({"WORLD_SIZE": "1", "RANK": "0"}, True), ({"WORLD_SIZE": "2", "RANK": "0"}, True),
     ({"WORLD_SIZE": "2", "RANK": "1"}, False)],
)  # fmt: skip
def test_of_many_processes_one_speaks(monkeypatch, environment: dict[str, str], speaks: bool) -> None:
    for name in ("WORLD_SIZE", "RANK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert first_process() is speaks
