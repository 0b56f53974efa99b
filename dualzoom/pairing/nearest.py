"""Pairs photos by different lenses, the nearest in time first: greedy, in n log n for a given number of lenses.

Photos by one lens at one moment are one *stop*, however many they are: a camera whose clock stands still makes one
stop for each lens. For two lenses the nearest unused pair is always made of neighbours in time, so a linked list of
their stops and a heap of neighbours are enough; when a stop is used up, its neighbours become each other's.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path

MAIN_CAMERA_MM = 26.0  # what nearly all phones' main cameras are near to
MIN_RATIO = 1.3  # below this the two are photos by the same lens, or not worth joining


@dataclass(frozen=True, order=True)
class TimedPhoto:
    """A photo with its moment and its focal length in mm (35 mm equivalent, or real within one camera)."""

    taken: datetime
    focal: float
    path: Path


@dataclass(eq=False)
class _Stop:
    """The unused photos by one lens at one moment, the first name last."""

    taken: datetime
    focal: float
    shots: list[TimedPhoto]
    lines: list["_Line"] = field(default_factory=list)


@dataclass(frozen=True, order=True)
class _Candidate:
    """Two stops that may belong together; the smallest is the likeliest."""

    gap_s: float
    other_format: bool  # raw goes with raw where both exist
    off_main: float
    ratio: float
    paths: tuple[Path, Path]
    wide: _Stop = field(compare=False)
    tele: _Stop = field(compare=False)


class _Line:
    """The unused stops of two lenses in the order of time."""

    def __init__(self, stops: Sequence[_Stop]) -> None:
        self._after = dict(pairwise(stops))
        self._before = {later: earlier for earlier, later in self._after.items()}
        for stop in stops:
            stop.lines.append(self)

    def neighbours(self) -> Iterator[tuple[_Stop, _Stop]]:
        """Yields the stops that follow each other."""
        return iter(list(self._after.items()))

    def remove(self, stop: _Stop) -> tuple[_Stop, _Stop] | None:
        """Takes a stop out; returns the two that are neighbours now."""
        before, after = self._before.pop(stop, None), self._after.pop(stop, None)
        if before is not None:
            self._after.pop(before)
        if after is not None:
            self._before.pop(after)
        if before is None or after is None:
            return None
        self._after[before], self._before[after] = after, before
        return before, after


def nearest_first(shots: Iterable[TimedPhoto], max_gap_s: float) -> Iterator[tuple[TimedPhoto, TimedPhoto]]:
    """Pairs (wide, tele) of one camera's shots, each used once, until no two that are left fit."""
    heap: list[_Candidate] = []
    by_lens = _stops(shots)
    for short, long in combinations(sorted(by_lens), 2):
        if long >= MIN_RATIO * short:
            line = _Line(sorted((*by_lens[short], *by_lens[long]), key=lambda stop: (stop.taken, stop.focal)))
            heap += (found for two in line.neighbours() if (found := _candidate(*two, max_gap_s)))
    heapq.heapify(heap)
    while heap:
        best = heapq.heappop(heap)
        if not (best.wide.shots and best.tele.shots):
            continue
        yield from _joined(best.wide, best.tele)
        for used in (best.wide, best.tele):
            for line in used.lines if not used.shots else ():
                met = line.remove(used)
                if met is not None and (found := _candidate(*met, max_gap_s)):
                    heapq.heappush(heap, found)


def _stops(shots: Iterable[TimedPhoto]) -> dict[float, list[_Stop]]:
    """Focal length → its stops."""
    moments: dict[tuple[float, datetime], list[TimedPhoto]] = defaultdict(list)
    for shot in sorted(shots, reverse=True):
        moments[shot.focal, shot.taken].append(shot)
    found: dict[float, list[_Stop]] = defaultdict(list)
    for (focal, taken), some in moments.items():
        found[focal].append(_Stop(taken, focal, some))
    return found


def _candidate(one: _Stop, other: _Stop, max_gap_s: float) -> _Candidate | None:
    """Returns two stops as a candidate; None where both are by one lens, or too far apart."""
    gap_s = abs((other.taken - one.taken).total_seconds())
    if one.focal == other.focal or gap_s > max_gap_s or not (one.shots and other.shots):
        return None
    wide, tele = (one, other) if one.focal < other.focal else (other, one)
    return _Candidate(
        gap_s=gap_s,
        other_format=_formats(wide).isdisjoint(_formats(tele)),
        off_main=abs(math.log(wide.focal / MAIN_CAMERA_MM)),
        ratio=tele.focal / wide.focal,
        paths=(wide.shots[-1].path, tele.shots[-1].path),
        wide=wide,
        tele=tele,
    )


def _formats(stop: _Stop) -> set[str]:
    """Returns the suffixes of the last four shots: enough to tell raw from JPEG, and quick for thousands."""
    return {shot.path.suffix.lower() for shot in stop.shots[-4:]}


def _joined(wide: _Stop, tele: _Stop) -> Iterator[tuple[TimedPhoto, TimedPhoto]]:
    """As many pairs as both stops give: first of one format, in the order of names; then what is left of any."""
    formats: dict[str, list[TimedPhoto]] = defaultdict(list)
    for shot in tele.shots:
        formats[shot.path.suffix.lower()].append(shot)
    left, used = [], set()
    for shot in reversed(wide.shots):
        if same := formats[shot.path.suffix.lower()]:
            used.add(partner := same.pop())
            yield shot, partner
        else:
            left.append(shot)
    others = [shot for shot in reversed(tele.shots) if shot not in used]
    yield from zip(left, others, strict=False)
    both = min(len(left), len(others))
    wide.shots[:], tele.shots[:] = left[both:][::-1], others[both:][::-1]
