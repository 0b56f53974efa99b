"""The eight EXIF orientations: bring a stored frame upright, once.

Value: where the stored frame's first row and first column lie in the upright picture. Laws: every map is
undone by that of `inverse`; 5 to 8 swap width and height.

Source: TIFF 6.0, tag 274.
"""

from typing import cast

import numpy as np

from dualzoom.capture.photo import Pixels

#: The orientation that undoes each: only the quarter turns 6 and 8 differ from their own inverse.
_INVERSE = {6: 8, 8: 6}


def inverse(orientation: int) -> int:
    """The orientation whose map undoes that of `orientation`."""
    return _INVERSE.get(orientation, orientation)


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """`pixels` (H, W[, C]) as the photographer saw them; the same array for 1.

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
