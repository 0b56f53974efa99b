"""The overlap's outline, and a feather along it.

The outline is a convex polygon in the wide's pixels, centres at integers. Where it runs along the frame's own
edge the picture ends anyway and nothing is feathered.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size

#: Width of the feather: a share of the overlap's shorter side, within whole pixels that blend well. What is sharper
#: inside than outside must become so gradually; but a wider feather gives away detail of the tele.
_SHARE, _LEAST_PX, _MOST_PX = 0.05, 6.0, 64.0


@dataclass(frozen=True)
class Outline:
    """Half planes n·(x, y) + c ≥ 0 with unit normals pointing inwards, (edges, 3), and the feather's width in
    px."""

    edges: NDArray[np.float64]
    feather_px: float

    @classmethod
    def of(cls, overlap: NDArray[np.float64], frame: Size) -> "Outline":
        """`overlap`: (N, 2) convex polygon of either direction, in the wide's pixels."""
        start, end = overlap, np.roll(overlap, -1, axis=0)
        along = end - start
        length = np.hypot(along[:, 0], along[:, 1])
        sides = [
            (start[i], along[i] / length[i])
            for i in range(len(overlap))
            if length[i] > 1e-6 and not _on_frame(start[i], end[i], frame)
        ]
        centre = overlap.mean(axis=0)
        edges = np.zeros((len(sides), 3))
        for row, (point, direction) in zip(edges, sides, strict=True):
            normal = np.array([-direction[1], direction[0]])
            inward = normal if normal @ (centre - point) >= 0 else -normal
            row[:] = *inward, -(inward @ point)
        extent = float(np.ptp(overlap, axis=0).min()) if len(overlap) else 0.0
        return cls(edges, float(np.clip(_SHARE * extent, _LEAST_PX, _MOST_PX)))

    def feather(self, region: Region) -> NDArray[np.float32]:
        """0 on and beyond the outline, 1 from the feather's width inwards, smooth between: (h, w)."""
        x = np.arange(region.x, region.right, dtype=np.float32)[None, :]
        y = np.arange(region.y, region.bottom, dtype=np.float32)[:, None]
        nearest = np.full((region.height, region.width), np.float32(self.feather_px))
        for a, b, c in self.edges.astype(np.float32):
            np.minimum(nearest, a * x + (b * y + c), out=nearest)
        t = np.clip(nearest / np.float32(self.feather_px), 0, 1)
        return np.asarray(t * t * (3 - 2 * t), np.float32)


def _on_frame(start: NDArray[np.float64], end: NDArray[np.float64], frame: Size) -> bool:
    """Whether an edge runs along the frame's own (within a pixel)."""
    for axis, last in ((0, frame.width - 1), (1, frame.height - 1)):
        for border in (0, last):
            if abs(start[axis] - border) <= 1.0 and abs(end[axis] - border) <= 1.0:
                return True
    return False
