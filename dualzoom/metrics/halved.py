"""The paper's protocol on a real pair: halve both photos, zoom the half, compare with the wide original.

Halving is antialiased bicubic (`resampling.halve_bicubic`) to 8 bits in the stored frame; the wide original is then
the truth. Scores are PSNR over RGB of the whole frame, inside the tele's rectangle, and outside it, without 16 px of
border.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.resampling import halve_bicubic

BORDER_PX = 16


@dataclass(frozen=True, kw_only=True)
class HalvedScores:
    """PSNR in dB. `outside` is nan where the rectangle fills the frame."""

    whole: float
    inside: float
    outside: float

    def __str__(self) -> str:
        return f"{self.whole:.2f} / {self.inside:.2f} / {self.outside:.2f}"


def halved_pair(
    wide: NDArray[np.uint8], tele: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns the halved wide, the halved tele, and the truth at exactly twice the halved wide's size."""
    half = halve_bicubic(wide)
    return half, halve_bicubic(tele), wide[: 2 * half.shape[0], : 2 * half.shape[1]]


def score(
    result: NDArray[Any], truth: NDArray[Any], rectangle: Region, *, border: int = BORDER_PX
) -> HalvedScores:
    """Measures PSNR of the whole frame, inside `rectangle` (pixels of the truth) and outside it."""
    outside = np.ones(truth.shape[:2], np.bool_)
    outside[rectangle.clip(Size.of(truth)).slices] = False
    return HalvedScores(
        whole=psnr(result, truth, border=border),
        inside=psnr(result, truth, border=border, region=rectangle),
        outside=psnr(result, truth, border=border, where=outside),
    )
