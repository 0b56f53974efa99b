"""Scores as lines of JSON for scripts."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol, Scores
    from dualzoom.evaluation.run import Judged, Refused, Score


def lines(protocol: "Protocol", one: "Judged") -> Iterator[dict[str, Any]]:
    """One object for each row of a case.

    A score is null where nothing counts (no place outside) or the result equals the truth.
    """
    for score in one.scores:
        yield {
            "protocol": protocol,
            "name": one.name,
            **({"camera": one.group} if one.group else {}),
            **_facts(score),
            "scores": _finite(score.scores),
            "seconds": round(score.seconds, 3),
        }


def last_lines(
    protocol: "Protocol", judged: "Sequence[Judged]", refused: "Sequence[Refused]"
) -> Iterator[dict[str, Any]]:
    """One object for each row's mean, of all and of each camera, for the worst of each row, for each left out."""
    from dualzoom.evaluation.summary import groups

    yield from _means({"protocol": protocol}, judged)
    by_camera = groups(judged)
    for camera, some in by_camera.items():
        yield from _means({"protocol": protocol, "camera": camera}, some)
    if by_camera:
        yield from _worst(protocol, judged)
    for left in refused:
        yield {"protocol": protocol, "name": left.name, "left_out": str(left.error)}


def _means(head: dict[str, Any], judged: "Sequence[Judged]") -> Iterator[dict[str, Any]]:
    from dualzoom.evaluation.summary import means

    for score, mean in zip(judged[0].scores, means(judged), strict=True):
        yield {**head, "mean_of": len(judged), **_facts(score), "scores": _finite(mean)}


def _worst(protocol: "Protocol", judged: "Sequence[Judged]") -> Iterator[dict[str, Any]]:
    """How many dB each row gains over plain enlargement where it gains least, and the name of that case."""
    from dualzoom.evaluation.summary import BASE, worst

    for number, one in worst(judged).items():
        yield {
            "protocol": protocol,
            "worst_over": BASE,
            **_facts(judged[0].scores[number]),
            "scores": _finite(one.gain),
            "at": {key: name or None for key, name in one.where.items()},
        }


def _facts(score: "Score") -> dict[str, str | None]:
    return {"row": score.row.label, "model": score.row.model, "ablation": score.row.ablation}


def _finite(scores: "Scores") -> dict[str, float | None]:
    return {key: round(value, 4) if math.isfinite(value) else None for key, value in scores.items()}
