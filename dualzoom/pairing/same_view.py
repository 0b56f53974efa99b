"""Whether photos show the same from the same place, by small copies of them: what a hand held still takes.

Files told by their moments alone may be of different things, or of the same framed anew: nobody wants those merged. A
hand shifts a view by some per cent of its width between two frames and turns it by a degree; what moves covers little.
So the shift is found by phase correlation (Kuglin and Hines, 1975), and what both see, without its slow part, must
correlate.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.capture.read import read
from dualzoom.errors import CaptureError
from dualzoom.resampling import luma

#: Longer side of the small copies; σ of the blurs between which structure is compared, in their pixels.
SIDE_PX = 256
_FINE_PX, _SLOW_PX = 1.0, 16.0
#: Shift, as a share of a side, beyond which a photo is framed anew.
MOST_SHIFTED = 0.1
#: Least correlation. Real frames of a moving camera keep 0.88 and more over four, hands (3 % and 1°) with noise 0.88 to
#: 0.95; three photos of one facade from different places reach 0.27, twelve of different things 0.15.
LEAST_ALIKE = 0.75
_LEAST_STRUCTURE = 1 / 255

Small = NDArray[np.float32]


def why_not(lead: Path, others: Sequence[Path]) -> str | None:
    """Why not all `others` show what `lead` shows; None where they do. Reads one after the other."""
    try:
        first = small(read(lead))
        same = all(alike(first, small(read(path))) for path in others)
    except CaptureError:
        return "one of them cannot be read"
    return None if same else "they do not show the same"


def small(photo: Photo) -> Small:
    """A photo's luma, 0..1, reduced to `SIDE_PX`."""
    height, width = photo.pixels.shape[:2]
    scale = SIDE_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    reduced = cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA)
    return luma(reduced * np.float32(1 / photo.peak))


def alike(one: Small, other: Small) -> bool:
    """Whether two small copies show the same, but for a shift. Law: a picture is like itself.

    Pictures without structure, such as a clear sky, are alike where they have one size.
    """
    if one.shape != other.shape:
        return False
    slow = [part - cv2.GaussianBlur(part, (0, 0), _SLOW_PX) for part in (one, other)]
    flat = [bool(part.std() < _LEAST_STRUCTURE) for part in slow]
    if any(flat):
        return all(flat)
    height, width = one.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (right, down), _ = cv2.phaseCorrelate(slow[0], slow[1], window)
    if abs(right) > MOST_SHIFTED * width or abs(down) > MOST_SHIFTED * height:
        return False
    x, y = round(right), round(down)
    there = [cv2.GaussianBlur(part, (0, 0), _FINE_PX) for part in slow]
    ours = there[0][max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    theirs = there[1][max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    return _correlation(ours, theirs) >= LEAST_ALIKE


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / np.sqrt(max(float((one * one).sum() * (other * other).sum()), 1e-12)))
