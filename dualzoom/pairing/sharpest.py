"""The sharpest photo of a burst, by its pixels."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.capture.read import read
from dualzoom.errors import CaptureError
from dualzoom.resampling import luma

#: σ in pixels of the two blurs between which fine structure lies; shake takes it first.
_FINE_PX, _COARSE_PX = 0.8, 1.8


def sharpest(photos: Sequence[Path]) -> Path:
    """Returns the photo with most fine structure in the middle half of its frame; of equals the first by name.

    Reads them one after the other; one that cannot be read is never chosen while another can.
    """
    return max(sorted(photos), key=_held)


def _held(path: Path) -> float:
    try:
        return fine_structure(read(path))
    except CaptureError:
        return -1.0


def fine_structure(photo: Photo) -> float:
    """Returns the energy of the band between both blurs, of luma 0..1."""
    height, width = photo.pixels.shape[:2]
    middle = photo.pixels[height // 4 : height - height // 4, width // 4 : width - width // 4]
    grey = luma(middle * np.float32(1 / photo.peak))
    band = cv2.GaussianBlur(grey, (0, 0), _FINE_PX) - cv2.GaussianBlur(grey, (0, 0), _COARSE_PX)
    return float((band * band).mean())
