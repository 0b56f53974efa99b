"""A grid of gains, laid over a window, read bilinearly.

Nodes stand on the window's edges and at equal distances between them, so the same grid fits the window on any
pixel grid: it knows places only as fractions 0..1 of the window's width and height. Beyond the window the
edge goes on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import Array
from dualzoom.geometry import Region, Size


def shape_for(size: Size, cells: int) -> tuple[int, int]:
    """(rows, columns) of nodes for a window of this size with `cells` cells along its longer side."""
    longer = max(size.width, size.height)
    rows, columns = (max(1, round(cells * side / longer)) + 1 for side in (size.height, size.width))
    return rows, columns


def fractions(start: int, length: int, window_start: int, window_length: int) -> Array:
    """Places of pixel centres along one axis, 0..1 across the window."""
    return (np.arange(start, start + length) + (0.5 - window_start)) / window_length


def hats(place: Array, nodes: int) -> Array:
    """Weights of the nodes at each place: (places, nodes), rows sum to 1."""
    at = np.clip(place, 0.0, 1.0) * (nodes - 1)
    return np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(nodes)))


def spread(grid: NDArray[np.floating], region: Region, window: Region) -> NDArray[np.float32]:
    """The grid (rows, columns, 3) read at every pixel of a region: (h, w, 3) float32."""
    rows, columns, channels = grid.shape
    down = hats(fractions(region.y, region.height, window.y, window.height), rows).astype(np.float32)
    across = hats(fractions(region.x, region.width, window.x, window.width), columns).astype(np.float32)
    by_row = down @ grid.reshape(rows, -1).astype(np.float32)  # h (columns·3)
    stacked = by_row.reshape(region.height, columns, channels)
    read: NDArray[np.float32] = np.matmul(across, stacked)
    return read


@dataclass(frozen=True)
class Corners:
    """The four nodes around each of N places and their bilinear weights, both (N, 4); `nodes`: how many there
    are."""

    index: NDArray[np.intp]
    weight: Array
    nodes: int

    @classmethod
    def around(cls, place: Array, rows: int, columns: int) -> "Corners":
        """`place`: (N, 2) x, y, 0..1 across the window."""
        at = np.clip(place, 0.0, 1.0) * (columns - 1, rows - 1)
        low = np.minimum(at.astype(np.intp), (max(columns - 2, 0), max(rows - 2, 0)))
        x, y = (at - low).T
        first = low[:, 1] * columns + low[:, 0]
        index = first[:, None] + np.array([0, 1, columns, columns + 1])
        weight = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=1)
        return cls(index, weight, rows * columns)

    def read(self, grid: Array) -> Array:
        """A grid (nodes, C) at all places: (N, C)."""
        return np.asarray((grid[self.index] * self.weight[:, :, None]).sum(axis=1))

    def gather(self, values: Array) -> Array:
        """Transpose of `read` for one channel: Σ weight · value per node, from (N,) to (nodes,)."""
        parts = self.weight * values[:, None]
        total = np.bincount(self.index.ravel(), weights=parts.ravel(), minlength=self.nodes)
        return np.asarray(total, np.float64)

    def normal(self, weight: Array) -> Array:
        """Σ weight · b bᵀ over all places, b their bilinear weights: (nodes, nodes)."""
        pairs = self.index[:, :, None] * self.nodes + self.index[:, None, :]
        parts = self.weight[:, :, None] * self.weight[:, None, :] * weight[:, None, None]
        total = np.bincount(pairs.ravel(), weights=parts.ravel(), minlength=self.nodes**2)
        return np.asarray(total.reshape(self.nodes, self.nodes))


def roughness(rows: int, columns: int, order: int) -> Array:
    """Matrix R with xᵀRx = Σ (differences of this order)² along both axes of a grid x, flattened row by row."""
    down, across = (d.T @ d for d in (_differences(rows, order), _differences(columns, order)))
    return np.kron(down, np.eye(columns)) + np.kron(np.eye(rows), across)


def _differences(count: int, order: int) -> Array:
    return np.diff(np.eye(count), n=order, axis=0) if count > order else np.zeros((1, count))
