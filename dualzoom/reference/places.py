"""Where to look when looking everywhere would take too long: the busiest places, spread over a window."""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region

#: Side of a place in the wide's pixels, and places along the window's longer side at most: 8 × 6 as a rule.
SIDE_PX, MOST = 64, 8
#: In small windows places overlap by this much: measurements need room at borders.
_OVERLAP_PX = 12
#: Busyness is looked for on a grid this many times coarser.
_STEP_PX = 4


def places(wide: Pixels, window: Region) -> list[Region]:
    """At most MOST² regions of `window`, one for each cell of a grid over it: the busiest of the cell.

    `wide`: (H, W, 3) integer pixels. Regions are `SIDE_PX` square, or as large as the window where that is smaller.

    >>> places(np.zeros((90, 160, 3), np.uint8), Region(8, 4, 70, 40))
    [Region(x=8, y=4, width=64, height=40)]
    """
    longest = max(window.width, window.height)
    width, height = min(SIDE_PX, window.width), min(SIDE_PX, window.height)
    held = _held(wide[window.slices], width, height)
    found = []
    for top, bottom in _cells(window.height, longest):
        for left, right in _cells(window.width, longest):
            rows = _starts(top, bottom, height, window.height)
            columns = _starts(left, right, width, window.width)
            here = held[np.ix_(rows // _STEP_PX, columns // _STEP_PX)]
            row, column = np.unravel_index(int(here.argmax()), here.shape)
            found.append(Region(window.x + int(columns[column]), window.y + int(rows[row]), width, height))
    return found


def _cells(length: int, longest: int) -> list[tuple[int, int]]:
    """(start, end) of the cells along one side."""
    count = max(1, round(length / max(SIDE_PX - _OVERLAP_PX, longest / MOST)))
    return [(length * n // count, length * (n + 1) // count) for n in range(count)]


def _starts(start: int, end: int, side: int, length: int) -> NDArray[np.int64]:
    """Where a place may start in a cell: in steps where there is room, else about its middle, inside the window."""
    room = end - start - side
    if room > 0:
        return np.arange(start, start + room + 1, _STEP_PX)
    return np.array([min(max(0, start + room // 2), length - side)])


def _held(picture: Pixels, width: int, height: int) -> NDArray[np.float32]:
    """How steep a picture is on the mean over a place that starts at each point of the coarse grid."""
    size = tuple(-(-side // _STEP_PX) for side in picture.shape[1::-1])
    green = cv2.resize(picture[..., 1], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    steepness = np.hypot(*(cv2.Sobel(green, -1, dx, 1 - dx) for dx in (0, 1)))
    side = max(1, width // _STEP_PX), max(1, height // _STEP_PX)
    nothing_beyond = cv2.BORDER_CONSTANT
    return np.asarray(cv2.blur(steepness, side, anchor=(0, 0), borderType=nothing_beyond), np.float32)
