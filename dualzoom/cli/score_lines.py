"""Scores as lines of JSON for scripts."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol, Scores
    from dualzoom.evaluation.run import JudgedCase, LeftOutCase, MethodResult


def lines(protocol: "Protocol", one: "JudgedCase") -> Iterator[dict[str, Any]]:
    """Yields one object for each method of a case.

    A score is null where there is nothing to measure (no place outside) or the result equals the truth.
    """
    for result in one.results:
        yield {
            "protocol": protocol,
            "name": one.name,
            **({"camera": one.group} if one.group else {}),
            **_facts(result),
            "scores": _finite(result.scores),
            "seconds": round(result.seconds, 3),
        }


def last_lines(
    protocol: "Protocol", judged: "Sequence[JudgedCase]", left_out: "Sequence[LeftOutCase]"
) -> Iterator[dict[str, Any]]:
    """Yields one object for each method's mean (of all, and by phone), its worst case, and each case left out."""
    from dualzoom.evaluation.summary import groups

    yield from _means({"protocol": protocol}, judged)
    by_phone = groups(judged)
    for phone, some in by_phone.items():
        yield from _means({"protocol": protocol, "camera": phone}, some)
    if by_phone:
        yield from _worst(protocol, judged)
    for one in left_out:
        yield {"protocol": protocol, "name": one.name, "left_out": str(one.error)}


def _means(head: dict[str, Any], judged: "Sequence[JudgedCase]") -> Iterator[dict[str, Any]]:
    from dualzoom.evaluation.summary import means

    for result, mean in zip(judged[0].results, means(judged), strict=True):
        yield {**head, "mean_of": len(judged), **_facts(result), "scores": _finite(mean)}


def _worst(protocol: "Protocol", judged: "Sequence[JudgedCase]") -> Iterator[dict[str, Any]]:
    """Yields how many dB each method gains over plain enlargement where it gains least, and that case's name."""
    from dualzoom.evaluation.summary import BASE, worst

    for number, one in worst(judged).items():
        yield {
            "protocol": protocol,
            "worst_over": BASE,
            **_facts(judged[0].results[number]),
            "scores": _finite(one.gain),
            "at": {key: name or None for key, name in one.where.items()},
        }


def _facts(result: "MethodResult") -> dict[str, str | None]:
    method = result.method
    return {"row": method.label, "model": method.model, "ablation": method.ablation}


def _finite(scores: "Scores") -> dict[str, float | None]:
    return {key: round(value, 4) if math.isfinite(value) else None for key, value in scores.items()}
