"""The two photos on one grid: the part of the wide that the tele covers, and the tele warped onto it.

The *work grid* is the overlap's window of the wide at the wide's own density, or less where the window is
large. It is where matches are refined, checked and the dense displacement is found.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.registration.gray import Gray, resize
from dualzoom.registration.plane import bounding, clip_to, corners, density, resizing, shifting, transform
from dualzoom.registration.types import Matrix, Points

#: Pixels of the work grid at most, for points, and for dense displacement (which is the costlier).
WORK_AREA = 3.6e6
FLOW_AREA = 2.0e6


@dataclass(frozen=True)
class CommonGrid:
    """Both photos on the work grid.

    `wide`, `tele`: (h, w) uint8 luma. `inside`: (h, w) bool, where the tele has pixels. `window`: of the wide.
    `to_wide`: work px → wide px. `to_tele`: work px → tele px, by the homography.
    """

    wide: Gray
    tele: Gray
    inside: NDArray[np.bool_]
    window: Region
    to_wide: Matrix
    to_tele: Matrix


class GreyPair:
    """Both luma pictures, with the tele reduced once to about the density of the work grid."""

    def __init__(self, wide: Gray, tele: Gray) -> None:
        self.wide, self.tele = wide, tele
        self._reduced: tuple[Gray, Matrix] | None = None

    def outline(self, homography: Matrix) -> Points:
        """The tele's outline in the wide, cut to its frame: (N, 2) wide px, (0, 2) where they do not meet."""
        return clip_to(transform(homography, corners(Size.of(self.tele))), Size.of(self.wide))

    def on_common_grid(
        self, homography: Matrix, area: float = WORK_AREA, base: Gray | None = None
    ) -> CommonGrid:
        """Both photos on the work grid of `homography` (tele px → wide px), at most `area` px of it.

        `base`: another picture of the wide's window, at any density, to be used in place of the wide.
        """
        window = bounding(self.outline(homography), Size.of(self.wide))
        scale = min(1.0, (area / window.size.area) ** 0.5)
        size = Size(max(8, round(window.width * scale)), max(8, round(window.height * scale)))
        to_work = resizing(window.size, size) @ shifting(-window.x, -window.y)
        wide = resize(self.wide[window.slices] if base is None else base, size)
        tele, reduce = self._tele_near(homography, scale)
        warp = to_work @ homography @ np.linalg.inv(reduce)
        shape = (size.width, size.height)
        warped = cv2.warpPerspective(
            tele, warp, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        full = np.full(tele.shape, 255, np.uint8)
        inside = cv2.warpPerspective(full, warp, shape, flags=cv2.INTER_LINEAR) > 254
        to_wide = np.asarray(np.linalg.inv(to_work), np.float64)
        to_tele = np.asarray(np.linalg.inv(homography) @ to_wide, np.float64)
        return CommonGrid(wide, np.asarray(warped, np.uint8), inside, window, to_wide, to_tele)

    def _tele_near(self, homography: Matrix, scale: float) -> tuple[Gray, Matrix]:
        """The tele reduced by area to the work grid's density: a warp alone would alias."""
        size = Size.of(self.tele)
        factor = density(homography, size) * scale
        if factor > 0.8:
            return self.tele, np.eye(3)
        target = Size(max(1, round(size.width * factor)), max(1, round(size.height * factor)))
        if self._reduced is None or abs(self._reduced[0].shape[1] / target.width - 1) > 0.1:
            self._reduced = resize(self.tele, target), resizing(size, target)
        return self._reduced
