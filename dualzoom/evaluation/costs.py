"""What other programs' results cost: `costs.csv` in their folder, written by whoever measured it.

Columns: `name` of the case, `cpu_s` (seconds of all cores), `peak_mb` (the most memory held). One of the two numbers is
enough, and a case may be missing.
"""

import csv
import io
import math
from pathlib import Path

from dualzoom.errors import CaptureError, UsageError
from dualzoom.evaluation.case import Scores

NAME, COLUMNS = "costs.csv", ("cpu_s", "peak_mb")
_MOST_BYTES = 1 << 20


def read_costs(folder: Path) -> dict[str, Scores]:
    """Reads the costs by case; empty where there is no such file. Of two lines for a case the later counts.

    Raises CaptureError where it cannot be read, UsageError where a number is none or a column is missing.
    """
    path = folder / NAME
    if not path.exists():
        return {}
    found: dict[str, Scores] = {}
    table = csv.DictReader(io.StringIO(_text(path)))
    columns = [column for column in COLUMNS if column in (table.fieldnames or ())]
    if "name" not in (table.fieldnames or ()) or not columns:
        raise UsageError(
            path, f"it lacks columns: name, and {' or '.join(COLUMNS)}", "write them in its first line"
        )
    for row in table:
        words = {column: (row[column] or "").strip() for column in columns}
        found[row["name"] or ""] = {
            column: _number(word, path, table.line_num) for column, word in words.items() if word
        }
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaptureError(path, f"it cannot be read ({error})", "write it as UTF-8, or remove it") from error
    if len(data) > _MOST_BYTES:
        raise CaptureError(path, f"it is larger than {_MOST_BYTES} bytes", "keep one line for each picture")
    return text


def _number(word: str, path: Path, line: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(path, f"line {line}: {word!r} is no cost", "write a number, or nothing")
    return value
