"""A reference whose validity changes smoothly along a clip: what the tele adds must not come and go.

Registration, agreement and noise make validity tremble from frame to frame, and every tremble shows as flicker of the
detail. So it is mixed with that of the frame before, moved along with the picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.registration.types import Matrix
from dualzoom.tiling.plan import pad_reflect

Map = NDArray[np.float32]

#: Share of the frame before. With 0.75 a change takes four frames, a sixth of a second.
KEPT = np.float32(0.75)
LEAST, MOST = (
    np.float32(0.02),
    np.float32(4.0),
)  # validity below which none is made up, and how far it is raised


class SteadyTele:
    """An `AlignedTele` with steadied validity, and how much the tele may give in all.

    `before`: (H, W) 0..1, the frame before's `map`, moved onto this frame; None at the start. `map`: this frame's, on
    the wide's grid, complete when every tile has been asked for: whatever the plan, each pixel gets the same value.
    """

    def __init__(self, reference: AlignedTele, size: Size, before: Map | None, amount: float) -> None:
        self.reference, self.before = reference, before
        self.amount = np.float32(amount)
        self.map: Map = np.zeros((size.height, size.width), np.float32)

    def tile(self, region: Region) -> tuple[Map, Map]:
        """As `AlignedTele.tile`; `region` begins and ends between pixels of the wide."""
        rgb, validity = self.reference.tile(region)
        lr = Region(region.x // 2, region.y // 2, region.width // 2, region.height // 2)
        low = cv2.resize(validity, (lr.width, lr.height), interpolation=cv2.INTER_AREA)
        seen = lr.clip(Size.of(self.map))
        inner = seen.shift(-lr.x, -lr.y).slices
        if self.before is None or not validity.any():
            self.map[seen.slices] = low[inner]
            return rgb, validity * self.amount
        wanted = low + KEPT * (pad_reflect(self.before, lr) - low)
        factor = np.where(low > LEAST, np.minimum(wanted / np.maximum(low, LEAST), MOST), np.float32(1))
        self.map[seen.slices] = np.minimum(low * factor, 1)[inner]
        fine = cv2.resize(factor, (region.width, region.height), interpolation=cv2.INTER_LINEAR)
        return rgb, np.minimum(validity * fine, 1) * self.amount


def moved(map_: Map, motion: Matrix | None) -> Map:
    """A map (H, W) on the next frame; as it is where the motion is not known."""
    if motion is None:
        return map_
    height, width = map_.shape
    return np.asarray(
        cv2.warpPerspective(
            map_, motion, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.float32,
    )
