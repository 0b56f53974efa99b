"""Shares of characters that were read right, by program, place, size and camera, and how far they are to be trusted.

All programs enlarge the same signs, so programs are compared sign by sign: the standard error of a difference is that
of its mean over signs drawn again, with replacement (bootstrap). It says nothing of other words, fonts or phones.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.report.side_by_side import Table

_DRAWS = 2000


@dataclass(frozen=True)
class Place:
    """Where a sign was read: inside or outside the tele's view, its capitals in px of the wide, the camera."""

    where: str
    cap_px: int
    camera: str

    def fits(self, where: str, cap_px: int | None, camera: str | None) -> bool:
        return self.where == where and cap_px in (None, self.cap_px) and camera in (None, self.camera)


class Tally:
    """What was read; the signs of a place come in the same order for every label."""

    def __init__(self) -> None:
        self._found: dict[str, dict[Place, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))

    def add(self, label: str, place: Place, characters: int, share: float) -> None:
        self._found[label][place].append((characters, share))

    def share(self, label: str, where: str, cap_px: int | None = None, camera: str | None = None) -> float:
        """Returns the mean over characters of all that fits; nan where nothing does."""
        found = self._chosen(label, where, cap_px, camera)
        return _mean(found) if len(found) else float("nan")

    def gain(
        self, label: str, over: str, where: str, cap_px: int | None = None, camera: str | None = None
    ) -> tuple[float, float]:
        """Returns by how much `label` is above `over` on the same signs, and the standard error of that."""
        ours, theirs = (self._chosen(one, where, cap_px, camera) for one in (label, over))
        if not len(ours):
            return float("nan"), float("nan")
        paired = np.stack([ours[:, 0], ours[:, 1] - theirs[:, 1]], 1)
        drawn = np.random.default_rng(1).integers(0, len(paired), (_DRAWS, len(paired)))
        return _mean(paired), float(np.std([_mean(paired[pick]) for pick in drawn]))

    def count(self, label: str, where: str) -> int:
        return sum(len(ones) for place, ones in self._found[label].items() if place.where == where)

    def _chosen(self, label: str, where: str, cap_px: int | None, camera: str | None) -> NDArray[np.float64]:
        """Returns characters and share of each sign that fits: (n, 2), in the order of their places."""
        kept = self._found[label].items()
        return np.array(
            [one for place, ones in kept if place.fits(where, cap_px, camera) for one in ones], np.float64
        ).reshape(-1, 2)


def tables(
    tally: Tally, labels: Sequence[str], caps_px: Sequence[int], cameras: Sequence[str]
) -> list[Table]:
    """Shares by size of the capitals and by camera, then what each label gains over the first one."""
    made = []
    for head, name, keys in (("capitals, px", "cap_px", caps_px), ("camera", "camera", cameras)):
        rows = []
        for where in ("inside", "outside"):
            for label in labels:
                cells = [tally.share(label, where, **{name: key}) for key in keys]
                cells.append(tally.share(label, where))
                rows.append((where if label == labels[0] else "", label, *(f"{cell:.3f}" for cell in cells)))
        made.append(Table(heads=(head, "row", *map(str, keys), "all"), rows=tuple(rows)))
    first, *others = labels
    rows = []
    for where in ("inside", "outside"):
        for label in others:
            gains = [tally.gain(label, first, where, camera=camera) for camera in (*cameras, None)]
            cells = [f"{gain:+.3f} ± {error:.3f}" for gain, error in gains]
            rows.append((where if label == others[0] else "", label, *cells))
    made.append(Table(heads=(f"over {first}", "row", *cameras, "all"), rows=tuple(rows)))
    return made


def show(made: Table) -> str:
    """A table in Markdown."""
    lines = [made.heads, tuple("---" for _ in made.heads), *made.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _mean(found: NDArray[np.float64]) -> float:
    """The mean share over characters: (n, 2) characters, share."""
    return float(found[:, 0] @ found[:, 1] / found[:, 0].sum())
