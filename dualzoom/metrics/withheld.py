"""Hides half of the tele, so that real photos can judge what the tool was not shown.

The tool gets the wide and the other half; the hidden one says what is truly there. A result can have its detail from
the wide alone, or from what the shown half taught: it copies nothing. Each half is hidden once.

The line that the middle of the tele makes on the 2× grid decides which half a block lies in. Parallax and feathers
move things over it by some pixels, so blocks within 64 px of it, or touching it, count for neither.
"""

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Size
from dualzoom.metrics.full_size import BLOCK_PX, TeleBlocks

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")
APART_PX = 64  # of the 2× grid, between the shown half and the blocks that count


def shown_half(tele: NDArray[np.uint8], hidden: Side) -> NDArray[np.uint8]:
    """Cuts the half (h, w//2, 3) that is not hidden from the tele as it is stored; neither half has an odd column."""
    middle = tele.shape[1] // 2
    return np.ascontiguousarray(tele[:, -middle:] if hidden == "left" else tele[:, :middle])


def keep_hidden(whole: TeleBlocks, tele: Size, homography: NDArray[np.float64], hidden: Side) -> TeleBlocks:
    """Keeps the blocks that lie in the hidden half and apart from the shown one.

    `whole`, `homography` (tele px -> wide px): of the whole tele, of size `tele`.
    """
    middle = tele.width / 2 - 0.5  # between two columns
    ends = np.array([[(middle, 0.0), (middle, tele.height - 1.0), (0.0, tele.height / 2)]])
    top, bottom, left = np.asarray(cv2.perspectiveTransform(ends, TO_2X @ homography), np.float64)[0]
    along = (bottom - top) / np.hypot(*(bottom - top))
    across = np.array([along[1], -along[0]])
    if across @ (left - top) < 0:
        across = -across  # points at the left half
    if hidden == "right":
        across = -across
    corners = np.array([(0, 0), (0, BLOCK_PX), (BLOCK_PX, 0), (BLOCK_PX, BLOCK_PX)])  # (row, column)
    places = whole.blocks[:, None] + corners + (whole.window.y, whole.window.x)
    nearest = ((places[..., ::-1] - top) @ across).min(axis=1)
    return replace(whole, blocks=whole.blocks[nearest >= APART_PX])
