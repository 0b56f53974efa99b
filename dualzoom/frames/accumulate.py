"""Collects what all frames of a burst saw on the 2× grid, where sub-pixel shifts keep their finer structure.

A frame's samples lie at fractions of the wide's pixels. Each place of the 2× grid takes from each frame the nearest
sample and asks by how much it differs from what the picture so far, interpolated at that very sample, would have it.
The mean of these differences, weighed by a narrow Gaussian of the distance, is what the frames know beyond the picture:
normalised convolution (Knutsson & Westin, CVPR 1993) of a residual, as in back projection (Irani & Peleg, 1991).
No sample is ever interpolated, and where nothing but the wide was seen nothing is added.

Lengths are in the wide's pixels unless said. Time and memory grow with the region asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.geometry import Region, Size
from dualzoom.resampling import luma
from dualzoom.tiling.plan import reflect_index

Float = NDArray[np.float32]

#: σ of the kernel. A frame's nearest sample is at most half a pixel away in each direction.
SIGMA_PX = 0.3
#: What the wide's own sample, a quarter of a pixel away in both directions, weighs.
OWN = float(np.exp(-(2 * 0.25**2) / (2 * SIGMA_PX**2)))
_HALO = 4  # of pixels that cubic interpolation half a pixel away looks at


class Accumulated(NamedTuple):
    """What the frames saw on the 2× grid.

    `detail`: (2h, 2w, 3), by how much samples differ from the picture so far, in the mean. `share`: (2h, 2w) 0..1, what
    of one sample's noise is left in variance, 1 where the wide alone was seen. `spread`: (2h, 2w) standard deviation
    of these differences in luma.
    """

    detail: Float
    share: Float
    spread: Float


@dataclass(frozen=True)
class Beyond:
    """What the frames of a burst saw beyond `base`, tile by tile: a source for a network that takes bursts."""

    wide: Pixels
    frames: Sequence[AlignedFrame]
    base: Pixels

    def tile(self, region: Region) -> Float:
        """`Accumulated` of a region of the wide's grid as one array, (2h, 2w, 5)."""
        return np.dstack(accumulate(self.wide, self.frames, self.base, region))


def accumulate(wide: Pixels, frames: Sequence[AlignedFrame], base: Pixels, region: Region) -> Accumulated:
    """Collects the frames over a region of the wide's grid, which may reach beyond it and is mirrored there.

    `base`: the picture that is to be enlarged, on the wide's grid: the wide, or the mean of all frames.
    """
    size = Size.of(wide)
    rows, columns = (
        reflect_index(start, length, frame)
        for start, length, frame in (
            (region.y, region.height, size.height),
            (region.x, region.width, size.width),
        )
    )
    seen = Region(int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    found = _inside(wide, frames, base, seen)
    if seen == region:
        return found
    down = reflect_index(2 * region.y, 2 * region.height, size.height, 2) - 2 * seen.y
    across = reflect_index(2 * region.x, 2 * region.width, size.width, 2) - 2 * seen.x
    return Accumulated(*(np.take(np.take(part, down, 0), across, 1) for part in found))


def _inside(wide: Pixels, frames: Sequence[AlignedFrame], base: Pixels, region: Region) -> Accumulated:
    own = np.asarray(wide[region.slices], np.float32) / np.float32(np.iinfo(wide.dtype).max)
    own -= np.asarray(base[region.slices], np.float32) / np.float32(np.iinfo(base.dtype).max)
    away = _doubled(own)
    x = (np.arange(2 * region.x, 2 * region.right) - 0.5) / 2
    y = (np.arange(2 * region.y, 2 * region.bottom) - 0.5) / 2
    x, y = np.meshgrid(x, y)
    around = region.pad(_HALO).intersect(Region.full(Size.of(wide)))
    smooth = np.asarray(base[around.slices], np.float32) / np.float32(np.iinfo(base.dtype).max)
    total, weights = away * np.float32(OWN), np.full(away.shape[:2], OWN, np.float32)
    off = luma(away) * np.float32(OWN)
    square = luma(away) * off
    for frame in frames:
        same = _doubled(frame.same[region.slices])
        if not same.any():
            continue
        values, dx, dy = _nearest(frame, *frame.places(x, y))
        at_x, at_y = x + dx - around.x, y + dy - around.y  # a hand turns by less than a degree
        expected = cv2.remap(
            smooth,
            at_x.astype(np.float32),
            at_y.astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        near = np.exp((dx * dx + dy * dy) * np.float32(-1 / (2 * SIGMA_PX**2))) * same * np.float32(1 / 255)
        away = values - expected
        grey = luma(away)
        weights += near
        total += away * near[..., None]
        off += near * grey
        square += near * grey * grey
    off /= weights
    return Accumulated(
        total / weights[..., None],
        np.float32(OWN) / weights,
        np.sqrt(np.maximum(square / weights - off * off, 0)),
    )


def _nearest(frame: AlignedFrame, x: Float, y: Float) -> tuple[Float, Float, Float]:
    """The frame's samples nearest to places in it (px), (h, w, 3) in the wide's exposure, and how far off they lie."""
    at_x, at_y = np.rint(x), np.rint(y)
    height, width = frame.pixels.shape[:2]
    left, right = (int(np.clip(edge, 0, width - 1)) for edge in (at_x.min(), at_x.max()))
    top, bottom = (int(np.clip(edge, 0, height - 1)) for edge in (at_y.min(), at_y.max()))
    part = frame.pixels[top : bottom + 1, left : right + 1]
    values = cv2.remap(part, at_x - left, at_y - top, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    gain = frame.gain / np.float32(np.iinfo(frame.pixels.dtype).max)
    return values * gain, at_x - x, at_y - y


def _doubled(picture: NDArray[Any]) -> NDArray[Any]:
    """Each pixel four times: (h, w[, C]) -> (2h, 2w[, C])."""
    return picture.repeat(2, 0).repeat(2, 1)
