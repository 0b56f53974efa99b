"""Options that make no sense are refused by one line before any work."""

import pytest
from evaluate_files import put

from dualzoom.cli.evaluate_options import PhoneName
from dualzoom.evaluation.phones import PHONES


def test_the_cameras_of_the_command_are_those_there_are():
    assert [phone.value for phone in PhoneName] == [phone.name for phone in PHONES]


@pytest.mark.parametrize(
    "options",
    [
        ["--rectangle", "1,2,3"],
        ["--rectangle", "0,0,9,0"],
        ["--rectangle", "0,0,9,9", "--protocol", "full"],
        ["--results", "theirs"],
        ["--row", "magic"],
        ["--ablation", "luck"],
        ["--protocol", "single", "--row", "ours"],
        ["--protocol", "single", "--ablation", "soft"],
        ["--protocol", "quartered"],
        ["--withhold"],
        ["--withhold", "--protocol", "phone"],
        ["--phone", "day"],
        ["--text", "--withhold", "--protocol", "full"],
        ["--phone", "tin", "--protocol", "phone"],
        ["--results", "bicubic=."],
    ],
    ids=" ".join,
)
def test_2_nonsense(run, folder, scenes, options, monkeypatch):
    monkeypatch.chdir(put(folder.parent / "results", "a", scenes["a"].wide))
    outcome = run("evaluate", folder, *options, *(["--row", "bicubic"] if "--results" in options else []))
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.error_lines) == 1


def test_8_weights_that_are_not_there(run, folder, tmp_path):
    assert run("evaluate", folder, "--model", tmp_path / "lost.safetensors").code == 8
