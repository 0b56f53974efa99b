"""Costs of other programs' results: read as they are, refused where they are none."""

from pathlib import Path

import pytest

from dualzoom.errors import CaptureError, UsageError
from dualzoom.evaluation.costs import read_costs


def written(folder: Path, text: str | bytes) -> Path:
    (folder / "costs.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert read_costs(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,cpu_s,peak_mb\na,1.5,300\n", {"a": {"cpu_s": 1.5, "peak_mb": 300}}),
        ("\ufeffpeak_mb,name\r\n300,a\r\n", {"a": {"peak_mb": 300}}),
        ("name,cpu_s,peak_mb,note\na,,300,slow\nb\n", {"a": {"peak_mb": 300}, "b": {}}),
        ('name,cpu_s\n"kodim01, day",2\n', {"kodim01, day": {"cpu_s": 2}}),
        ("name,cpu_s\na,1\na,3\n", {"a": {"cpu_s": 3}}),
    ],
    ids=["both", "as a spreadsheet writes it", "some are missing", "quoted", "the later counts"],
)
def test_costs_by_name(tmp_path: Path, text: str, expected: dict) -> None:
    assert read_costs(written(tmp_path, text)) == expected


@pytest.mark.parametrize("number", ["fast", "-1", "nan", "inf", "1.5s"])
def test_what_is_no_number_is_named_with_its_line(tmp_path: Path, number: str) -> None:
    with pytest.raises(UsageError, match=r"costs\.csv: line 3: .* is no cost"):
        read_costs(written(tmp_path, f"name,cpu_s\na,1\nb,{number}\n"))


@pytest.mark.parametrize("text", ["", "a,1,2\n", "name\na\n", "cpu_s\n1\n"])
def test_missing_columns_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="it lacks columns: name, and cpu_s or peak_mb"):
        read_costs(written(tmp_path, text))


@pytest.mark.parametrize(
    "data", [b"name,cpu_s\n\xff,1\n", b"name,cpu_s\n" + b"a,1\n" * 300_000], ids=["no UTF-8", "huge"]
)
def test_unreadable_files_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CaptureError, match=r"costs\.csv"):
        read_costs(written(tmp_path, data))


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "costs.csv").mkdir()
    with pytest.raises(CaptureError, match="cannot be read"):
        read_costs(tmp_path)
