"""The manual page and the completion follow the commands."""

import os
import re
import subprocess
import sys

import pytest
from typer.main import get_command

from dualzoom.cli.app import app
from dualzoom.cli.man_page import man_page


@pytest.fixture(scope="module")
def page():
    return man_page("1.2.3")


def _commands(group, above="dualzoom"):
    for name, command in group.commands.items():
        yield f"{above} {name}", command
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above} {name}")


@pytest.mark.parametrize(("path", "command"), list(_commands(get_command(app))))
def test_every_option_of_every_command_is_there(page, path, command):
    (section,) = re.findall(rf"^\.SS {path}(?: [\[{{].*)?\n((?:(?!\.S[SH]).*\n)*)", page, re.MULTILINE)
    for option in (option for parameter in command.params for option in parameter.opts if "-" in option[:1]):
        assert option.replace("-", r"\-") in section, option


def test_it_names_the_version_and_the_exit_codes(page):
    assert '"dualzoom 1.2.3"' in page.splitlines()[0]
    assert "\n.B 5\nthe tele does not match the wide\n" in page


def test_only_macros_begin_with_a_point(page):
    """Roff drops every other line that begins so."""
    odd = [line for line in page.splitlines() if line.startswith((".", "'"))]
    assert {line.split()[0] for line in odd} == {".TH", ".SH", ".SS", ".TP", ".B", ".PP"}


def test_writing_it_needs_nothing_but_typer():
    """It is written while the wheel is built, before what dualzoom needs is installed."""
    probe = "import dualzoom.cli.man_page, sys; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    heavy = {
        "numpy",
        "cv2",
        "torch",
        "PIL",
        "platformdirs",
        "psutil",
        "jinja2",
        "rich",
        "safetensors",
        "rawpy",
    }
    assert "typer" in done.stdout.split()
    assert heavy.isdisjoint(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "expected"), [("dualzoom zo", "zoom"), ("dualzoom zoom --cal", "--calibrate")]
)
def test_the_shell_is_told_how_a_word_may_end(line, expected):
    asked = {"_DUALZOOM_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "dualzoom"], env={**os.environ, **asked}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()) == (0, [expected])
