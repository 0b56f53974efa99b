"""`python -m dualzoom` is the command, with its exit code; importing it runs nothing."""

import runpy

import pytest


@pytest.mark.parametrize("code", [0, 5])
def test_it_ends_with_the_commands_exit_code(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dualzoom.cli.main", lambda: code)
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("dualzoom", run_name="__main__", alter_sys=True)
    assert caught.value.code == code


def test_importing_it_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dualzoom.cli.main", lambda: pytest.fail("the command was run"))
    runpy.run_module("dualzoom.__main__", run_name="dualzoom.__main__")
