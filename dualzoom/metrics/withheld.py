"""Judging on real photos where the tool was not shown the answer: half of the tele is hidden from it.

The tool gets the wide and the other half; the hidden one says what is truly there. What a result has of it can only be
known from the wide, or from what the shown half taught: nothing is copied. Each half is hidden once.

Which half a block of the 2× grid lies in is decided by the line that the middle of the tele makes there. Parallax and
feathers move things over it by some pixels, so blocks within 64 px of it, or touching it, count for neither.
"""

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Size
from dualzoom.metrics.full_size import BLOCK_PX, JudgingTele

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")
APART_PX = 64  # of the 2× grid, between the shown half and what is judged


def shown(tele: NDArray[np.uint8], hidden: Side) -> NDArray[np.uint8]:
    """The half (h, w//2, 3) that the tool is given, cut from the tele as it is stored; an odd column is in neither."""
    middle = tele.shape[1] // 2
    return np.ascontiguousarray(tele[:, -middle:] if hidden == "left" else tele[:, :middle])


def judged_in(
    reference: JudgingTele, tele: Size, homography: NDArray[np.float64], hidden: Side
) -> JudgingTele:
    """The same reference, with only the blocks that lie in the hidden half and apart from the shown one.

    `reference`, `homography` (tele px -> wide px): of the whole tele, of size `tele`.
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
    places = reference.blocks[:, None] + corners + (reference.window.y, reference.window.x)
    nearest = ((places[..., ::-1] - top) @ across).min(axis=1)
    return replace(reference, blocks=reference.blocks[nearest >= APART_PX])
