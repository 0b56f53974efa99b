"""A photo of the same thing taken from elsewhere, or at another time, as a reference.

Seen from elsewhere the thing is larger at one end of the frame than at the other, so what the photo is worth changes
from place to place: it can add detail only where it has more pixels for the same thing than the wide. And it was not
taken in the same second, so the gates must be passed with more than a tele needs, and only its finest band counts.
"""

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Region
from dualzoom.reference.aligned_tele import AlignedTele, Float
from dualzoom.reference.own_band import REACH_PX, with_own_band

#: Pixels for one of the wide's at which a photo adds nothing yet, and from which it counts in full.
NO_FINER, FINER = 1.5, 1.65
#: Validity at which a place is refused, and from which it is believed in full.
DOUBTED, BELIEVED = 0.3, 0.7
_MOST = 2.0  # the 2× grid holds no more


class Elsewhere:
    """A registered photo from elsewhere; `tile` as `AlignedTele.tile`, with its fineness and doubt counted in."""

    def __init__(self, aligned: AlignedTele, share: float = 1.0) -> None:
        self.aligned, self.share = aligned, np.float32(share)
        back = np.linalg.inv(aligned.registration.homography) @ np.linalg.inv(TO_2X)
        self.covers = 0.0
        self._determinant, self._last = abs(float(np.linalg.det(back))), back[2]

    def tile(self, region: Region) -> tuple[Float, Float]:
        """RGB (h, w, 3) 0..1 and validity (h, w) of a region of the 2× grid."""
        around = region.pad(REACH_PX)
        rgb, validity = self.aligned.tile(around)
        here = region.shift(-around.x, -around.y).slices
        if validity[here].any():
            rgb = with_own_band(rgb, self.aligned.wide_tile(around), validity)
        rgb, validity = rgb[here], validity[here]
        if validity.any():
            validity = ramp(validity, DOUBTED, BELIEVED)
            validity *= ramp(self.fineness(region), NO_FINER, FINER) * self.share
        return rgb, validity

    def fineness(self, region: Region) -> Float:
        """Its pixels for one of the wide's, at most 2: (h, w).

        The area that a homography makes of a pixel is |det H| / w³, w being the third coordinate of its place.
        """
        x = np.arange(region.x, region.right)[None, :]
        y = np.arange(region.y, region.bottom)[:, None]
        depth = self._last[0] * x + self._last[1] * y + self._last[2]
        area = self._determinant / np.maximum(depth, 1e-6) ** 3
        return np.asarray(np.minimum(2 * np.sqrt(area), _MOST), np.float32)

    def coverage(self) -> float:
        """The share of the wide's frame where it is believed, from 32 px tiles on a grid of 12 a side; kept as
        `covers`."""
        window = self.aligned.registration.window.scale(2)
        believed = []
        for row in range(12):
            for column in range(12):
                x = window.x + (window.width - 32) * column // 11
                y = window.y + (window.height - 32) * row // 11
                if window.width >= 32 and window.height >= 32:
                    believed.append(float(self.tile(Region(x, y, 32, 32))[1].mean()))
        frame = self.aligned.registration.wide_size.area
        self.covers = float(np.mean(believed or [0.0])) * self.aligned.registration.window.size.area / frame
        return self.covers


def ramp(values: NDArray[np.float32], low: float, high: float) -> Float:
    """0 up to `low`, 1 from `high`, straight between."""
    return np.asarray(np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)
