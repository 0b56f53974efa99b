"""A black, washed-out or garbage picture is never reported as success."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.errors import DualzoomError

_CELLS = 32  # the low band compared has about this many cells along the longer side
_MEDIAN, _WORST = 0.02, 0.15  # of full scale; bicubic itself differs by about 0.001


def check_result(pixels: NDArray[Any], wide: Photo) -> None:
    """Compare the result's low band (2H, 2W, 3) with the wide's; raises DualzoomError (exit 1) where they differ."""
    size = wide.size
    scale = _CELLS / max(size.width, size.height)
    cells = (max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    low = [
        cv2.resize(picture, cells, interpolation=cv2.INTER_AREA).astype(np.float32)
        / np.iinfo(picture.dtype).max
        for picture in (pixels, wide.pixels)
    ]
    difference = np.abs(low[0] - low[1])
    if np.median(difference) > _MEDIAN or difference.max() > _WORST:
        worst = float(difference.max())
        raise DualzoomError(
            wide.name,
            f"the result does not show the wide any more (colours off by {worst:.2f})",
            "try --device cpu",
        )
