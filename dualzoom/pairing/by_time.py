"""Pairing photos that say nothing by their names: same camera, nearly the same moment, a longer lens.

Every photo is used at most once. The nearest in time pair first; at one moment a phone's main camera is the wide,
and the next longer lens its tele, so that of 13, 26 and 77 mm the pair is 26 with 77.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dualzoom.capture.header import Glance, glance
from dualzoom.errors import CaptureError

MAIN_CAMERA_MM = 26.0  # what nearly all phones' main cameras are near to
MIN_RATIO = 1.3  # below this the two are photos by the same lens, or not worth joining
OUR_NAME = "dualzoom"


@dataclass(frozen=True)
class Odd:
    """A photo that found no partner, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, order=True)
class _Candidate:
    """Two photos that may belong together; the smallest is the likeliest."""

    gap_s: float
    other_format: bool
    off_main: float
    ratio: float
    wide: Path
    tele: Path


def match(photos: Iterable[Path], max_gap_s: float) -> tuple[list[tuple[Path, Path]], list[Odd]]:
    """Pairs (wide, tele) among `photos`, in the order they were taken, and the rest with reasons."""
    cameras: dict[tuple[str | None, str | None], list[tuple[datetime, float, Path]]] = defaultdict(list)
    odd: list[Odd] = []
    for path in photos:
        try:
            seen = glance(path)
        except CaptureError as error:
            odd.append(Odd(path, error.reason))
            continue
        reason = _unusable(seen)
        if reason is None and seen.taken is not None and seen.focal is not None:
            cameras[seen.lens.make, seen.lens.model].append((seen.taken, seen.focal, path))
        else:
            odd.append(Odd(path, reason or ""))
    pairs: list[tuple[datetime, Path, Path]] = []
    for shots in cameras.values():
        when = {path: taken for taken, _, path in shots}
        partner: set[Path] = set()
        for found in sorted(_candidates(sorted(shots), max_gap_s)):
            if partner.isdisjoint((found.wide, found.tele)):
                partner |= {found.wide, found.tele}
                pairs.append((when[found.wide], found.wide, found.tele))
        why = f"no photo by another lens of this camera within {max_gap_s:g} s"
        odd += [Odd(path, why) for path in when if path not in partner]
    return [(wide, tele) for _, wide, tele in sorted(pairs)], sorted(odd, key=lambda item: item.path)


def _unusable(seen: Glance) -> str | None:
    if seen.software and seen.software.startswith(OUR_NAME):
        return "this is a result of dualzoom"  # it carries the wide's lens and moment
    if seen.taken is None:
        return "its file does not say when it was taken"
    if seen.focal is None:
        return "its file does not say the focal length"
    return None


def _candidates(shots: list[tuple[datetime, float, Path]], max_gap_s: float) -> Iterator[_Candidate]:
    """Every wide with every longer lens near it in time."""
    seconds = [(taken - shots[0][0]).total_seconds() for taken, _, _ in shots]
    for (_, focal, wide), moment in zip(shots, seconds, strict=True):
        near = range(bisect_left(seconds, moment - max_gap_s), bisect_right(seconds, moment + max_gap_s))
        for other in near:
            _, longer, tele = shots[other]
            if longer >= MIN_RATIO * focal:
                yield _Candidate(
                    gap_s=abs(seconds[other] - moment),
                    other_format=wide.suffix.lower() != tele.suffix.lower(),  # raw with raw where both exist
                    off_main=abs(math.log(focal / MAIN_CAMERA_MM)),
                    ratio=longer / focal,
                    wide=wide,
                    tele=tele,
                )
