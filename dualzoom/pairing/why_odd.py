"""Why a photo found no partner by its moment: the reason must be true of this very photo."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from dualzoom.pairing.edits import Edit
from dualzoom.pairing.nearest import MIN_RATIO, TimedPhoto


class Lenses:
    """All photos of a camera by lens, in the order of time."""

    def __init__(self, shots: Sequence[TimedPhoto]) -> None:
        self._count = len(shots)
        self._shots: dict[float, list[TimedPhoto]] = defaultdict(list)
        for shot in sorted(shots):
            self._shots[shot.focal].append(shot)
        self._times: dict[float, list[datetime]] = {
            focal: [shot.taken for shot in some] for focal, some in self._shots.items()
        }

    def why_odd(
        self,
        shot: TimedPhoto,
        partner: Mapping[TimedPhoto, TimedPhoto],
        edit: Edit | None,
        max_gap_s: float,
    ) -> str:
        """Why `shot` is in no pair. `partner`: of every photo that is in one. `edit`: how it was edited."""
        alike = " edited in the same way" if edit else ""
        why = self._why(shot, partner, alike, max_gap_s)
        return why if edit is None else f"this is an edited copy of {edit.original}: {why}"

    def _why(
        self, shot: TimedPhoto, partner: Mapping[TimedPhoto, TimedPhoto], alike: str, max_gap_s: float
    ) -> str:
        if self._count == 1:
            return f"there is no other photo of this camera{alike}"
        near = self._nearest(shot)
        if near is None:
            return f"there is no photo by another lens of this camera{alike}, only by about {shot.focal:g} mm"
        away = abs((near.taken - shot.taken).total_seconds())
        if away > max_gap_s:
            return (
                f"no photo by another lens of this camera{alike} within {max_gap_s:g} s; "
                f"the nearest, {near.path.name}, is {away:.0f} s away"
            )
        other = partner[near]
        return f"the nearest photo by another lens, {near.path.name}, goes with {other.path.name}"

    def _nearest(self, shot: TimedPhoto) -> TimedPhoto | None:
        """The nearest photo by a clearly longer or shorter lens."""
        near = self._beside(shot, self._others(shot.focal))
        return min(near, key=lambda other: (abs(other.taken - shot.taken), other.path), default=None)

    def _others(self, focal: float) -> Iterator[float]:
        return (other for other in self._shots if max(other, focal) >= MIN_RATIO * min(other, focal))

    def _beside(self, shot: TimedPhoto, focals: Iterable[float]) -> Iterator[TimedPhoto]:
        """The last before and the first after, by each of the lenses."""
        for focal in focals:
            at = bisect_left(self._times[focal], shot.taken)
            yield from self._shots[focal][max(0, at - 1) : at + 1]
