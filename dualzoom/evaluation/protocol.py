"""The paper's protocol on a real pair: halve both photos, zoom the half, compare with the wide original.

Halving is antialiased bicubic (a = -0.5, the kernel stretched over two pixels) to 8 bits in the stored frame,
the same as torch's `interpolate(mode="bicubic", antialias=True)`; the wide original is then the truth. Scores
are PSNR over RGB of the whole frame, inside the tele's rectangle, and outside it, 16 px of border left out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.evaluation.metrics import psnr
from dualzoom.geometry import Region, Size

BORDER_PX = 16


@dataclass(frozen=True, kw_only=True)
class Scores:
    """PSNR in dB. `outside` is nan where the rectangle fills the frame."""

    whole: float
    inside: float
    outside: float

    def __str__(self) -> str:
        return f"{self.whole:.2f} / {self.inside:.2f} / {self.outside:.2f}"


def halve(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 -> (H//2, W//2, 3) by antialiased bicubic; an odd last row or column is dropped
    first."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    even = Image.fromarray(np.ascontiguousarray(pixels[: 2 * height, : 2 * width]))
    return np.asarray(even.resize((width, height), Image.Resampling.BICUBIC))


def halved_pair(
    wide: NDArray[np.uint8], tele: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Half the wide, half the tele, and the truth at exactly twice the half wide's size."""
    half = halve(wide)
    return half, halve(tele), wide[: 2 * half.shape[0], : 2 * half.shape[1]]


def score(result: NDArray[Any], truth: NDArray[Any], rectangle: Region, *, border: int = BORDER_PX) -> Scores:
    """PSNR whole, inside `rectangle` (pixels of the truth) and outside it."""
    outside = np.ones(truth.shape[:2], np.bool_)
    outside[rectangle.clip(Size.of(truth)).slices] = False
    return Scores(
        whole=psnr(result, truth, border=border),
        inside=psnr(result, truth, border=border, region=rectangle),
        outside=psnr(result, truth, border=border, where=outside),
    )


def bicubic(pixels: NDArray[np.uint8], factor: int = 2) -> NDArray[np.uint8]:
    """The baseline: plain bicubic enlargement to 8 bits."""
    size = (pixels.shape[1] * factor, pixels.shape[0] * factor)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
