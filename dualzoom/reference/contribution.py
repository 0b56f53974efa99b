"""Where the tele contributed: a map of what the network was let see of it, noted as the tiles pass.

The value of a pixel is validity × strength (see `aligned_tele`): 0, the result is made from the wide alone there; 255,
the tele's detail could come through in full. It says how much was *offered and believed*; where the tele has
nothing to add, as in a clear sky, the result differs little whatever the map says. One byte for a pixel of the
wide, means of 2 × 2 pixels of the grid that validity is given on, so no floats of the whole frame are held.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.reference.aligned_tele import Float
from dualzoom.reference.several import Source


class Contribution:
    """A reference that keeps a record of the validity it gave.

    `size`: the wide's. `map`: (H, W) uint8, complete when every tile has been asked for. Tiles agree on validity
    whatever the plan, so asking twice, as after running out of memory, changes nothing.
    """

    def __init__(self, reference: Source, size: Size, strength: float) -> None:
        self.reference, self.strength = reference, strength
        self.map: NDArray[np.uint8] = np.zeros((size.height, size.width), np.uint8)

    def tile(self, region: Region) -> tuple[Float, Float]:
        """As `AlignedTele.tile`; `region` begins and ends between pixels of the wide."""
        rgb, validity = self.reference.tile(region)
        lr = Region(region.x // 2, region.y // 2, region.width // 2, region.height // 2)
        seen = lr.clip(Size.of(self.map))
        low = cv2.resize(validity, (lr.width, lr.height), interpolation=cv2.INTER_AREA)
        share = low[seen.shift(-lr.x, -lr.y).slices] * np.float32(255 * self.strength)
        self.map[seen.slices] = np.rint(share).astype(np.uint8)
        return rgb, validity
