"""Plane geometry: homographies, outlines and grids (conventions as in `types`)."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.registration.types import Matrix, Points


def unit(homography: NDArray[np.floating]) -> Matrix:
    """The same map scaled to H[2, 2] = 1."""
    return np.asarray(homography, np.float64) / float(homography[2, 2])


def inverse(homography: Matrix) -> Matrix:
    """The way back."""
    return np.asarray(np.linalg.inv(homography), np.float64)


def scaling(sx: float, sy: float) -> Matrix:
    """Resize by (sx, sy): pixel centre x goes to (x + 0.5)·sx - 0.5."""
    return np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]], np.float64)


def resizing(source: Size, target: Size) -> Matrix:
    """The map of pixel centres when a picture of `source` size is resized to `target` size."""
    return scaling(target.width / source.width, target.height / source.height)


def shifting(dx: float, dy: float) -> Matrix:
    """Move by (dx, dy)."""
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)


def transform(homography: Matrix, points: Points) -> Points:
    """Points (N, 2) through a homography."""
    moved = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return moved[:, :2] / moved[:, 2:]


def corners(size: Size) -> Points:
    """The outer corners of a frame, clockwise from the top left, (4, 2): half a pixel beyond the centres."""
    right, bottom = size.width - 0.5, size.height - 0.5
    return np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]], np.float64)


def scales(homography: Matrix, at: Points) -> NDArray[np.float64]:
    """Singular values (N, 2), larger first, of the map's derivative at points (N, 2): target px per source px."""
    w = np.column_stack([at, np.ones(len(at))]) @ homography[2]
    moved = transform(homography, at)
    jacobian = (homography[None, :2, :2] - moved[:, :, None] * homography[None, 2:, :2]) / w[:, None, None]
    return cast(NDArray[np.float64], np.linalg.svd(jacobian, compute_uv=False))


def density(homography: Matrix, source: Size) -> float:
    """Target px per source px (linear) at the middle of a frame."""
    centre = np.array([[(source.width - 1) / 2, (source.height - 1) / 2]])
    return float(np.sqrt(np.prod(scales(homography, centre)[0])))


def clip_to(polygon: Points, size: Size) -> Points:
    """A convex polygon (N, 2) cut to a frame; (0, 2) where they do not meet."""
    area, common = cv2.intersectConvexConvex(polygon.astype(np.float32), corners(size).astype(np.float32))
    if area <= 0 or common is None:
        return np.empty((0, 2), np.float64)
    return cast(Points, common.reshape(-1, 2).astype(np.float64))


def area(polygon: Points) -> float:
    """Area of a polygon (N, 2); 0 where it has no three corners."""
    return float(cv2.contourArea(polygon.astype(np.float32))) if len(polygon) > 2 else 0.0


def bounding(polygon: Points, size: Size) -> Region:
    """The whole pixels of the frame that a polygon touches."""
    x, y = np.floor(polygon.min(0) + 0.5).astype(int).tolist()
    right, bottom = np.ceil(polygon.max(0) + 0.5).astype(int).tolist()
    return Region(x, y, right - x, bottom - y).clip(size)
