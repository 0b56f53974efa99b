"""The README promises nothing that is not there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

import dualzoom
from dualzoom import errors
from dualzoom.training.config import load_config

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _commands() -> list[list[str]]:
    """Every `dualzoom …` line, also behind && and in running text, as words."""
    lines = [part for block in _blocks("sh") for line in block.splitlines() for part in line.split("&&")]
    lines += re.findall(r"`(dualzoom [^`]+)`", README)
    words = [shlex.split(line, comments=True) for line in lines]
    return [found[1:] for found in words if len(found) > 1 and found[0].endswith("dualzoom")]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_and_option_exists(run, words):
    command = words[:2] if words[0] == "models" else words[:1]
    shown = run(*command, "--help")
    assert shown.code == 0
    for option in (word for word in words if word.startswith("-")):
        assert re.search(rf"(^|[\s,]){re.escape(option)}\b", shown.out), option


def test_there_are_commands_to_check():
    assert {words[0] for words in _commands()} >= {
        "zoom",
        "batch",
        "inspect",
        "train",
        "demo",
        "doctor",
        "models",
    }


def test_every_exit_code_is_in_the_table():
    rows = re.findall(r"^\| ([\d, ]+) \| .+ \|$", README, re.MULTILINE)
    listed = {int(code) for row in rows for code in row.split(",")}
    kinds = [errors.DualzoomError, *errors.DualzoomError.__subclasses__()]
    assert listed == {0, 130, 143} | {kind.exit_code for kind in kinds}


def test_the_training_example_is_a_valid_configuration(tmp_path):
    (example,) = _blocks("toml")
    path = tmp_path / "train.toml"
    path.write_text(example)
    assert load_config(path).network["architecture"] == "dcsr-lite"


def test_the_python_example_uses_public_names():
    (example,) = _blocks("python")
    compile(example, "README.md", "exec")
    used = set(re.findall(r"dualzoom\.(\w+)", example))
    assert used
    assert used <= set(dualzoom.__all__)
    fields = set(re.findall(r"result\.(\w+)", example))
    assert fields
    assert fields <= set(dualzoom.ZoomResult.__dataclass_fields__)


@pytest.mark.parametrize("name", ["quick-start", "tests"])
def test_ci_finds_the_commands_it_runs(root, name):
    """`.ci/run` takes both commands from the README by their marks."""
    script = (root / ".ci" / "run").read_text()
    function = re.search(r"^readme\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL).group()
    done = subprocess.run(
        ["bash", "-euc", f"{function}\nreadme {name}"], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert done.stdout.count("\n") == 1


def test_pictures_are_there(root):
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (root / path).is_file()
