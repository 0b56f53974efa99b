"""Cuts a frame into tiles of one shape.

Notation: all regions lie on the LR grid, the wide's own pixels. The *cores* cut the frame into a grid without
gap or overlap. A tile counts a little beyond its core, over half the feather, where its weight ramps to zero;
and it sees `margin_px` more than that on every side, so that all that counts has the context that the network needs.

Every padded region of a plan has the same shape (only then are a network's kernels planned once), so those at
the frame's edge reach beyond it; `pad_reflect` mirrors the picture there about the outermost pixel's centre.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dualzoom.errors import CaptureError, UsageError
from dualzoom.geometry import Region, Size

#: Below this a photo has no structure to register, match or enlarge.
MIN_SIDE_PX = 16

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Tile:
    """One piece of a plan, on the LR grid.

    `core`: its cell of the grid, inside the frame. `padded`: what the network gets; it may reach beyond
    the frame. `feather_px`: width of the band, centred on the core's border, over which neighbours are
    blended.
    """

    core: Region
    padded: Region
    feather_px: int

    @property
    def reach(self) -> Region:
        """Where the tile has weight (as far as the frame goes): the core and half the feather."""
        return self.core.pad(half_feather(self.feather_px))


def half_feather(feather_px: int) -> int:
    """Returns how far a tile counts beyond its core, whole pixels."""
    return (feather_px + 1) // 2


def plan(size: Size, tile_px: int, margin_px: int, feather_px: int = 8) -> tuple[Tile, ...]:
    """Returns tiles that cover a frame, row by row from the top left.

    `tile_px`: greatest side of a core. Cores are made as equal as whole pixels allow: only the last of a row
    (or column) is smaller, by less than their number. `margin_px`: context beyond all that counts, as far
    as the network sees, or as what it sees shows. Raises CaptureError for a frame under 16 px, UsageError for
    a tile without area.

    >>> [tile.core.width for tile in plan(Size(100, 16), tile_px=48, margin_px=4)]
    [34, 34, 32]
    """
    if min(size.width, size.height) < MIN_SIDE_PX:
        reason = f"{size.width}×{size.height} is too small"
        raise CaptureError("photo", reason, f"use one of at least {MIN_SIDE_PX} px a side")
    if tile_px < 1 or margin_px < 0 or feather_px < 0:
        reason = f"side {tile_px}, margin {margin_px}, feather {feather_px} is no tile"
        raise UsageError("tiles", reason, "use a side of at least 1 px")
    context_px = margin_px + half_feather(feather_px)
    columns, rows = _cells(size.width, tile_px), _cells(size.height, tile_px)
    widest, tallest = columns[0][1], rows[0][1]
    return tuple(
        Tile(Region(x, y, width, height), Region(x, y, widest, tallest).pad(context_px), feather_px)
        for y, height in rows
        for x, width in columns
    )


def _cells(length: int, longest: int) -> list[tuple[int, int]]:
    """(start, length) of the cells along one axis; all but the last are equal, and none is longer."""
    count = -(-length // longest)
    step = -(-length // count)
    return [(start, min(step, length - start)) for start in range(0, length, step)]


def pad_reflect(pixels: NDArray[Scalar], region: Region, scale: int = 1) -> NDArray[Scalar]:
    """Returns the pixels of a region that may reach beyond the frame, mirrored there as often as it takes.

    `pixels`: (H, W) or (H, W, C) of any type, H and W multiples of `scale`. The mirror stands on the centre
    of the outermost LR pixel (the edge is not repeated). On the `scale`× grid, where `region` then lies, it
    stands in the same place, so that both grids keep showing the same scene. Returns (region.height,
    region.width[, C]); a view where nothing is mirrored.
    """
    size = Size.of(pixels)
    if Region.full(size).contains(region):
        return pixels[region.slices]
    rows = reflect_index(region.y, region.height, size.height // scale, scale)
    columns = reflect_index(region.x, region.width, size.width // scale, scale)
    return np.take(np.take(pixels, rows, axis=0), columns, axis=1)


def reflect_index(start: int, length: int, frame_px: int, scale: int = 1) -> NDArray[np.intp]:
    """Returns which pixels of the `scale`× grid stand at start, start + 1, … when the frame is mirrored.

    `frame_px`: its LR pixels along this axis.

    >>> reflect_index(-2, 7, 3).tolist(), reflect_index(-2, 4, 3, scale=2).tolist()
    ([2, 1, 0, 1, 2, 1, 0], [3, 2, 0, 1])
    """
    lr, part = np.divmod(np.arange(start, start + length), scale)
    period = max(2 * (frame_px - 1), 1)
    lr %= period
    mirrored = lr > frame_px - 1  # then the parts of an LR pixel stand in reverse, too
    lr = np.where(mirrored, period - lr, lr)
    return np.asarray(lr * scale + np.where(mirrored, scale - 1 - part, part), np.intp)
