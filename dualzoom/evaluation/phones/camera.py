"""One camera of a phone: lens, sensor, and the phone's own processing."""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.evaluation.phones.demosaic import demosaic, mosaic
from dualzoom.evaluation.phones.light import Floats, blurred, encode
from dualzoom.evaluation.phones.noise_reduction import REDUCTIONS, Strength
from dualzoom.geometry import Size
from dualzoom.resampling import luma


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A lens, a sensor and the processing behind them. Lengths in the camera's own pixels.

    `blur_px`: σ of the lens in the middle; `corner_blur_px`: added to it in the corners. `veil`: share of
    the light that a wide glare (σ `veil_px`) spreads. `electrons`: full well of a pixel at this exposure; `read`: read
    noise in electrons. `luma`, `chroma`: strength of noise reduction, 0..1. `sharpen`, `sharpen_px`: amount and σ of
    an unsharp mask on luma; `overshoot`: how far sharpening may leave the range of a pixel's
    neighbours, in widths of that range. `quality`: of JPEG.
    """

    blur_px: float = 0.5
    corner_blur_px: float = 0.0
    veil: float = 0.0
    veil_px: float = 8.0
    electrons: float = 8000.0
    read: float = 3.0
    reduction: str = "guided"
    luma: float = 0.2
    chroma: float = 0.5
    sharpen: float = 0.5
    sharpen_px: float = 1.0
    overshoot: float = 1.0
    quality: int = 93
    full_chroma: bool = False

    def shoot(self, light: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Photographs linear light (h, w, 3) that lies on the sensor's pixels, before the lens; returns uint8."""
        seen = self._through_lens(light)
        values, pattern = mosaic(seen)
        electrons = np.maximum(values, 0) * self.electrons
        counted = rng.poisson(electrons) + rng.normal(0, self.read, values.shape)
        colours = demosaic(np.asarray(counted / self.electrons, np.float32), pattern)
        picture = encode(np.clip(colours, 0, 1))
        picture = REDUCTIONS[self.reduction](
            picture, Strength(luma=self.luma, chroma=self.chroma, electrons=self.electrons)
        )
        return _jpeg(self._sharpened(picture), self.quality, self.full_chroma)

    def _through_lens(self, light: Floats) -> Floats:
        seen = blurred(light, self.blur_px)
        if self.corner_blur_px > 0:
            soft = blurred(light, self.blur_px + self.corner_blur_px)
            share = _from_centre(Size.of(light))[..., None] ** 2
            seen = np.asarray(seen + share * (soft - seen), np.float32)
        if self.veil > 0:
            seen = np.asarray(
                seen + np.float32(self.veil) * (blurred(light, self.veil_px) - seen), np.float32
            )
        return seen

    def _sharpened(self, picture: Floats) -> Floats:
        if self.sharpen <= 0:
            return picture
        grey = luma(picture)
        sharp = grey + self.sharpen * (grey - blurred(grey, self.sharpen_px))
        around = np.ones((3, 3), np.uint8)
        low, high = cv2.erode(grey, around), cv2.dilate(grey, around)
        slack = np.float32(self.overshoot) * (high - low) + np.float32(0.01)
        return np.asarray(picture + (np.clip(sharp, low - slack, high + slack) - grey)[..., None], np.float32)


def _from_centre(size: Size) -> Floats:
    """Distance from the middle (h, w): 0 there, 1 in the corners."""
    x = np.linspace(-1, 1, size.width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, size.height, dtype=np.float32)[:, None]
    return np.asarray(np.sqrt((x * x + y * y) / 2), np.float32)


def _jpeg(picture: Floats, quality: int, full_chroma: bool) -> NDArray[np.uint8]:
    """Writes the picture as JPEG, reads it again and returns uint8."""
    codes = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(codes).save(file, "JPEG", quality=quality, subsampling=0 if full_chroma else 2)
    return np.asarray(Image.open(file).convert("RGB"))
