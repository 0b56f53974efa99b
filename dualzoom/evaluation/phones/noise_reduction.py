"""What a phone does against noise: smooth the luma by a guided filter or by patches, and blur the colours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.phones.light import Floats, blurred


@dataclass(frozen=True, kw_only=True)
class Strength:
    """How much luma and chroma noise to remove, 0..1, and the full well in electrons, which says how much there is."""

    luma: float
    chroma: float
    electrons: float


NoiseReduction: TypeAlias = Callable[[Floats, Strength], Floats]


def _reduce_guided(picture: Floats, strength: Strength) -> Floats:
    """Filters luma, guided by itself (He, Sun & Tang, ECCV 2010), and blurs colours."""
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), np.float32)
    luma, window = np.ascontiguousarray(ycc[..., 0]), (5, 5)
    mean = cv2.blur(luma, window)
    variance = cv2.blur(luma * luma, window) - mean * mean
    noise = np.float32((0.35 * strength.luma) ** 2 / max(strength.electrons, 1.0) ** 0.5 * 0.4)
    share = variance / (variance + noise + np.float32(1e-7))
    smooth = cv2.blur(share, window) * luma + cv2.blur((1 - share) * mean, window)
    return _with_colours(smooth, ycc, 2.5 * strength.chroma)


def _reduce_by_patches(picture: Floats, strength: Strength) -> Floats:
    """Averages luma by non-local means, leaving a part of the noise in; colours pass a median and a blur."""
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), np.float32)
    codes = np.rint(ycc[..., 0].clip(0, 1) * 255).astype(np.uint8)
    filtering = 255 * strength.luma * 0.9 / max(strength.electrons, 1.0) ** 0.5
    smooth = cv2.fastNlMeansDenoising(codes, None, float(filtering), 5, 13).astype(np.float32) / 255
    luma = ycc[..., 0] + np.float32(0.85) * (smooth - ycc[..., 0])
    for channel in (1, 2):
        ycc[..., channel] = cv2.medianBlur(np.ascontiguousarray(ycc[..., channel]), 5)
    return _with_colours(luma, ycc, 3 * strength.chroma)


def _with_colours(luma: Floats, ycc: NDArray[np.float32], chroma_px: float) -> Floats:
    colours = blurred(np.ascontiguousarray(ycc[..., 1:]), chroma_px)
    return np.asarray(
        cv2.cvtColor(np.dstack([luma, colours]).astype(np.float32), cv2.COLOR_YCrCb2RGB), np.float32
    )


#: Name -> a function of an encoded picture (h, w, 3), 0..1, that returns the same shape.
REDUCTIONS: dict[str, NoiseReduction] = {
    "none": lambda picture, _strength: picture,
    "guided": _reduce_guided,
    "patches": _reduce_by_patches,
}
