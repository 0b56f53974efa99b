"""Whether the outline of the tele's view shows in a result: fine detail just inside it against just outside.

Squares lie in pairs along the outline, one just inside, the other at the same place just outside: whether there is a
line to be seen. (How much sharper the tele's view is farther in is another matter, and wanted.) `activity` is the mean
absolute value of a square's high band (what the wide's grid cannot hold, see `full_size.bands`) on luma, in codes. Then

    contrast = geometric mean over the pairs of  activity inside / activity outside
    border   = contrast of the result / contrast of what the scene itself shows there        1: invisible

Dividing pair by pair cancels what the scene has more of on one side. A border above 1 says that the result is sharper
just inside than, for the same scene, just outside: one can see the tele's rectangle. Sharpness as such does not count:
plain enlargement is soft everywhere and reaches about 1. But it softens edges more than fine grain, or less, so one
picture's figure is accurate to about a sixth (σ over simulated photos); the mean of many is more accurate.

`against_truth` takes what the scene shows from the truth (which itself has exactly 1). Without a truth `against_wide`
takes it from the wide: the same contrast in the octave just below the wide's limit, on the wide's own grid, for
neighbouring octaves of one place rise and fall together. That holds on the average of many places, not to the last
percent: figures without a truth compare results of one pair, and are not absolute.

Pictures are (H, W, 3) uint8 RGB.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.metrics.full_size import bands, grey
from dualzoom.metrics.rim import STRIP_PX, Rim

Activities = NDArray[np.float64]

_LEAST = 1.0  # codes: where the scene has less there is nothing to see, and noise would decide
_FLOOR = 0.25  # codes: rounding to whole codes alone makes so much
_AROUND_PX = 32  # how far the bands' filters reach


@dataclass(frozen=True)
class _Activity:
    """Activities (n,) of the squares inside and outside the outline."""

    inside: Activities
    outside: Activities

    def log_contrast(self) -> Activities:
        return np.asarray(
            np.log(np.maximum(self.inside, _FLOOR)) - np.log(np.maximum(self.outside, _FLOOR)), np.float64
        )


def against_truth(result: NDArray[np.uint8], truth: NDArray[np.uint8], rim: Rim) -> float:
    """Measures how visible the outline is in `result`, 1 being not at all; both pictures lie on the 2× grid.

    Returns nan where the truth or the result is flat along the outline, or where no pair of squares has room.
    """
    return _relative(_activity(result, rim), _activity(truth, rim))


def against_wide(result: NDArray[np.uint8], wide: NDArray[np.uint8], rim: Rim) -> float:
    """Measures it without a truth: `result` (2H, 2W, 3) against the octave below the limit of `wide` (H, W, 3)."""
    return _relative(_activity(result, rim), _activity(wide, rim, coarser=2))


def _relative(result: _Activity, scene: _Activity) -> float:
    counts = np.minimum(scene.inside, scene.outside) >= _LEAST
    counts &= np.maximum(result.inside, result.outside) >= _FLOOR
    if not counts.any():
        return float("nan")
    return float(np.exp(np.mean((result.log_contrast() - scene.log_contrast())[counts])))


def _activity(picture: NDArray[np.uint8], rim: Rim, coarser: int = 1) -> _Activity:
    """Measures the activities of a picture on a grid `coarser` times as coarse as the rim's."""
    if rim.empty:
        return _Activity(np.zeros(0), np.zeros(0))
    side = STRIP_PX // coarser
    inside, outside = rim.inside // coarser, rim.outside // coarser
    low = np.minimum(inside.min(0), outside.min(0)) // 2 * 2
    high = (np.maximum(inside.max(0), outside.max(0)) + side + 1) // 2 * 2
    whole = Region(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    frame = Size.of(picture)
    even = Size(frame.width // 2 * 2, frame.height // 2 * 2)  # pairs of pixels are halved into one
    around = whole.pad(_AROUND_PX).clip(even)
    high_band = np.abs(bands(grey(picture[around.slices]))[1])

    def activity(corners: NDArray[np.int64]) -> Activities:
        squares = (Region(int(x) - around.x, int(y) - around.y, side, side).slices for x, y in corners)
        return np.array([high_band[square].mean(dtype=np.float64) for square in squares])

    return _Activity(activity(inside), activity(outside))
