"""Applies the eight EXIF orientations.

The value says at which sides of the upright picture the stored frame's first row and column lie. Laws: the map of
`inverse` undoes every map; 5 to 8 swap width and height.

Source: TIFF 6.0, tag 274.
"""

from typing import cast

import numpy as np

from dualzoom.capture.photo import Pixels

#: Only the quarter turns 6 and 8 are not their own inverse.
_INVERSE = {6: 8, 8: 6}


def inverse(orientation: int) -> int:
    """Return the orientation that undoes `orientation` (1..8)."""
    return _INVERSE.get(orientation, orientation)


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn stored `pixels` (H, W[, C]) upright; return the same array for orientation 1.

    Raises:
        ValueError: `orientation` is not 1..8.
    """
    if orientation not in range(1, 9):
        raise ValueError(f"orientation {orientation} is not 1..8")
    if orientation == 1:
        return pixels
    import cv2  # here, so that importing the package stays quick

    turned = {
        2: lambda: cv2.flip(pixels, 1),
        3: lambda: cv2.rotate(pixels, cv2.ROTATE_180),
        4: lambda: cv2.flip(pixels, 0),
        5: lambda: cv2.transpose(pixels),
        6: lambda: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
        7: lambda: cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180),
        8: lambda: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
    }[orientation]()
    return cast(Pixels, np.ascontiguousarray(turned))
