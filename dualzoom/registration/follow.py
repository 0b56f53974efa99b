"""Follows a tele from one frame of a clip to the next: cheap, and never further off than a fresh search.

Each frame is registered on the tele itself, so that errors cannot add up; the frame before only says where to begin.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.registration.align import refine_homography
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.gray import Gray, resize
from dualzoom.registration.plane import resizing, unit
from dualzoom.registration.plausible import implausible
from dualzoom.registration.register import complete
from dualzoom.registration.robust import errors, robust_homography
from dualzoom.registration.types import Matrix, Registration
from dualzoom.registration.verify import verify
from dualzoom.settings import RegistrationSettings
from dualzoom.stopwatch import Stopwatch

_MOTION_SIDE_PX = 640  # motion between frames is found on pictures no larger
_POINTS, _LEAST_POINTS = 400, 16
_SIGMA_PX = 0.5


def follow(wide: Gray, tele: Gray, start: Matrix, settings: RegistrationSettings) -> Registration | None:
    """Registers a frame from a rough homography `start` (tele px → wide px); None where it does not stand.

    `wide`, `tele`: (H, W) uint8 luma (`gray.luma`).
    """
    if implausible(start, Size.of(tele), Size.of(wide), settings):
        return None
    clock = Stopwatch()
    pair = GreyPair(wide, tele)
    with clock("refine"):
        alignment = refine_homography(pair, start, settings)
    if alignment is None:
        return None
    with clock("verify"):
        if verify(pair, alignment).reason:
            return None
    return complete(pair, alignment, "followed", clock)


def motion(before: Gray, after: Gray) -> Matrix | None:
    """The homography that takes most of a frame, (H, W) uint8, to the next; px → px. None where it is lost."""
    size = Size.of(before)
    share = min(1.0, _MOTION_SIDE_PX / max(size.width, size.height))
    small = Size(max(8, round(size.width * share)), max(8, round(size.height * share)))
    one, two = resize(before, small), resize(after, small)
    start = cv2.goodFeaturesToTrack(one, _POINTS, 0.01, 6.0, blockSize=5)
    if start is None or len(start) < _LEAST_POINTS:
        return None
    there, found = _track(one, two, start)
    back, returned = _track(two, one, there)
    good = found & returned & (np.linalg.norm((back - start).reshape(-1, 2), axis=1) < _SIGMA_PX)
    a, b = (points.reshape(-1, 2)[good].astype(np.float64) for points in (start, there))
    if len(a) < _LEAST_POINTS:
        return None
    homography = robust_homography(a, b, _SIGMA_PX, start=np.eye(3))
    if homography is None or (errors(homography, a, b) < 3 * _SIGMA_PX).sum() < _LEAST_POINTS:
        return None
    scale = resizing(size, small)
    return unit(np.linalg.inv(scale) @ homography @ scale)


def _track(source: Gray, target: Gray, points: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Returns the places of points (N, 1, 2) in `target`, and which of them were found (N,)."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        source, target, points, points.copy(), winSize=(15, 15), maxLevel=3
    )
    return np.asarray(there, np.float32), found.ravel() > 0
