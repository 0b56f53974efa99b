"""What to do is said in the library's words, with the option that does it, if the command at hand has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.cli import advice
from dualzoom.errors import CaptureError, DualzoomError, MemoryExhaustedError, UsageError, WriteError

EVERY = dict.fromkeys(("--tile", "--at", "--long-side", "--scheduler", "--device"), ())
EVERY["--on-exists"] = ("error", "skip", "rename")
words = st.text(max_size=20)


@pytest.mark.parametrize(
    ("error", "option"),
    [
        (MemoryExhaustedError("a.jpg", "is too large", "use smaller tiles"), "(--tile 64)"),
        (WriteError("a.jpg", "it exists already", "move it"), "(--on-exists skip, rename)"),
        (UsageError("zoom", "is beyond the frame", "choose less"), "(--at)"),
        (UsageError("long side", "is too long", "choose less"), "(--long-side)"),
        (UsageError("a scheduler", "is missing"), "(--scheduler)"),
        (UsageError("cuda:7", "there is no such device", "choose another"), "(--device auto)"),
    ],
)
def test_the_option_that_helps_is_named_where_the_command_has_it(error: DualzoomError, option: str) -> None:
    assert advice.next_step(error, EVERY) == f"{error.next_step} {option}".strip()
    assert advice.next_step(error, {}) == error.next_step
    assert advice.line(error, EVERY).endswith(option)


@pytest.mark.parametrize(
    "error",
    [
        CaptureError("a.jpg", "is torn", "copy it again"),
        WriteError("a.jpg", "the disk is full", "make room"),
        UsageError("a.csv", "is no table", "write one"),
        MemoryExhaustedError("a.jpg", "is too large", "give --tile 32"),
    ],
)
def test_where_no_option_helps_or_it_is_named_already_nothing_is_added(error: DualzoomError) -> None:
    assert advice.next_step(error, EVERY) == error.next_step


@given(words, words, words)
def test_without_options_a_line_is_the_error_itself(subject: str, reason: str, step: str) -> None:
    error = CaptureError(subject, reason, step)
    assert advice.line(error, {}).split() == str(error).split()


def test_what_a_library_said_over_several_lines_comes_on_one() -> None:
    line = advice.line(CaptureError("a.jpg", "cannot\n  be\tread", "copy\nit again"), {})
    assert line == "a.jpg: cannot be read; copy it again"


def test_scripts_get_the_parts_and_the_code() -> None:
    error = WriteError("a.jpg", "it exists already", "move it")
    assert advice.facts(error, EVERY) == {
        "subject": "a.jpg",
        "reason": "it exists already",
        "next_step": "move it (--on-exists skip, rename)",
        "exit_code": 7,
    }


def test_a_commands_options_are_those_that_it_takes_with_their_words() -> None:
    import typer.main

    from dualzoom.cli.app import app

    commands = typer.main.get_command(app).commands
    zoom, doctor = (advice.options_of(commands[name]) for name in ("zoom", "doctor"))
    assert set(zoom["--on-exists"]) == {"error", "skip", "rename", "overwrite"}
    assert {"--tile", "--device", "--at", "--long-side"} <= zoom.keys()
    assert "--tile" not in doctor
    assert all(name.startswith("--") for name in zoom)
    assert advice.options_of(None) == {}
