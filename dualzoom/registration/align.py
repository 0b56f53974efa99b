"""The guided second pass: the homography to a fraction of a pixel.

With a first homography the tele is warped onto the wide's grid, so both show the scene at the same scale, upright and
within a few pixels. There, corner points of the wide are followed into the warped tele (pyramidal Lucas–Kanade,
forward and back, on pictures with local contrast made equal), which is good to about a tenth of a pixel, and the
homography is fitted anew. Points on near things move by parallax; the robust fit leaves them out.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.registration.common_grid import CommonGrid, GreyPair
from dualzoom.registration.gray import Gray, flatten
from dualzoom.registration.plane import transform
from dualzoom.registration.plausible import implausible
from dualzoom.registration.robust import errors, robust_homography
from dualzoom.registration.types import Matrix, Points
from dualzoom.settings import RegistrationSettings

_POINTS = 2500
_BACK_PX = 0.5  # a point that does not come back this near was not followed
_SIGMAS_PX = (
    0.8,
    0.3,
)  # first pass: the tele is still warped by a rough start; second: the points' precision


@dataclass(frozen=True)
class Alignment:
    """A refined homography (tele px → wide px) and the evidence: followed points and those that agree."""

    homography: Matrix
    tele_points: Points
    wide_points: Points
    followed: int
    tried: int


def refine_homography(pair: GreyPair, homography: Matrix, settings: RegistrationSettings) -> Alignment | None:
    """Refines a homography at the wide's scale; None when no points lead to a plausible one."""
    result: Alignment | None = None
    for sigma_px in _SIGMAS_PX:
        grid = pair.on_common_grid(homography)
        on_wide, on_tele, tried = track_points(grid)
        tele_points = transform(grid.to_tele, on_tele)
        wide_points = transform(grid.to_wide, on_wide)
        step = float(grid.to_wide[0, 0])
        fitted = robust_homography(tele_points, wide_points, sigma_px * step, start=homography)
        if fitted is None:
            return None
        inside = errors(fitted, tele_points, wide_points) < 3 * sigma_px * step
        homography = fitted
        result = Alignment(homography, tele_points[inside], wide_points[inside], len(on_wide), tried)
        if implausible(homography, Size.of(pair.tele), Size.of(pair.wide), settings):
            return None  # and nothing could be warped by it
    return result


def track_points(grid: CommonGrid) -> tuple[Points, Points, int]:
    """Tracks corner points: (N, 2) in the grid's wide, (N, 2) in its warped tele, and how many were tried."""
    wide, tele = flatten(grid.wide), flatten(grid.tele)
    spacing = max(3.0, 0.6 * (grid.wide.size / _POINTS) ** 0.5)
    mask = grid.inside.astype(np.uint8)
    start = cv2.goodFeaturesToTrack(wide, _POINTS, 0.02, spacing, mask=mask, blockSize=5)
    if start is None:
        return np.empty((0, 2)), np.empty((0, 2)), 0
    there, found = _track(wide, tele, start)
    back, returned = _track(tele, wide, there)
    distance = np.linalg.norm((back - start).reshape(-1, 2), axis=1)
    good = found & returned & (distance < _BACK_PX)
    a, b = start.reshape(-1, 2)[good].astype(np.float64), there.reshape(-1, 2)[good].astype(np.float64)
    return a, b, len(start)


def _track(source: Gray, target: Gray, points: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Returns the places (N, 1, 2) in `target` of points of `source`, and which of them were found (N,)."""
    guess = points.copy()
    there, found, _ = cv2.calcOpticalFlowPyrLK(source, target, points, guess, winSize=(17, 17), maxLevel=3)
    return np.asarray(there, np.float32), found.ravel() > 0
