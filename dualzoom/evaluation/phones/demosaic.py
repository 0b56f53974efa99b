"""From one colour a pixel to three: the linear filters of Malvar, He & Cutler (ICASSP 2004)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.phones.light import Floats

#: Malvar, He & Cutler 2004, Figure 2, times 8: green at red or blue; red or blue at green in its row, in its column;
#: red at blue and blue at red.
_GREEN = np.array([[0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1], [0, 0, 2, 0, 0], [0, 0, -1, 0, 0]])
_IN_ROW = np.array(
    [[0, 0, 0.5, 0, 0], [0, -1, 0, -1, 0], [-1, 4, 5, 4, -1], [0, -1, 0, -1, 0], [0, 0, 0.5, 0, 0]]
)
_ACROSS = np.array(
    [[0, 0, -1.5, 0, 0], [0, 2, 0, 2, 0], [-1.5, 0, 6, 0, -1.5], [0, 2, 0, 2, 0], [0, 0, -1.5, 0, 0]]
)


def mosaic(light: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Keeps one colour a pixel by RGGB; returns values (h, w) and the channel of each (h, w)."""
    pattern = np.empty(light.shape[:2], np.int64)
    pattern[0::2, 0::2], pattern[0::2, 1::2], pattern[1::2, 0::2], pattern[1::2, 1::2] = 0, 1, 1, 2
    return np.take_along_axis(light, pattern[..., None], 2)[..., 0], pattern


def demosaic(values: Floats, pattern: NDArray[np.int64]) -> Floats:
    """Fills in the two missing colours of each pixel; returns (h, w, 3).

    `values`, `pattern`: (h, w), the one colour and its channel, see `mosaic`.
    """
    green, row, column, across = (
        np.asarray(cv2.filter2D(values, -1, kernel / 8, borderType=cv2.BORDER_REFLECT_101), np.float32)
        for kernel in (_GREEN, _IN_ROW, _IN_ROW.T, _ACROSS)
    )
    out = np.repeat(values[..., None], 3, 2)
    out[..., 1] = np.where(pattern == 1, values, green)
    red_rows = np.zeros(values.shape, np.bool_)
    red_rows[0::2] = True
    for channel, own_rows in ((0, red_rows), (2, ~red_rows)):
        at_green = np.where(own_rows, row, column)
        out[..., channel] = np.where(pattern == channel, values, np.where(pattern == 1, at_green, across))
    return out
