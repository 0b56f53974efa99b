"""Shading, vignetting and tables against slow versions by the specification's words, one pixel at a time."""

import math
import struct

import numpy as np
import pytest
from phone_files import gain_map

from dualzoom.capture.dng_gain import change_of
from dualzoom.capture.dng_opcodes import DamagedError, Opcode

H, W = 23, 31
AREAS = [
    (0, 0, H, W, 0, 3, 1, 1),
    (1, 0, H, W, 0, 1, 2, 2),
    (3, 4, 17, 29, 1, 2, 3, 2),
    (0, 0, 999, 999, 0, 9, 1, 1),
]


@pytest.fixture
def picture():
    return np.random.default_rng(3).random((H, W, 3)).astype(np.float32)


def changed(opcode, picture, rows=5):
    """In blocks of a few rows, as it is done."""
    change = change_of(opcode, H, W)
    out = picture.copy()
    for y in range(0, H, rows):
        change(out[y : y + rows], y)
    return out


def slow(picture, area, new):
    """`new(value, y, x, plane)` of each pixel of the area."""
    top, left, bottom, right, plane, planes, down, across = area
    out = picture.copy()
    for y in range(top, min(bottom, H), down):
        for x in range(left, min(right, W), across):
            for channel in range(plane, min(plane + planes, 3)):
                out[y, x, channel] = min(max(new(float(picture[y, x, channel]), y, x, channel - plane), 0), 1)
    return out


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("maps", [1, 2])
@pytest.mark.parametrize("points", [(1, 1), (2, 2), (5, 4), (1, 6)])
def test_a_gain_map(area, maps, points, picture):
    gains = np.random.default_rng(4).uniform(0.5, 2.5, (*points, maps))
    spacing, origin = (0.3, 0.22), (0.05, -0.1)
    data = struct.pack(">8I2I4dI", *area, *points, *spacing, *origin, maps) + gains.astype(">f4").tobytes()

    def gain(y, x, plane):
        at = [min(max(((p + 0.5) / n - o) / s, 0), k - 1)
              for p, n, o, s, k in zip((y, x), (H, W), origin, spacing, points, strict=True)]  # fmt: skip
        total = 0.0
        for j in range(points[0]):
            for i in range(points[1]):
                weight = max(0, 1 - abs(at[0] - j)) * max(0, 1 - abs(at[1] - i))
                total += weight * gains[j, i, min(plane, maps - 1)]
        return total

    expected = slow(picture, area, lambda value, y, x, plane: value * gain(y, x, plane))
    assert np.allclose(changed(Opcode(9, False, data), picture), expected, atol=1e-5)


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.2, 0.9), (0, 0)])
def test_vignetting(centre, picture):
    factors = (0.3, -0.2, 0.15, 0.1, -0.05)
    data = struct.pack(">7d", *factors, *centre)
    x0, y0 = centre[0] * (W - 1), centre[1] * (H - 1)
    corners = [math.hypot(x - x0, y - y0) for x in (0, W - 1) for y in (0, H - 1)]

    def new(value, y, x, plane):
        r = math.hypot(x - x0, y - y0) / max(corners)
        return value * (1 + sum(k * r ** (2 * n) for n, k in enumerate(factors, 1)))

    expected = slow(picture, (0, 0, H, W, 0, 3, 1, 1), new)
    assert np.allclose(changed(Opcode(3, False, data), picture), expected, atol=1e-5)


@pytest.mark.parametrize("area", AREAS)
def test_tables_polynomials_rows_and_columns(area, picture):
    head = struct.pack(">8I", *area)
    table = np.rint(65535 * np.linspace(1, 0, 300) ** 2).astype(int)
    factors = (0.1, 0.5, -0.2, 0.7)
    rows = np.linspace(-0.4, 1.6, 1000)
    floats = struct.pack(">I", 1000) + rows.astype(">f4").tobytes()

    def by_table(value, y, x, plane):
        at = min(value * 65535, 299)
        low = int(at)
        high = min(low + 1, 299)
        return (table[low] + (at - low) * (table[high] - table[low])) / 65535

    def polynomial(value, y, x, plane):
        return sum(k * value**n for n, k in enumerate(factors))

    def row(y):
        return rows[(y - area[0]) // area[6]]

    def column(x):
        return rows[(x - area[1]) // area[7]]

    cases = {
        7: (struct.pack(">I300H", 300, *table), by_table),
        8: (struct.pack(">I4d", 3, *factors), polynomial),
        10: (floats, lambda value, y, x, plane: value + row(y)),
        11: (floats, lambda value, y, x, plane: value + column(x)),
        12: (floats, lambda value, y, x, plane: value * row(y)),
        13: (floats, lambda value, y, x, plane: value * column(x)),
    }
    small = np.float32(picture) * np.float32(0.01)  # so that the table's places are met, not only its end
    for number, (data, new) in cases.items():
        given = small if number == 7 else picture
        found = changed(Opcode(number, False, head + data), given)
        assert np.allclose(found, slow(given, area, new), atol=1e-5), number


@pytest.mark.parametrize(
    "data",
    [
        (9, b""),
        (9, gain_map(np.ones((2, 2)), bottom=9, right=9)[1][:-1]),
        (9, gain_map(np.full((2, 2), np.nan), bottom=9, right=9)[1]),
        (9, gain_map(np.ones((2, 2)), bottom=9, right=9, pitch=0)[1]),
        (9, gain_map(np.ones((2, 2)), top=10, bottom=9, right=9)[1]),
        (9, struct.pack(">8I2I4dI", 0, 0, 9, 9, 0, 1, 1, 1, 1 << 31, 1 << 31, 1, 1, 0, 0, 1)),
        (9, struct.pack(">8I2I4dI", 0, 0, 9, 9, 0, 1, 1, 1, 2, 2, 0, 0, 0, 0, 1) + bytes(16)),
        (9, struct.pack(">8I2I4dI", 0, 0, 9, 9, 0, 1, 1, 1, 0, 2, 1, 1, 0, 0, 1) + bytes(16)),
        (3, struct.pack(">7d", math.inf, 0, 0, 0, 0, 0.5, 0.5)),
        (3, struct.pack(">7d", 0, 0, 0, 0, 0, 5, 0.5)),
        (7, struct.pack(">8II", 0, 0, 9, 9, 0, 1, 1, 1, 0)),
        (7, struct.pack(">8II", 0, 0, 9, 9, 0, 1, 1, 1, 1 << 30)),
        (8, struct.pack(">8II", 0, 0, 9, 9, 0, 1, 1, 1, 1 << 30)),
        (8, struct.pack(">8IId", 0, 0, 9, 9, 0, 1, 1, 1, 0, math.nan)),
        (10, struct.pack(">8II8f", 0, 0, 9, 9, 0, 1, 1, 1, 8, *[1.0] * 8)),
    ],
)
def test_damaged_parameters_are_refused(data):
    with pytest.raises(DamagedError):
        change_of(Opcode(data[0], False, data[1]), H, W)
