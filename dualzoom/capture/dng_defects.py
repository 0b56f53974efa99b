"""Replaces the sensor's defective pixels that a DNG names or marks by a constant (list 1: the raw data as stored).

A defective pixel of a mosaic becomes the mean of the good pixels of its own colour around it.

Source: DNG specification 1.7, chapter 7: FixBadPixelsConstant, FixBadPixelsList.
"""

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.dng_opcodes import DamagedError, Opcode, Reader

_CONSTANT = 4
_STEP = 2  # to the next pixel of the same colour, along rows and columns
_REACH = 3  # tries: the next such pixels, those behind them …
_MAX_SHARE = 0.05  # of all pixels; a sensor with more has no picture


def mend(mosaic: NDArray[np.uint16], opcode: Opcode) -> None:
    """Replace the defective pixels of a mosaic (H, W) in place.

    Raises:
        DamagedError: the parameters are damaged, or name more than one pixel of twenty, or this is no mosaic.
    """
    if mosaic.ndim != 2:
        raise DamagedError
    reader = Reader(opcode.data)
    bad = mosaic == reader.take("2I")[0] if opcode.number == _CONSTANT else _listed(reader, mosaic.shape)
    rows, columns = np.nonzero(bad)
    if len(rows) > _MAX_SHARE * mosaic.size:
        raise DamagedError
    for step in range(_STEP, _STEP * (_REACH + 1), _STEP):
        total, count = np.zeros(len(rows)), np.zeros(len(rows))
        for down, right in ((-step, 0), (step, 0), (0, -step), (0, step)):
            y, x = rows + down, columns + right
            inside = (y >= 0) & (y < mosaic.shape[0]) & (x >= 0) & (x < mosaic.shape[1])
            y, x = np.where(inside, y, 0), np.where(inside, x, 0)
            good = inside & ~bad[y, x]
            total += np.where(good, mosaic[y, x], 0)
            count += good
        found = count > 0
        mosaic[rows[found], columns[found]] = np.rint(total[found] / count[found]).astype(np.uint16)
        rows, columns = rows[~found], columns[~found]
        if len(rows) == 0:
            return


def _listed(reader: Reader, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask of the points and rectangles of a list."""
    _, points, rectangles = reader.take("3I")
    bad = np.zeros(shape, bool)
    places = np.frombuffer(reader.many(2 * points, "I"), ">u4").reshape(-1, 2)
    inside = (places[:, 0] < shape[0]) & (places[:, 1] < shape[1])
    bad[places[inside, 0], places[inside, 1]] = True
    corners = np.frombuffer(reader.many(4 * rectangles, "I"), ">u4").reshape(-1, 4)
    for top, left, bottom, right in corners.tolist():
        bad[top:bottom, left:right] = True
    return bad
