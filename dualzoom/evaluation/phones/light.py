"""sRGB to linear light and back, and the Gaussian that lenses and filters share."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


def decode(encoded: Floats) -> Floats:
    """Returns the linear light of sRGB values, 0..1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def encode(light: Floats) -> Floats:
    """Returns the sRGB values of linear light, 0..1."""
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055
    ).astype(np.float32)


def blurred(picture: Floats, sigma_px: float) -> Floats:
    """Blurs a picture by a Gaussian; returns the picture itself where σ is below 0.05 px."""
    if sigma_px < 0.05:
        return picture
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101), np.float32
    )
