"""Where each place of a frame was in the frame before: by a homography, and by dense flow what moved against that.

The flow is found on pictures of half the density or less: noise makes it tremble, and its confidence fall, at full
density, and neighbouring frames differ little. What it cannot tell is for its user to judge by the pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.registration.gray import Gray, resize
from dualzoom.registration.parallax import parallax
from dualzoom.registration.plane import inverse, resizing, transform
from dualzoom.registration.types import Matrix

_SHARE, _MOST_SIDE_PX = 0.5, 640  # of the frame's sides, and at most: pictures on which flow is found


@dataclass(frozen=True)
class Between:
    """On equal cells that cover a frame; both float32.

    `shift`: (h, w, 2) px of the frame: what it shows at x lay at x + shift in the frame before. `confidence`: (h, w)
    0..1, how far to believe that; 0 where the frame before did not see it.
    """

    shift: NDArray[np.float32]
    confidence: NDArray[np.float32]


def between(before: Gray, after: Gray, step: Matrix) -> Between:
    """Finds the displacement from a frame back to the one before.

    `before`, `after`: (H, W) uint8 luma (`gray.luma`). `step`: px of the frame before → px of this one
    (`follow.motion`).
    """
    size = Size.of(after)
    share = min(_SHARE, _MOST_SIDE_PX / max(size.width, size.height))
    small = Size(max(16, round(size.width * share)), max(16, round(size.height * share)))
    reduce = resizing(size, small)
    warp, shape = reduce @ step @ inverse(reduce), (small.width, small.height)
    one, other = resize(after, small), resize(before, small)
    flags, border = cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
    moved = np.asarray(cv2.warpPerspective(other, warp, shape, flags=flags, borderMode=border), np.uint8)
    full = np.full(other.shape, 255, np.uint8)
    inside = cv2.warpPerspective(full, warp, shape, flags=cv2.INTER_LINEAR) > 254
    found = parallax(one, moved, inside)
    cells = Size.of(found.confidence)
    to_frame = resizing(cells, size)
    across = to_frame[0, 0] * np.arange(cells.width) + to_frame[0, 2]
    down = to_frame[1, 1] * np.arange(cells.height) + to_frame[1, 2]
    places = np.stack(np.meshgrid(across, down), -1)
    aside = places + found.flow / np.array([reduce[0, 0], reduce[1, 1]])
    there = transform(inverse(step), aside.reshape(-1, 2)).reshape(places.shape)
    return Between((there - places).astype(np.float32), found.confidence)
