"""Transparent photos: what lies under transparent places, and the opacity of the result.

Under a fully transparent place a file keeps any colour, mostly black or white. Enlarged as it is, that colour would
bleed over the edge as a fringe. So before enlarging, such places take on the colours around them; the opacity is
enlarged by itself. Laws: pixels that show anything stay as they are; a constant opacity stays constant.
"""

from dataclasses import replace
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.framing import Framing
from dualzoom.resampling import enlarge_bicubic, halve_area

Floats = NDArray[np.float32]


def filled(photo: Photo) -> Photo:
    """Return the photo with the colours around them under its fully transparent places; itself where it has none."""
    if photo.alpha is None or photo.alpha.min() > 0:
        return photo
    shows = photo.alpha > 0
    if not shows.any():
        return photo
    weights = shows.astype(np.float32)
    colours = _spread(photo.pixels.astype(np.float32) * weights[..., None], weights)
    out = photo.pixels.copy()
    hidden = ~shows
    out[hidden] = np.rint(np.clip(colours[hidden], 0, photo.peak)).astype(out.dtype)
    return photo.with_pixels(out)


def _spread(sums: Floats, weights: Floats) -> Floats:
    """Return mean colours, (H, W, 3), from colours times weights: where the weight is 0, those of a coarser grid."""
    height, width = weights.shape
    known = weights > 0
    if known.all() or max(height, width) == 1:
        return np.asarray(sums / np.maximum(weights, 1e-6)[..., None], np.float32)
    pad = ((0, height % 2), (0, width % 2))  # an odd side is continued by nothing
    coarse = _spread(halve_area(np.pad(sums, (*pad, (0, 0)))), halve_area(np.pad(weights, pad)))
    size = (coarse.shape[1] * 2, coarse.shape[0] * 2)
    around: Any = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    own = sums / np.maximum(weights, 1e-6)[..., None]
    return np.asarray(np.where(known[..., None], own, around), np.float32)


def of_result(wide: Photo, like: Pixels, shown: Framing | None) -> Pixels | None:
    """Return the opacity of the result: the wide's, twice as large, cropped as `shown`, of the type of `like`."""
    if wide.alpha is None:
        return None
    plane = enlarge_bicubic(wide.alpha)  # in integers, so it saturates at both ends
    plane = plane if shown is None else shown.of(plane, wide.size)
    if plane.dtype != like.dtype:
        plane = np.multiply(plane, 257, dtype=np.uint16) if like.dtype == np.uint16 else plane // 257
    return cast(Pixels, plane.astype(like.dtype))


def with_opacity(result: Photo, wide: Photo, shown: Framing | None) -> Photo:
    """Return the result with the wide's opacity."""
    return replace(result, alpha=of_result(wide, result.pixels, shown))
