"""The front page and the rooms' pages promise nothing that is not there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import dualzoom
from dualzoom import errors
from dualzoom.cli.app import EXIT_CODES, app
from dualzoom.cli.terminal import Terminal
from dualzoom.training.config import load_config

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "README.md"
ROOMS = [ROOT / "dualzoom" / name / "README.md" for name in (".", "batch", "training")]
PAGES = [FRONT, *ROOMS, ROOT / ".github" / "CONTRIBUTING.md", *sorted((ROOT / "models").glob("*.md"))]
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PAGES}


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def _commands() -> dict[str, list[str]]:
    """Every command line of `dualzoom` on any page, also behind && and torchrun and in running text, as words."""
    found = {}
    for name, text in TEXTS.items():
        lines = [
            part for block in _blocks(text, "sh") for line in block.splitlines() for part in line.split("&&")
        ]
        lines += re.findall(r"`((?:torchrun [^`]*-m )?dualzoom [^`]+)`", text)
        for line in lines:
            words = shlex.split(line, comments=True)
            at = next((i for i, word in enumerate(words) if word.split("/")[-1] == "dualzoom"), None)
            if at is not None and (at == 0 or words[0] == "torchrun"):
                found[f"{name}: {line.strip()}"] = words[at + 1 :]
    return found


COMMANDS = _commands()


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_every_command_can_be_understood(words):
    """Parsed with all its options and their values, by the commands themselves, and not carried out."""
    command = get_command(app)
    context = typer.Context(command, info_name="dualzoom", obj=Terminal())
    if words[0].startswith("-"):
        known = {option for parameter in command.get_params(context) for option in parameter.opts}
        assert words[0] in {*known, "--help"}
        return
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
        if not words and hasattr(command, "commands"):
            return  # the name of a group, in running text
        if hasattr(command, "commands"):
            context = typer.Context(command, info_name=name, parent=context)
    if "…" in words or words == ["--help"]:
        return  # the rest is left to the reader
    command.make_context(name, list(words), parent=context)


def test_a_wrong_command_would_be_seen():
    command = get_command(app).commands["zoom"]
    above = typer.Context(get_command(app), obj=Terminal())
    for words in (["a.jpg", "--no-such"], ["a.jpg", "--at", "much"], ["--tta"]):
        with pytest.raises(typer.TyperException):
            command.make_context("zoom", words, parent=above)


def test_there_are_commands_to_check():
    shown = {words[0] for words in COMMANDS.values()}
    assert shown >= {
        "zoom",
        "batch",
        "inspect",
        "compare",
        "train",
        "adapt",
        "evaluate",
        "demo",
        "doctor",
        "models",
    }


@pytest.mark.parametrize("page", [EXIT_CODES, ROOMS[0].read_text(encoding="utf-8")], ids=["help", "README"])
def test_every_exit_code_is_listed(page):
    rows = re.findall(r"^(?:\| | {2})(\d+(?:, \d+)*) +(?:\| )?[a-z].*$", page, re.MULTILINE)
    listed = {int(code) for row in rows for code in row.split(",")}
    kinds = [errors.DualzoomError, *errors.DualzoomError.__subclasses__()]
    assert listed == {0, 130, 143} | {kind.exit_code for kind in kinds}


def test_exit_codes_stand_below_the_help(run):
    shown = " ".join(run("--help").out.split())
    assert " ".join(EXIT_CODES.removeprefix("\b").split()) in shown


def test_the_training_example_is_a_valid_configuration(tmp_path):
    (example,) = _blocks(ROOMS[2].read_text(encoding="utf-8"), "toml")
    path = tmp_path / "train.toml"
    path.write_text(example)
    assert load_config(path).network["architecture"] == "dcsr-lite"


def test_the_python_example_uses_public_names():
    (example,) = _blocks(ROOMS[0].read_text(encoding="utf-8"), "python")
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


def test_contributors_are_given_the_line_that_ci_runs():
    (line,) = re.findall(r"<!-- ci: tests -->\n```sh\n(.*)\n```", TEXTS["README.md"])
    assert line in TEXTS[".github/CONTRIBUTING.md"]


@pytest.mark.parametrize("path", PAGES, ids=TEXTS)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith("https://")]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=TEXTS)
def test_files_named_in_running_text_are_there(path):
    """A name in backticks with a folder and a known ending is one of ours, from the root or from the page's folder."""
    named = re.findall(
        r"`((?:[\w.-]+/)+[\w-]+\.(?:py|html|css|js|yml|toml|md))`", path.read_text(encoding="utf-8")
    )
    assert [name for name in named if not any((at / name).exists() for at in (ROOT, path.parent))] == []


def test_the_table_of_rooms_has_every_layer(root):
    layers = re.search(
        r"^layers = \[(.*?)^\]", (root / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL
    )
    rooms = [re.findall(r"\w+", line) for line in re.findall(r'^ *"([^"]+)"', layers.group(1), re.MULTILINE)]
    table = TEXTS["dualzoom/README.md"].split("## Rooms")[1].split("##")[0]
    rows = [
        re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `")
    ]
    assert rows == rooms
