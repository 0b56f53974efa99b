"""Scores as a table for people and as lines for scripts."""

import io
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dualzoom.benchmark.run import Judged, Refused, Score
    from dualzoom.benchmark.subject import Protocol, Scores

_HEADS = {
    "whole": "whole, dB",
    "inside": "inside",
    "outside": "outside",
    "detail": "detail",
    "energy": "energy",
    "consistency_db": "wide, dB",
    "blocks": "places",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
}
_DIGITS = {"detail": 3, "energy": 3, "ssim": 4, "blocks": 0}


def text(protocol: "Protocol", judged: "Sequence[Judged]") -> str:
    """A line for each pair and row, and the means of several; no colours, so it can be kept."""
    from rich.console import Console
    from rich.table import Table

    from dualzoom.benchmark.run import means
    from dualzoom.benchmark.subject import COLUMNS

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), highlight=False)
    table.add_column("photo" if protocol == "single" else "pair", no_wrap=True)
    table.add_column("row", no_wrap=True)
    for key in COLUMNS[protocol]:
        table.add_column(_HEADS[key], justify="right", no_wrap=True)
    groups = [(one.name, [score.scores for score in one.scores]) for one in judged]
    if len(judged) > 1:
        groups.append((f"mean of {len(judged)}", list(means(judged))))
    labels = [score.row.label for score in judged[0].scores]
    for name, scores in groups:
        for number, (label, values) in enumerate(zip(labels, scores, strict=True)):
            shown = [_shown(key, values[key]) for key in COLUMNS[protocol]]
            table.add_row(_plain(name if number == 0 else ""), _plain(label), *shown)
    page = io.StringIO()
    Console(file=page, width=1000, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def lines(protocol: "Protocol", one: "Judged") -> Iterator[dict[str, Any]]:
    """One object for each row of a pair.

    A score is null where nothing counts (no place outside) or the result equals the truth.
    """
    for score in one.scores:
        yield {
            "protocol": protocol,
            "name": one.name,
            **_facts(score),
            "scores": _finite(score.scores),
            "seconds": round(score.seconds, 3),
        }


def last_lines(
    protocol: "Protocol", judged: "Sequence[Judged]", refused: "Sequence[Refused]"
) -> Iterator[dict[str, Any]]:
    """One object for each row's mean, one for each pair left out."""
    from dualzoom.benchmark.run import means

    for score, mean in zip(judged[0].scores, means(judged), strict=True):
        yield {"protocol": protocol, "mean_of": len(judged), **_facts(score), "scores": _finite(mean)}
    for left in refused:
        yield {"protocol": protocol, "name": left.name, "left_out": str(left.error)}


def _facts(score: "Score") -> dict[str, str | None]:
    return {"row": score.row.label, "model": score.row.model, "ablation": score.row.ablation}


def _shown(key: str, value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.{_DIGITS.get(key, 2)}f}"


def _finite(scores: "Scores") -> dict[str, float | None]:
    return {key: round(value, 4) if math.isfinite(value) else None for key, value in scores.items()}


def _plain(words: str) -> str:
    from rich.markup import escape

    return escape(words)
