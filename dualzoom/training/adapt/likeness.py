"""Weighs tiles of the overlap by their likeness to the whole frame: a bright middle must not decide for dark corners.

Three quarters of a frame lie outside the tele's view, where there is nothing to learn from. So the weight of an inside
tile is a ratio of densities: of the frame's places over the inside places that are as bright and as noisy as it. DASR
("Unsupervised Real-World Image Super Resolution via Domain-Distance Aware Training", CVPR 2021) weighs by the distance
of domains that a discriminator measures; here three plain measurements do.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region

Float = NDArray[np.float64]

_MOST = 3.0  # no tile counts more than this, or less than its inverse: few measurements describe it
_PLACES = 600  # of the frame describe it well enough
_NOISE_FLOOR = 1 / 512  # of full scale: differences below half a grey level mean nothing


def likeness(wide: Pixels, inside: Sequence[Region], frame: Sequence[Region]) -> NDArray[np.float32]:
    """Returns weights (n,) of the places `inside`, 1 in the mean: the frame's density over that of the inside.

    `wide`: (H, W, 3) integer pixels.
    """
    some = frame[:: max(1, len(frame) // _PLACES)]
    own, others = (np.array([_measured(wide, place) for place in places]) for places in (inside, some))
    spread = np.maximum(others.std(0), 0.05)
    own, others = own / spread, others / spread
    ratio = _density(own, others) / np.maximum(_density(own, own), 1e-9)
    held = np.clip(ratio / max(float(np.median(ratio)), 1e-9), 1 / _MOST, _MOST)
    return np.asarray(held / held.mean(), np.float32)


def _measured(wide: Pixels, place: Region) -> Float:
    """Measures mean brightness, and logarithms of fine noise and of structure, of a place."""
    scale = 1 / np.iinfo(wide.dtype).max
    luma = cv2.cvtColor(np.ascontiguousarray(wide[place.slices]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(cv2.Laplacian(luma, cv2.CV_32F)) * scale / 6
    return np.array(
        [
            float(luma.mean()) * scale * 2,
            np.log(float(np.quantile(fine, 0.3)) + _NOISE_FLOOR),
            np.log(float(fine.mean()) + _NOISE_FLOOR),
        ]
    )


def _density(at: Float, points: Float) -> Float:
    """Returns the Gaussian kernel density of `points` (m, k) at places (n, k): (n,)."""
    squared = ((at[:, None] - points[None]) ** 2).sum(2)
    return np.asarray(np.exp(-0.5 * squared).mean(1), np.float64)
