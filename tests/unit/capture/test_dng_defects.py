"""Defective pixels take the mean of their own colour's neighbours."""

import struct

import numpy as np
import pytest

from dualzoom.capture.dng_defects import mend
from dualzoom.capture.dng_opcodes import DamagedError, Opcode


def mosaic():
    """Four colours, each a plane of its own, so that a mean of neighbours of one colour is exact inside."""
    y, x = np.mgrid[:40, :60]
    return (1000 * (y % 2) + 3000 * (x % 2) + 20 * y + 30 * x).astype(np.uint16)


def listed(points=(), rectangles=()):
    numbers = [value for group in (*points, *rectangles) for value in group]
    return Opcode(5, False, struct.pack(f">3I{len(numbers)}I", 0, len(points), len(rectangles), *numbers))


@pytest.mark.parametrize("value", [0, 65535])
def test_points_and_rectangles(value):
    stored = mosaic()
    stored[7, 9] = stored[20:22, 30:32] = value
    mend(stored, listed([(7, 9), (999, 999)], [(20, 30, 22, 32)]))
    assert np.array_equal(stored, mosaic())


def test_a_constant_marks_them():
    stored = mosaic()
    stored[11, 13] = stored[30, 30] = 0
    mend(stored, Opcode(4, False, struct.pack(">2I", 0, 0)))
    expected = mosaic()
    expected[0, 0] = (mosaic()[0, 2] + mosaic()[2, 0]) // 2  # it holds 0 by itself
    assert np.array_equal(stored, expected)


def test_a_cluster_is_filled_from_its_edge():
    stored = mosaic()
    stored[10:13, 20:23] = 65535
    mend(stored, listed(rectangles=[(10, 20, 13, 23)]))
    assert np.abs(stored.astype(int) - mosaic())[10:13, 20:23].max() <= 50  # two steps of a ramp


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (listed(rectangles=[(0, 0, 40, 60)]), (40, 60)),
        (Opcode(5, False, struct.pack(">3I", 0, 1 << 31, 0)), (40, 60)),
        (Opcode(4, False, b"\0"), (40, 60)),
        (listed([(1, 1)]), (40, 60, 4)),
    ],
)
def test_what_cannot_be_is_refused(data, shape):
    with pytest.raises(DamagedError):
        mend(np.zeros(shape, np.uint16), data)
