"""Scores as tables for people, without colours, so that they can go to a file."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol, Scores
    from dualzoom.evaluation.run import JudgedCase
    from dualzoom.report.side_by_side import Table

#: In the order of the table.
HEADS = {
    "whole": "whole, dB",
    "inside": "inside",
    "outside": "outside",
    "detail": "detail",
    "energy": "energy",
    "consistency_db": "wide, dB",
    "pixels_db": "pixels, dB",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "border": "border",
    "text": "text",
    "letters": "letters",
    "blocks": "places",
    "cpu_s": "CPU-s",
    "peak_mb": "MB",
}
_DIGITS = {
    "detail": 3,
    "energy": 3,
    "ssim": 4,
    "border": 3,
    "text": 3,
    "letters": 0,
    "blocks": 0,
    "cpu_s": 1,
    "peak_mb": 0,
}


def text(protocol: "Protocol", judged: "Sequence[JudgedCase]") -> str:
    """Returns the tables as plain text."""
    return "\n\n".join(_printed(table) for table in tables(protocol, judged))


def tables(protocol: "Protocol", judged: "Sequence[JudgedCase]") -> "list[Table]":
    """Returns a table with a line for each case and method, and the means of several.

    Under the protocol phone follow a table of the means by phone, and one of each method's worst case.
    """
    from dualzoom.evaluation.summary import groups, means

    lines = [(one.name, [result.scores for result in one.results]) for one in judged]
    if len(judged) > 1:
        lines.append((f"mean of {len(judged)}", list(means(judged))))
    made = [_table("photo" if protocol in ("single", "phone") else "pair", judged, lines)]
    by_phone = groups(judged)
    if by_phone:
        lines = [(f"{name}, mean of {len(some)}", list(means(some))) for name, some in by_phone.items()]
        made += [_table("camera", judged, lines), *_worst(judged)]
    return made


def _table(
    head: str, judged: "Sequence[JudgedCase]", lines: "Sequence[tuple[str, Sequence[Scores]]]"
) -> "Table":
    """A line for each name and method."""
    from dualzoom.evaluation.summary import columns
    from dualzoom.report.side_by_side import Table

    there = columns(judged)
    keys = [key for key in HEADS if key in there]
    rows = []
    labels = [result.method.label for result in judged[0].results]
    for name, scores in lines:
        for number, (label, values) in enumerate(zip(labels, scores, strict=True)):
            shown = [_shown(key, values.get(key, math.nan)) for key in keys]
            rows.append((name if number == 0 else "", label, *shown))
    return Table(heads=(head, "row", *(HEADS[key] for key in keys)), rows=tuple(rows))


def _worst(judged: "Sequence[JudgedCase]") -> "list[Table]":
    """Where each method does worst beside plain enlargement; no table without plain enlargement."""
    from dualzoom.evaluation.summary import worst
    from dualzoom.report.side_by_side import Table

    found = worst(judged)
    if not found:
        return []
    rows = []
    for number, one in found.items():
        cells = [cell for key, gain in one.gain.items() for cell in (_signed(gain), one.where[key] or "-")]
        rows.append((judged[0].results[number].method.label, *cells))
    heads = ("worst over bicubic", "inside, dB", "at", "outside, dB", "at")
    return [Table(heads=heads, rows=tuple(rows), names=1)]


def _printed(shown: "Table") -> str:
    """Prints a table; numbers and their heads are set to the right, words to the left."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), highlight=False)
    for number, head in enumerate(shown.heads):
        right = number >= shown.names and head != "at"
        table.add_column(head, justify="right" if right else "left", no_wrap=True)
    for row in shown.rows:
        table.add_row(*map(_plain, row))
    page = io.StringIO()
    Console(file=page, width=1000, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _shown(key: str, value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.{_DIGITS.get(key, 2)}f}"


def _signed(gain: float) -> str:
    return "-" if math.isnan(gain) else f"{gain:+.2f}"


def _plain(words: str) -> str:
    from rich.markup import escape

    from dualzoom.cli.plain_text import plain

    return escape(plain(words))
