"""A reference seen through a window of the frame: what a part of the wide needs to be enlarged by itself."""

import numpy as np

from dualzoom.geometry import Region
from dualzoom.reference.aligned_tele import Float
from dualzoom.reference.several import Source
from dualzoom.tiling.plan import reflect_index


class Part:
    """`source` for the wide's pixels inside `window` alone. Law: inside, its tiles are those of the source.

    Beyond the window both are mirrored, as the engine mirrors the part of the wide that it is given.
    """

    def __init__(self, source: Source, window: Region) -> None:
        self._source, self._window = source, window

    def tile(self, region: Region) -> tuple[Float, Float]:
        """As `Source.tile`; `region` counts from the window's corner, on the 2× grid."""
        rows = reflect_index(region.y, region.height, self._window.height, scale=2)
        columns = reflect_index(region.x, region.width, self._window.width, scale=2)
        x, y = int(columns.min()), int(rows.min())
        inner = Region(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)
        rgb, validity = self._source.tile(inner.shift(2 * self._window.x, 2 * self._window.y))
        mirror = np.ix_(rows - y, columns - x)
        return rgb[mirror], validity[mirror]
