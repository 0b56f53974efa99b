"""A frame of a burst with what leads from the wide's pixels to its own, and samples of it on the wide's grid."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Size

Float = NDArray[np.float32]

#: Wide px per cell of the displacement kept.
CELL_PX = 16
#: Rows that are worked on at once.
BAND_ROWS = 256


def _unknown() -> NDArray[np.uint8]:
    return np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class AlignedFrame:
    """`pixels` of the frame, and how the wide's pixels lead there.

    `from_wide`: (3, 3) homography, wide px → frame px. `shift`: (h, w, 2) float32 on cells of 16 px, added to the
    wide's coordinates first; None: nothing moved against the homography. `gain`: (3,) to the wide's exposure.
    `same`: how far it shows what the wide shows; `weight`: times how precisely; (H, W) uint8 on the wide's grid.
    """

    pixels: Pixels
    size: Size
    from_wide: NDArray[np.float64]
    shift: Float | None
    gain: Float
    same: NDArray[np.uint8] = field(default_factory=_unknown)
    weight: NDArray[np.uint8] = field(default_factory=_unknown)

    def sample(self, top: int, bottom: int, how: int) -> Float:
        """Rows of the wide's grid, in the wide's exposure: (rows, W, 3) float32. `how`: OpenCV's interpolation."""
        x, y = paths(self.size, top, bottom, self.from_wide, self.shift)
        return sampled(self.pixels, x, y, how) * self.gain

    def places(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Float, Float]:
        """Where places of the wide (px, fractions too, two arrays of one shape) lie in the frame: x and y."""
        return _there(x, y, self.from_wide, self.shift)


def paths(
    size: Size, top: int, bottom: int, from_wide: NDArray[np.float64], shift: Float | None
) -> tuple[Float, Float]:
    """Where the wide's pixels lie in the frame: x and y, (rows, W)."""
    x, y = (axis.astype(np.float64) for axis in np.meshgrid(np.arange(size.width), np.arange(top, bottom)))
    return _there(x, y, from_wide, shift)


def _there(
    x: NDArray[np.float64], y: NDArray[np.float64], from_wide: NDArray[np.float64], shift: Float | None
) -> tuple[Float, Float]:
    """Where places of the wide (px, two arrays of one shape) lie in the frame."""
    if shift is not None:
        at_x, at_y = ((axis + 0.5) / CELL_PX - 0.5 for axis in (x, y))
        moved = cv2.remap(
            shift,
            at_x.astype(np.float32),
            at_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        x, y = x + moved[..., 0], y + moved[..., 1]
    m = from_wide
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    at_x, at_y = ((m[row, 0] * x + m[row, 1] * y + m[row, 2]) / w for row in (0, 1))
    return at_x.astype(np.float32), at_y.astype(np.float32)


def sampled(pixels: NDArray[Any], x: Float, y: Float, how: int) -> Float:
    """Samples pixels, as 0..1; only the part around them is handed to OpenCV, whose coordinates are 16 bits."""
    height, width = pixels.shape[:2]
    left, right = (int(np.clip(edge, 0, width - 1)) for edge in (x.min() - 8, x.max() + 9))
    top, bottom = (int(np.clip(edge, 0, height - 1)) for edge in (y.min() - 8, y.max() + 9))
    part = pixels[top : bottom + 1, left : right + 1].astype(np.float32)
    peak = np.float32(np.iinfo(pixels.dtype).max)
    sampled = cv2.remap(part, x - left, y - top, how, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(sampled, np.float32) / peak
