"""The table of a batch: a line for each pair, its files first, so that a table is also a source of pairs.

    wide, tele, tele2, …, frames, name      as `pairing.table` reads them: a plan can be edited and handed back
    output, state                           as events have them
    tele_used, tele2_used, …                yes or no; empty where nothing was done now
    frames_used, frames_refused, error      the numbers of frames, and the whole message of a failure

UTF-8 with the mark by which spreadsheets know it, commas, absolute paths.
"""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from dualzoom.batch.events import Event
from dualzoom.pairing.table import FRAMES_BETWEEN

_END = b"frames_used,frames_refused,error\r\n"


def pair_table(events: Sequence[Event]) -> bytes:
    """Returns the table of these events, in their order."""
    most = max((len(event.job.pair.teles) for event in events), default=1)
    teles = ["tele", *(f"tele{number}" for number in range(2, most + 1))]
    columns = [
        *("wide", *teles, "frames", "name", "output", "state"),
        *(f"{tele}_used" for tele in teles),
        *("frames_used", "frames_refused", "error"),
    ]
    text = io.StringIO()
    table = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_line(event, teles) for event in events)
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "surrogateescape")


def is_ours(path: Path) -> bool:
    """Whether a file is such a table of an earlier run, by its first line; never where it cannot be read."""
    try:
        with path.open("rb") as file:
            first = file.readline(1 << 12)
    except OSError:
        return False
    return first.startswith(codecs.BOM_UTF8 + b"wide,tele,") and first.endswith(_END)


def _line(event: Event, teles: Sequence[str]) -> dict[str, object]:
    pair, told = event.job.pair.absolute(), event.to_json()
    line: dict[str, object] = {
        "wide": pair.wide,
        "frames": FRAMES_BETWEEN.join(map(str, pair.frames)),
        "name": pair.name,
        "output": event.job.output.absolute(),
        "state": event.state,
        "frames_used": told["frames_used"],
        "frames_refused": told["frames_refused"],
        "error": told.get("error", ""),
    }
    used = {Path(one["path"]).absolute(): one["used"] for one in told["teles"] if "used" in one}
    for column, path in zip(teles, pair.teles, strict=False):
        line[column] = path
        if path in used:
            line[f"{column}_used"] = "yes" if used[path] else "no"
    return {column: "" if value is None else value for column, value in line.items()}
