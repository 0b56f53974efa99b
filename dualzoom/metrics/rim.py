"""Squares in pairs along an outline, one just inside and one just outside: `border` compares them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Region, Size

STRIP_PX = 48  # of the 2× grid: side of a square
_STEP_PX = 24  # neighbours overlap by half, so that no place along the outline counts less
_CLEAR_PX = 8  # kept from the outline on both sides: filters and the tele's last pixels reach so far


@dataclass(frozen=True, kw_only=True)
class Rim:
    """Top left corners (n, 2), (x, y) on the 2× grid, of squares of `STRIP_PX`; row k of both is one place.

    All are even, so that the squares cover whole pixels of the wide's grid, too.
    """

    inside: NDArray[np.int64]
    outside: NDArray[np.int64]

    @property
    def empty(self) -> bool:
        """Whether the outline has no place with room on both sides."""
        return len(self.inside) == 0

    @classmethod
    def of(cls, overlap: NDArray[np.float64], wide: Size) -> "Rim":
        """Lays squares along a convex outline.

        `overlap`: its corners (n, 2) in the wide's pixels, in either direction; `wide`: the wide's size. Where the
        outline runs along the frame's edge, nothing lies outside, and no squares are laid.
        """
        corners = 2 * overlap + TO_2X[0, 2]
        frame = Region.full(wide.scale(2))
        pairs = []
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            length = float(np.hypot(*(end - start)))
            if length > 0:
                inward = _inward(start, end, corners.mean(axis=0))
                pairs += _along(start, (end - start) / length, inward, length)
        kept = [pair for pair in pairs if all(frame.contains(_square(corner)) for corner in pair)]
        found = np.array(kept, np.int64).reshape(-1, 2, 2)
        return cls(inside=found[:, 0], outside=found[:, 1])


def _along(
    start: NDArray[np.float64],
    along: NDArray[np.float64],
    inward: NDArray[np.float64],
    length: float,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Returns corners of the squares inside and outside of one edge, less its ends: there the next edge begins."""
    half = STRIP_PX / 2
    reach = half * float(np.abs(inward).sum())  # of an upright square across a turned edge
    end = _CLEAR_PX + 2 * reach
    room = length - 2 * end
    if room < 0:
        return []
    places = end + np.linspace(0, room, int(room // _STEP_PX) + 1)
    pairs = []
    for place in places:
        on_edge = start + place * along
        centres = on_edge + (_CLEAR_PX + reach) * inward, on_edge - (_CLEAR_PX + reach) * inward
        inside, outside = (np.rint((centre - half) / 2).astype(np.int64) * 2 for centre in centres)
        pairs.append((inside, outside))
    return pairs


def _inward(
    start: NDArray[np.float64], end: NDArray[np.float64], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the unit normal of an edge that points at the centre."""
    x, y = (end - start) / np.hypot(*(end - start))
    normal = np.array([-y, x])
    return np.asarray(normal if normal @ (centre - start) >= 0 else -normal, np.float64)


def _square(corner: NDArray[np.int64]) -> Region:
    return Region(int(corner[0]), int(corner[1]), STRIP_PX, STRIP_PX)
