"""Joins enlarged tiles into the finished picture in a band of memory.

Along each axis tile i has the weight w_i = s_i − s_{i+1}, where s_i is a ramp from 0 to 1 over the feather at
the border before tile i (s of the first border ≡ 1, of the last ≡ 0). The sum telescopes to 1 wherever
borders lie, even where a thin tile lets three ramps meet; ramps are multiples of 2⁻⁸, so it does so exactly
in float32. What one tile alone decides, its *interior*, is quantised at once, by any thread. Only the *seams*
between are kept as floats, and of them only rows that a later tile may still touch; the others are quantised as soon
as they are done. A row of the picture is all seam, where feathers of tiles below one another lie, or it has seams in
the columns where feathers of tiles beside one another do.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dualzoom.errors import DualzoomError
from dualzoom.geometry import Region, Size
from dualzoom.resampling import quantise
from dualzoom.tiling.plan import Tile, half_feather

#: Steps of a ramp: the product of two of them and a 16-bit value stays well inside float32.
RAMP_STEPS = 256


class Blender:
    """Collects the tiles of one plan, row by row, into an integer picture.

    `size`: the LR frame. `tiles`: the whole plan; rows come from top to bottom, the tiles of a row in any
    order. `dtype`: uint8 or uint16 (values are clipped to 0..1, scaled and rounded), or float32 (left as they
    are).
    """

    def __init__(
        self, size: Size, tiles: Sequence[Tile], scale: int = 2, dtype: DTypeLike = np.uint8
    ) -> None:
        self._frame, self._scale = Region.full(size), scale
        out = size.scale(scale)
        self._out: NDArray[Any] = np.empty((out.height, out.width, 3), dtype)
        self._rows: dict[int, set[Tile]] = {}  # what is still to come, by the core's top; in order
        for tile in sorted(tiles, key=lambda tile: tile.core.y):
            self._rows.setdefault(tile.core.y, set()).add(tile)
        inside = [self._interior(tile).scale(scale) for tile in tiles]
        self._unfilled = set(tiles)
        self._seam_rows = np.ones(out.height, bool)
        for top, bottom in {(one.y, one.bottom) for one in inside}:
            self._seam_rows[top:bottom] = False
        columns = ~_covered(inside, out.width)
        self._seam_columns = [run[:2] for run in _runs(columns) if run[2]]
        self._row_place, self._column_place = _places(self._seam_rows), _places(columns)
        spans = {(one.y * scale, one.bottom * scale) for one in map(self._counts, tiles)}
        full = max(int(self._row_place[end] - self._row_place[start]) for start, end in spans)
        most = max(end - start - int(self._row_place[end] - self._row_place[start]) for start, end in spans)
        # The seams of the rows from `_top` on: rows that are all seam, and of the others the columns that are.
        self._rows_band = np.zeros((full, out.width, 3), np.float32)
        self._columns_band = np.zeros((most, int(self._column_place[-1]), 3), np.float32)
        self._top = 0  # all rows above it are finished

    def fill(self, tile: Tile, pixels: NDArray[np.float32]) -> None:
        """Puts a tile's interior into the picture; for any thread, in any order. Arguments and errors as for `add`."""
        inside = self._interior(tile)
        piece = self._part(inside, tile, pixels)
        self._out[inside.scale(self._scale).slices] = quantise(piece, self._out.dtype)
        self._unfilled.discard(tile)

    def add(self, tile: Tile, pixels: NDArray[np.float32]) -> None:
        """Blends a tile into the seams around it; in the order of rows.

        `pixels`: float32, `tile.padded` enlarged `scale` times, H W 3. Raises DualzoomError where they are
        not finite: no garbage gets into a picture. Raises ValueError for a tile that is not expected now.
        """
        k, counts = self._scale, self._counts(tile)
        parts = [(strip, self._part(strip, tile, pixels)) for strip in _around(self._interior(tile), counts)]
        self._expect(tile)
        down = ramp(tile.core.y, tile.core.bottom, self._frame.height, tile.feather_px, k)
        across = ramp(tile.core.x, tile.core.right, self._frame.width, tile.feather_px, k)
        for strip, part in parts:
            at = strip.shift(-counts.x, -counts.y).scale(k)
            weights = down[at.y : at.bottom, None] * across[at.x : at.right]
            self._seams(strip.scale(k))[...] += part * weights[:, :, None]

    def finish(self) -> NDArray[Any]:
        """Returns the finished picture, H W 3 in the wanted type. Raises ValueError while tiles are missing."""
        missing = self._unfilled.union(*self._rows.values())
        if missing:
            raise ValueError(f"{len(missing)} tiles are missing")
        self._release(self._out.shape[0])
        return self._out

    def _part(self, region: Region, tile: Tile, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """A region's pixels out of a tile's; raises as `add` does."""
        k, padded = self._scale, tile.padded
        if pixels.shape != (padded.height * k, padded.width * k, 3):
            raise ValueError(f"tile of {padded.width}×{padded.height} px came as {pixels.shape}")
        part = pixels[region.shift(-padded.x, -padded.y).scale(k).slices]
        if not np.isfinite(part).all():
            reason = f"the network's output at {tile.core.x}, {tile.core.y} is not finite"
            raise DualzoomError("result", reason, "compute on the CPU instead")
        return part

    def _interior(self, tile: Tile) -> Region:
        """Returns where no other tile has weight; empty where feathers meet."""
        core, half, frame = tile.core, half_feather(tile.feather_px), self._frame
        x, right = _shrunk(core.x, core.right, frame.width, half)
        y, bottom = _shrunk(core.y, core.bottom, frame.height, half)
        return Region(x, y, right - x, bottom - y)

    def _counts(self, tile: Tile) -> Region:
        """Returns where the tile has weight, inside the frame."""
        return tile.reach.intersect(self._frame)

    def _expect(self, tile: Tile) -> None:
        """Ticks the tile off and finishes the rows above those that its row can touch."""
        row = next((top for top, waiting in self._rows.items() if waiting), None)
        if row is None or row != tile.core.y or tile not in self._rows[row]:
            raise ValueError(f"{tile.core} came twice, out of its row, or is not of this plan")
        self._rows[row].remove(tile)
        self._release(max(0, row - half_feather(tile.feather_px)) * self._scale)

    def _seams(self, region: Region) -> NDArray[np.float32]:
        """The kept floats of a region of the output that is all of rows or all of columns that are seams: a view."""
        top, end = (
            int(self._row_place[row] - self._row_place[self._top]) for row in (region.y, region.bottom)
        )
        if self._seam_rows[region.y]:
            return self._rows_band[top:end, region.x : region.right]
        others = slice(region.y - self._top - top, region.bottom - self._top - end)
        left, right = self._column_place[[region.x, region.right]].tolist()
        return self._columns_band[others, left:right]

    def _release(self, row: int) -> None:
        """Quantises the seams of all output rows above `row` and lets them go."""
        done = row - self._top
        if done <= 0:
            return
        for top, bottom, all_of_it in _runs(self._seam_rows[self._top : row]):
            for left, right in ((0, self._out.shape[1]),) if all_of_it else self._seam_columns:
                region = Region(left, self._top + top, right - left, bottom - top)
                self._out[region.slices] = quantise(self._seams(region), self._out.dtype)
        full = int(self._row_place[row] - self._row_place[self._top])
        _move_up(self._rows_band, full)
        _move_up(self._columns_band, done - full)
        self._top = row


def ramp(start: int, end: int, frame_px: int, feather_px: int, scale: int) -> NDArray[np.float32]:
    """Returns the weights, 0..1, along one axis of a core [start, end) and its half feathers, clipped to the frame.

    One value per pixel of the `scale`× grid. A border that is the frame's own is not feathered.
    """
    first = max(0, start - half_feather(feather_px))
    last = min(frame_px, end + half_feather(feather_px))
    place = (np.arange((last - first) * scale) + 0.5) / scale + first  # LR units from the frame's edge
    rising = _step(place - start, feather_px) if start > 0 else np.ones(place.size, np.float32)
    falling = _step(place - end, feather_px) if end < frame_px else np.zeros(place.size, np.float32)
    return rising - falling


def _shrunk(start: int, end: int, frame_px: int, half: int) -> tuple[int, int]:
    """A core's ends without what a neighbour's feather reaches; never less than nothing."""
    first = start + half if start > 0 else 0
    last = end - half if end < frame_px else frame_px
    return first, max(first, last)


def _around(inside: Region, whole: Region) -> list[Region]:
    """`whole` without `inside`, as strips: above, below, left, right."""
    x, right = (min(max(side, whole.x), whole.right) for side in (inside.x, inside.right))
    y, bottom = (min(max(side, whole.y), whole.bottom) for side in (inside.y, inside.bottom))
    strips = [
        Region(whole.x, whole.y, whole.width, y - whole.y),
        Region(whole.x, bottom, whole.width, whole.bottom - bottom),
        Region(whole.x, y, x - whole.x, bottom - y),
        Region(right, y, whole.right - right, bottom - y),
    ]
    return [strip for strip in strips if not strip.empty]


def _covered(parts: list[Region], width: int) -> NDArray[np.bool_]:
    """Which columns some of the parts cover."""
    covered = np.zeros(width, bool)
    for left, right in {(one.x, one.right) for one in parts}:
        covered[left:right] = True
    return covered


def _places(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many flags are set before each place, and in all."""
    return np.concatenate([[0], np.cumsum(flags)]).astype(np.intp)


def _move_up(band: NDArray[np.float32], rows: int) -> None:
    """Drops the first rows of a band; what comes in at its end is 0."""
    kept = band.shape[0] - rows
    band[:kept] = band[rows:].copy()
    band[kept:] = 0.0


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """(start, end, value) of the runs of equal flags."""
    if not flags.size:
        return []
    changes = [0, *(np.flatnonzero(flags[1:] != flags[:-1]) + 1).tolist(), flags.size]
    return [(start, end, bool(flags[start])) for start, end in pairwise(changes)]


def _step(distance: NDArray[np.float64], feather_px: int) -> NDArray[np.float32]:
    """Smooth step from 0 to 1 across the feather, in multiples of 1/RAMP_STEPS."""
    t = np.clip(distance / max(feather_px, 1e-6) + 0.5, 0.0, 1.0)
    return np.asarray(np.rint(t * t * (3.0 - 2.0 * t) * RAMP_STEPS) / RAMP_STEPS, np.float32)
