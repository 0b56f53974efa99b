"""Scores as tables for people, without colours, so that they can go to a file."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from dualzoom.evaluation.case import Protocol, Scores
    from dualzoom.evaluation.run import JudgedCase

#: In the order of the table.
_HEADS = {
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
    "blocks": "places",
}
_DIGITS = {"detail": 3, "energy": 3, "ssim": 4, "border": 3, "text": 3, "blocks": 0}


def text(protocol: "Protocol", judged: "Sequence[JudgedCase]") -> str:
    """Returns a table with a line for each case and method, and the means of several.

    Under the protocol phone follow a table of the means by phone, and one of each method's worst case.
    """
    from dualzoom.evaluation.summary import groups, means

    lines = [(one.name, [result.scores for result in one.results]) for one in judged]
    if len(judged) > 1:
        lines.append((f"mean of {len(judged)}", list(means(judged))))
    tables = [_table("photo" if protocol in ("single", "phone") else "pair", judged, lines)]
    by_phone = groups(judged)
    if by_phone:
        lines = [(f"{name}, mean of {len(some)}", list(means(some))) for name, some in by_phone.items()]
        tables += [_table("camera", judged, lines), *_worst(judged)]
    return "\n\n".join(_printed(table) for table in tables)


def _table(
    head: str, judged: "Sequence[JudgedCase]", lines: "Sequence[tuple[str, Sequence[Scores]]]"
) -> "Table":
    """A line for each name and method."""
    from dualzoom.evaluation.summary import columns

    there = columns(judged)
    keys = [key for key in _HEADS if key in there]
    table = _empty(head, "row")
    for key in keys:
        table.add_column(_HEADS[key], justify="right", no_wrap=True)
    labels = [result.method.label for result in judged[0].results]
    for name, scores in lines:
        for number, (label, values) in enumerate(zip(labels, scores, strict=True)):
            shown = [_shown(key, values.get(key, math.nan)) for key in keys]
            table.add_row(_plain(name if number == 0 else ""), _plain(label), *shown)
    return table


def _worst(judged: "Sequence[JudgedCase]") -> "list[Table]":
    """Where each method does worst beside plain enlargement; no table without plain enlargement."""
    from dualzoom.evaluation.summary import worst

    found = worst(judged)
    if not found:
        return []
    table = _empty("worst over bicubic")
    for key in ("inside", "outside"):
        table.add_column(f"{key}, dB", justify="right", no_wrap=True)
        table.add_column("at", no_wrap=True)
    for number, one in found.items():
        cells = [
            cell for key, gain in one.gain.items() for cell in (_signed(gain), _plain(one.where[key] or "-"))
        ]
        table.add_row(_plain(judged[0].results[number].method.label), *cells)
    return [table]


def _empty(*heads: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), highlight=False)
    for head in heads:
        table.add_column(head, no_wrap=True)
    return table


def _printed(table: "Table") -> str:
    from rich.console import Console

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
