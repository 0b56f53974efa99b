"""What many cases say together: means, means by group, and how much worse than plain enlargement it can get."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dualzoom.evaluation.case import Scores
from dualzoom.evaluation.run import Judged

BASE = "bicubic"
_WORST = ("inside", "outside")


@dataclass(frozen=True, kw_only=True)
class Worst:
    """The least that a row gained over plain enlargement in any case, and in which; by score, in dB."""

    gain: Scores
    where: dict[str, str]


def columns(judged: Sequence[Judged]) -> tuple[str, ...]:
    """The names of all scores, in the order in which they first come; not every case need have each."""
    return tuple(dict.fromkeys(key for one in judged for score in one.scores for key in score.scores))


def means(judged: Sequence[Judged]) -> tuple[Scores, ...]:
    """The mean of each score over the cases, by row; nan where no case has it."""
    by_row = zip(*(one.scores for one in judged), strict=True)
    keys = columns(judged)
    return tuple(
        {key: _mean([score.scores.get(key, math.nan) for score in row]) for key in keys} for row in by_row
    )


def groups(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The cases of each group, in their order; those of none are left out."""
    found: dict[str, list[Judged]] = {}
    for one in judged:
        if one.group:
            found.setdefault(one.group, []).append(one)
    return found


def worst(judged: Sequence[Judged]) -> dict[int, Worst]:
    """For each row but bicubic, by its number: how it does where it does worst. Empty without a row bicubic.

    A score that no case has is nan, in "".
    """
    labels = [score.row.label for score in judged[0].scores]
    if BASE not in labels or not all(key in columns(judged) for key in _WORST):
        return {}
    base = labels.index(BASE)
    return {row: _worst(judged, row, base) for row in range(len(labels)) if row != base}


def _worst(judged: Sequence[Judged], row: int, base: int) -> Worst:
    gain, where = {}, {}
    for key in _WORST:
        gains = [(one.scores[row].scores[key] - one.scores[base].scores[key], one.name) for one in judged]
        known = [found for found in gains if not math.isnan(found[0])]
        gain[key], where[key] = min(known, default=(math.nan, ""))
    return Worst(gain=gain, where=where)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
