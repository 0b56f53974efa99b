"""Scores as tables for people; no colours, so they can be kept."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from dualzoom.evaluation.case import Protocol, Scores
    from dualzoom.evaluation.run import Judged

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


def text(protocol: "Protocol", judged: "Sequence[Judged]") -> str:
    """A line for each case and row, and the means of several; below, where there are cameras, a table of their
    means, and one of the worst that came up."""
    from dualzoom.evaluation.summary import groups, means

    lines = [(one.name, [score.scores for score in one.scores]) for one in judged]
    if len(judged) > 1:
        lines.append((f"mean of {len(judged)}", list(means(judged))))
    tables = [_table("photo" if protocol in ("single", "phone") else "pair", judged, lines)]
    by_camera = groups(judged)
    if by_camera:
        lines = [(f"{name}, mean of {len(some)}", list(means(some))) for name, some in by_camera.items()]
        tables += [_table("camera", judged, lines), *_worst(judged)]
    return "\n\n".join(_printed(table) for table in tables)


def _table(head: str, judged: "Sequence[Judged]", lines: "Sequence[tuple[str, Sequence[Scores]]]") -> "Table":
    """A line for each name and row."""
    from dualzoom.evaluation.summary import columns

    there = columns(judged)
    keys = [key for key in _HEADS if key in there]
    table = _empty(head, "row")
    for key in keys:
        table.add_column(_HEADS[key], justify="right", no_wrap=True)
    labels = [score.row.label for score in judged[0].scores]
    for name, scores in lines:
        for number, (label, values) in enumerate(zip(labels, scores, strict=True)):
            shown = [_shown(key, values.get(key, math.nan)) for key in keys]
            table.add_row(_plain(name if number == 0 else ""), _plain(label), *shown)
    return table


def _worst(judged: "Sequence[Judged]") -> "list[Table]":
    """Where each row does worst beside plain enlargement; none where there is no such row."""
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
        table.add_row(_plain(judged[0].scores[number].row.label), *cells)
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
