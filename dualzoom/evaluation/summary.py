"""Summarises many cases: means, means by group, and how far a method can fall behind plain enlargement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dualzoom.evaluation.case import Scores
from dualzoom.evaluation.run import JudgedCase

BASE = "bicubic"
_WORST = ("inside", "outside")


@dataclass(frozen=True, kw_only=True)
class Worst:
    """A method's least gain over plain enlargement in any case, in dB, and the case's name; by score."""

    gain: Scores
    where: dict[str, str]


def columns(judged: Sequence[JudgedCase]) -> tuple[str, ...]:
    """Returns the names of all scores in the order of first appearance; a case may lack some."""
    return tuple(dict.fromkeys(key for one in judged for result in one.results for key in result.scores))


def means(judged: Sequence[JudgedCase]) -> tuple[Scores, ...]:
    """Returns each method's mean scores over the cases; nan where no case has the score."""
    by_method = zip(*(one.results for one in judged), strict=True)
    keys = columns(judged)
    return tuple(
        {key: _mean([result.scores.get(key, math.nan) for result in results]) for key in keys}
        for results in by_method
    )


def groups(judged: Sequence[JudgedCase]) -> dict[str, list[JudgedCase]]:
    """Returns the cases of each group in their order; omits cases without a group."""
    found: dict[str, list[JudgedCase]] = {}
    for one in judged:
        if one.group:
            found.setdefault(one.group, []).append(one)
    return found


def worst(judged: Sequence[JudgedCase]) -> dict[int, Worst]:
    """Finds, for each method but bicubic, by its number, where it gains least. Empty without the method bicubic.

    A score that no case has is nan, and its case "".
    """
    labels = [result.method.label for result in judged[0].results]
    if BASE not in labels or not all(key in columns(judged) for key in _WORST):
        return {}
    base = labels.index(BASE)
    return {number: _worst(judged, number, base) for number in range(len(labels)) if number != base}


def _worst(judged: Sequence[JudgedCase], method: int, base: int) -> Worst:
    gain, where = {}, {}
    for key in _WORST:
        gains = [
            (one.results[method].scores[key] - one.results[base].scores[key], one.name) for one in judged
        ]
        known = [found for found in gains if not math.isnan(found[0])]
        gain[key], where[key] = min(known, default=(math.nan, ""))
    return Worst(gain=gain, where=where)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
