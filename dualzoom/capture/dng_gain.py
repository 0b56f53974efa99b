"""Corrections of a DNG that change values where they are: shading, vignetting, tables, rows and columns.

Each becomes a function of a block of rows, float32 (h, W, C) between black 0 and white 1, that changes the block in
place; results stay within 0 and 1. Positions count from the active area's first pixel.

Source: DNG specification 1.7, chapter 7: GainMap, FixVignetteRadial, MapTable, MapPolynomial, Delta- and ScalePer….
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.dng_opcodes import DamagedError, Opcode, Reader

Block = NDArray[np.float32]
#: Changes a block of rows in place; the number says which row of the picture is the block's first.
Change = Callable[[Block, int], None]

_MAX_DEGREE = 8
_VIGNETTE = 3


def change_of(opcode: Opcode, height: int, width: int) -> Change:
    """Return the function that applies one opcode to a picture of this size.

    Raises:
        DamagedError: its parameters are damaged.
    """
    reader = Reader(opcode.data)
    if opcode.number == _VIGNETTE:
        return _vignette(reader, height, width)
    area = _Area(*reader.take("8I"))
    if min(area.row_pitch, area.column_pitch) < 1 or area.top > area.bottom or area.left > area.right:
        raise DamagedError
    if opcode.number == 9:
        return _gain_map(area, reader, height, width)
    if opcode.number in (7, 8):
        return _mapping(area, _table(reader) if opcode.number == 7 else _polynomial(reader))
    return _per_line(area, reader, along_rows=opcode.number in (10, 12), scales=opcode.number in (12, 13))


@dataclass(frozen=True)
class _Area:
    """The pixels and channels that an opcode changes: a rectangle, of which each `pitch`-th row and column."""

    top: int
    left: int
    bottom: int
    right: int
    plane: int
    planes: int
    row_pitch: int
    column_pitch: int

    def rows(self, first: int, count: int) -> NDArray[np.int64]:
        """Return the picture's rows of the area within a block of `count` rows from `first`."""
        start = self.top + max(0, -(-(first - self.top) // self.row_pitch)) * self.row_pitch
        return np.arange(start, min(self.bottom, first + count), self.row_pitch)

    def columns(self, width: int) -> NDArray[np.int64]:
        """Return the picture's columns of the area."""
        return np.arange(self.left, min(self.right, width), self.column_pitch)

    def channels(self, count: int) -> range:
        """Return the channels of the area."""
        return range(min(self.plane, count), min(self.plane + self.planes, count))


def _on_area(area: _Area, new: Callable[[Block, NDArray[np.int64], NDArray[np.int64], int], Block]) -> Change:
    """Return a change that replaces the area's values of each channel by `new(values, rows, columns, plane)`."""

    def change(block: Block, first: int) -> None:
        rows, columns = area.rows(first, block.shape[0]), area.columns(block.shape[1])
        if rows.size == 0 or columns.size == 0:
            return
        height = slice(int(rows[0]) - first, int(rows[-1]) - first + 1, area.row_pitch)
        width = slice(int(columns[0]), int(columns[-1]) + 1, area.column_pitch)
        for channel in area.channels(block.shape[2]):
            part = block[height, width, channel]
            part[...] = np.clip(new(part, rows, columns, channel - area.plane), 0.0, 1.0)

    return change


def _gain_map(area: _Area, reader: Reader, height: int, width: int) -> Change:
    """Multiply by gains between which the picture's pixels lie, interpolated along both sides."""
    points = reader.take("2I")
    spacing, origin = reader.take("2d"), reader.take("2d")
    maps = reader.take("I")[0]
    if min(*points, maps) < 1 or not all(map(math.isfinite, (*spacing, *origin))):
        raise DamagedError
    if any(number > 1 and step <= 0 for number, step in zip(points, spacing, strict=True)):
        raise DamagedError
    stored = np.frombuffer(reader.many(points[0] * points[1] * maps, "f"), ">f4")
    gains = stored.astype(np.float32).reshape(*points, maps)
    if not np.isfinite(gains).all():
        raise DamagedError

    def new(values: Block, rows: NDArray[np.int64], columns: NDArray[np.int64], plane: int) -> Block:
        top, down = _between(rows, height, points[0], spacing[0], origin[0])
        left, right = _between(columns, width, points[1], spacing[1], origin[1])
        chosen = gains[:, :, min(plane, maps - 1)]
        lines = chosen[top] * (1 - down)[:, None] + chosen[np.minimum(top + 1, points[0] - 1)] * down[:, None]
        gain = lines[:, left] * (1 - right) + lines[:, np.minimum(left + 1, points[1] - 1)] * right
        return np.asarray(values * gain, np.float32)

    return _on_area(area, new)


def _between(
    places: NDArray[np.int64], length: int, points: int, spacing: float, origin: float
) -> tuple[NDArray[np.int64], Block]:
    """Return the map's point before each place, and how far the place is on the way to the next one, 0..1."""
    if points == 1:
        return np.zeros(len(places), np.int64), np.zeros(len(places), np.float32)
    at = np.clip(((places + 0.5) / length - origin) / spacing, 0, points - 1)
    before = np.minimum(at.astype(np.int64), points - 2)
    return before, (at - before).astype(np.float32)


def _vignette(reader: Reader, height: int, width: int) -> Change:
    """Multiply by a polynomial of the distance from the optical centre; 1 is the farthest corner."""
    factors, centre = reader.take("5d"), reader.take("2d")
    if not all(map(math.isfinite, (*factors, *centre))) or not all(0 <= part <= 1 for part in centre):
        raise DamagedError
    x0, y0 = centre[0] * (width - 1), centre[1] * (height - 1)
    farthest = max(math.hypot(max(x0, width - 1 - x0), max(y0, height - 1 - y0)), 0.5)
    across = ((np.arange(width) - x0) / farthest) ** 2

    def change(block: Block, first: int) -> None:
        down = ((np.arange(first, first + block.shape[0]) - y0) / farthest) ** 2
        squared = (down[:, None] + across).astype(np.float32)
        gain = np.zeros_like(squared)
        for factor in reversed(factors):
            gain = (gain + np.float32(factor)) * squared
        np.clip(block * (1 + gain)[:, :, None], 0.0, 1.0, out=block)

    return change


def _mapping(area: _Area, mapping: Callable[[Block], Block]) -> Change:
    return _on_area(area, lambda values, rows, columns, plane: mapping(values))


def _table(reader: Reader) -> Callable[[Block], Block]:
    """Return the map by a table of 16-bit values; values beyond its end take its last one."""
    count = reader.take("I")[0]
    if not 1 <= count <= 65536:
        raise DamagedError
    table = (np.frombuffer(reader.many(count, "H"), ">u2") / 65535).astype(np.float32)
    return lambda values: np.interp(values * 65535, np.arange(count), table).astype(np.float32)


def _polynomial(reader: Reader) -> Callable[[Block], Block]:
    degree = reader.take("I")[0]
    if degree > _MAX_DEGREE:
        raise DamagedError
    factors = reader.take(f"{degree + 1}d")
    if not all(map(math.isfinite, factors)):
        raise DamagedError

    def mapping(values: Block) -> Block:
        out = np.zeros_like(values)
        for factor in reversed(factors):
            out = out * values + np.float32(factor)
        return out

    return mapping


def _per_line(area: _Area, reader: Reader, *, along_rows: bool, scales: bool) -> Change:
    """Add a number to each row or column of the area, or multiply by it."""
    count = reader.take("I")[0]
    numbers = np.frombuffer(reader.many(count, "f"), ">f4").astype(np.float32)
    start, end = (area.top, area.bottom) if along_rows else (area.left, area.right)
    pitch = area.row_pitch if along_rows else area.column_pitch
    if count < -(-(end - start) // pitch) or not np.isfinite(numbers).all():
        raise DamagedError

    def new(values: Block, rows: NDArray[np.int64], columns: NDArray[np.int64], plane: int) -> Block:
        line = numbers[((rows if along_rows else columns) - start) // pitch]
        line = line[:, None] if along_rows else line
        return values * line if scales else values + line

    return _on_area(area, new)
