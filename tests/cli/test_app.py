"""Every exit code reached on purpose, each with one line on stderr and nothing on stdout."""

import json
from pathlib import Path

import pytest

from dualzoom import errors

NONSENSE = [
    ["--quality", "0"],
    ["--quality", "101"],
    ["--quality", "best"],
    ["--strength", "1.5"],
    ["--strength", "-0.1"],
    ["--tile", "31"],
    ["--device", "gpu"],
    ["--device", "cuda:x"],
    ["--format", "gif"],
    ["--bit-depth", "12"],
    ["--on-exists", "ask"],
    ["--output", "out.gif"],
    ["--output", "out.png", "--format", "jpeg"],
    ["--output", "out.jpg", "--bit-depth", "16"],
    ["--no-such-option"],
]

FAILURES = {
    1: errors.DualzoomError("stage", "went wrong"),
    4: errors.CaptureError("wide.png", "is odd"),
    5: errors.RegistrationError("tele.png", "does not match", "zoom without it"),
    6: errors.MemoryExhaustedError("tile", "32 px is still too large"),
    7: errors.WriteError("out.png", "the disk is full"),
    8: errors.WeightsError("model", "is damaged"),
}


def _is_one_line(outcome, *parts):
    assert outcome.out == ""
    assert len(outcome.error_lines) == 1, outcome.err
    assert outcome.err.startswith("dualzoom: ")
    assert "Traceback" not in outcome.err
    for part in parts:
        assert part in outcome.err


def test_0_the_result_is_written_and_named(run, engine, wide, tele, tmp_path):
    outcome = run("zoom", wide, tele, "-o", tmp_path / "out.png")
    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 'out.png'}\n")
    assert outcome.err == "dualzoom: done: tele.png did not help\n"
    assert (tmp_path / "out.png").is_file()


def test_1_an_unforeseen_error_is_one_line_and_says_how_to_learn_more(run, engine, wide):
    engine.error = ZeroDivisionError("a thing\nof two lines")
    outcome = run("zoom", wide)
    assert outcome.code == 1
    _is_one_line(outcome, "internal error: ZeroDivisionError: a thing of two lines", "run again with --debug")


def test_1_debug_shows_the_traceback_and_the_line(run, engine, wide):
    engine.error = ZeroDivisionError("a thing")
    outcome = run("zoom", wide, "--debug")
    assert outcome.code == 1
    assert outcome.out == ""
    assert "Traceback" in outcome.err
    assert "run again" not in outcome.err
    assert outcome.error_lines[-1] == "dualzoom: internal error: ZeroDivisionError: a thing"


@pytest.mark.parametrize("options", NONSENSE, ids=" ".join)
def test_2_what_makes_no_sense_is_refused_before_anything_is_read(run, engine, tmp_path, options):
    outcome = run("zoom", tmp_path / "there-is-no-such.png", *options)
    assert outcome.code == 2
    _is_one_line(outcome)
    assert engine.calls == 0


@pytest.mark.parametrize("arguments", [["zoom"], ["nonsense"], ["inspect", "a.jpg"], ["models"], ["train"]])
def test_2_an_incomplete_command_is_refused(run, arguments):
    outcome = run(*arguments)
    assert outcome.code == 2
    _is_one_line(outcome, "--help")


def test_2_no_command_shows_the_help_on_stderr(run):
    outcome = run()
    assert (outcome.code, outcome.out) == (2, "")
    assert "zoom" in outcome.err


@pytest.mark.parametrize("code", FAILURES)
def test_every_failure_has_its_code(run, engine, wide, tele, code):
    engine.error = FAILURES[code]
    outcome = run("zoom", wide, tele)
    assert outcome.code == code
    _is_one_line(outcome, str(FAILURES[code]))


@pytest.mark.parametrize("code", FAILURES)
def test_every_failure_has_a_traceback_with_debug_only(run, engine, wide, code):
    engine.error = FAILURES[code]
    assert "Traceback" in run("zoom", wide, "--debug").err


def test_4_a_missing_photo(run, engine, tmp_path):
    outcome = run("zoom", tmp_path / "lost.jpg")
    assert outcome.code == 4
    _is_one_line(outcome, "lost.jpg")


def test_4_a_file_that_is_no_photo(run, engine, tmp_path):
    path = tmp_path / "letter.jpg"
    path.write_text("Dear reader")
    outcome = run("zoom", path)
    assert outcome.code == 4
    _is_one_line(outcome, "letter.jpg")
    assert sorted(tmp_path.iterdir()) == [path]


def test_6_running_out_of_memory_anywhere(run, engine, wide):
    engine.error = MemoryError()
    outcome = run("zoom", wide)
    assert outcome.code == 6
    _is_one_line(outcome, "memory")


def test_7_a_folder_that_does_not_exist(run, engine, wide, tmp_path):
    outcome = run("zoom", wide, "-o", tmp_path / "no" / "such" / "out.png")
    assert outcome.code == 7
    _is_one_line(outcome, "out.png")


def test_8_weights_that_do_not_exist(run, tmp_path):
    outcome = run("models", "verify", tmp_path / "lost.safetensors")
    assert outcome.code == 8
    assert "lost.safetensors" in outcome.err


def test_130_ctrl_c(run, engine, wide, tmp_path):
    engine.error = KeyboardInterrupt()
    before = sorted(tmp_path.iterdir())
    outcome = run("zoom", wide)
    assert (outcome.code, outcome.out) == (130, "")
    assert "Traceback" not in outcome.err
    assert sorted(tmp_path.iterdir()) == before


def test_codes_are_those_promised():
    def codes(kind: type[errors.DualzoomError]) -> set[int]:
        return {kind.exit_code}.union(*(codes(child) for child in kind.__subclasses__()))

    assert codes(errors.DualzoomError) == {1, 2, 3, 4, 5, 6, 7, 8}


def test_version(run):
    import dualzoom

    assert run("--version").out == f"{dualzoom.__version__}\n"


def test_python_m_is_the_command(root: Path):
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="dualzoom")
    assert script.value == "dualzoom.cli:main"
    assert "from dualzoom.cli import main" in (root / "dualzoom" / "__main__.py").read_text()


JSON_COMMANDS = {
    "zoom": ["zoom", "lost.jpg", "lost too.jpg"],
    "inspect": ["inspect", "lost.jpg", "lost too.jpg"],
    "batch": ["batch", "lost", "-o", "out"],
    "evaluate": ["evaluate", "lost"],
    "adapt": ["adapt", "lost", "-o", "x.safetensors"],
}


@pytest.mark.parametrize("command", JSON_COMMANDS)
def test_with_json_a_failure_is_an_object_on_stdout(run, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    outcome = run(*JSON_COMMANDS[command], "--json")
    error = json.loads(outcome.out)["error"]
    assert set(error) == {"subject", "reason", "next_step", "exit_code"}
    assert error["exit_code"] == outcome.code != 0
    assert "lost" in error["subject"]
    assert len(outcome.error_lines) == 1


def test_with_json_nonsense_crashes_and_interrupts_are_objects_too(run, engine, wide):
    assert json.loads(run("zoom", "--json", "--nonsense").out)["error"]["exit_code"] == 2
    for raised, code in ((ZeroDivisionError("x"), 1), (KeyboardInterrupt(), 130), (MemoryError(), 6)):
        engine.error = raised
        outcome = run("zoom", wide, "--json")
        assert json.loads(outcome.out)["error"]["exit_code"] == outcome.code == code


@pytest.mark.parametrize("name", ["-name.jpg", "-d.jpg", "--odd.png"])
def test_2_a_name_that_looks_like_an_option_gets_a_hint(run, name):
    outcome = run("zoom", name)
    assert outcome.code == 2
    _is_one_line(outcome, f"put -- before the name {name}, or write ./{name}")


def test_a_name_behind_two_dashes_is_a_name(run, engine, wide, monkeypatch):
    monkeypatch.chdir(wide.parent)
    wide.rename(wide.with_name("-name.png"))
    assert run("zoom", "--", "-name.png").code == 0


def test_advice_names_only_options_that_the_command_has(run, engine, wide, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "wide-2x.png").write_bytes(b"mine")
    engine.error = MemoryError()
    assert "--tile 64" in run("zoom", wide).err
    told = run("batch", wide, "--alone", "-o", tmp_path / "out").err
    assert "(--on-exists skip, overwrite)" in told
    assert "rename" not in told
