"""Formats are measured once for each device, and no state of the cache folder is an error."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dualzoom.network import kept_formats
from dualzoom.network.kept_formats import cache_file, kept_format


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache" / "number-formats.json"
    monkeypatch.setattr(kept_formats, "cache_file", lambda: path)
    return path


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`ask(device, found)`: as a new process would; AssertionError if it measures where `found` is None."""

    def asked(device: str, found: str | None) -> str:
        monkeypatch.setattr(kept_formats, "_known", {})

        def measure() -> str:
            assert found is not None, "measured again"
            return found

        return kept_format(device, measure)

    return asked


def test_a_device_is_measured_once(file: Path, ask) -> None:
    assert ask("a", "bf16") == "bf16"
    assert ask("a", None) == "bf16"
    assert ask("b", "fp32") == "fp32"
    assert ask("a", None) == "bf16"
    assert json.loads(file.read_text()) == {"a": "bf16", "b": "fp32"}


def test_a_process_measures_once_even_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_formats, "cache_file", lambda: None)
    monkeypatch.setattr(kept_formats, "_known", {})
    answers = iter(["bf16"])
    assert [kept_format("a", lambda: next(answers)) for _ in range(3)] == ["bf16"] * 3


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"bf16"', '{"a": "double"}', '{"a": ["bf16"]}', '{"a": null}', "[" * 5000, "\x00\xff",
     '{"a": "bf16"' + " " * 100_000 + "}"],
)  # fmt: skip
def test_a_damaged_file_is_measured_anew_and_mended(file: Path, ask, text: str) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    assert ask("a", "fp32") == "fp32"
    assert ask("a", None) == "fp32"


def test_a_folder_that_cannot_be_made_costs_only_the_measurement(file: Path, ask) -> None:
    file.parent.write_text("in the way")
    assert ask("a", "bf16") == "bf16"
    assert ask("a", "bf16") == "bf16"
    assert [one.name for one in file.parent.parent.iterdir()] == ["cache"]


def test_a_folder_in_the_files_place_costs_only_the_measurement(file: Path, ask) -> None:
    file.mkdir(parents=True)
    assert ask("a", "bf16") == "bf16"
    assert list(file.parent.iterdir()) == [file]


def test_the_file_does_not_grow_for_ever(file: Path, ask) -> None:
    for number in range(70):
        ask(f"device {number}", "bf16")
    kept = json.loads(file.read_text())
    assert len(kept) == 64
    assert "device 69" in kept


def test_it_lies_in_the_users_cache_folder() -> None:
    path = cache_file()
    assert path is not None
    assert "dualzoom" in path.parts
