"""A tele shown at the wrong place: references that resemble the scene less and less.

The paper ranks the references of a photo by how alike they are (Table 3). Here one tele of the
same scene grades the likeness by its displacement: a little, so that the window matching may find it again; beyond the
window; and so far that it shows something else. Validity stays what registration believes, so that only the network
itself can notice.
"""

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region
from dualzoom.reference.aligned_tele import AlignedTele

#: Name of the ablation -> pixels of the 2× grid, along both axes. The window reaches 4.
DISPLACED = {"off-by-2": 2, "off-by-8": 8, "off-by-64": 64}


class Displaced:
    """A reference that shows at each place what lies `pixels` to its right and below it, on the 2× grid."""

    def __init__(self, reference: AlignedTele, pixels: int) -> None:
        self._reference, self._pixels = reference, pixels

    def tile(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As `AlignedTele.tile`; valid where both the place and the one shown there are."""
        _, here = self._reference.tile(region)
        rgb, there = self._reference.tile(region.shift(self._pixels, self._pixels))
        return rgb, np.minimum(here, there)
