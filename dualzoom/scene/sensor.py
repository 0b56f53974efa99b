"""Turns light into a phone's 8-bit picture: optics, noise, colour, tone, sharpening.

light (linear, scene) -> lens blur -> photon and read noise -> vignetting, exposure, white balance and matrix
-> tone curve -> sharpening -> rounding. Only blur, noise, sharpening and rounding lose anything; the rest is
the `Look`, a map from scene light to encoded colour, applied alike to the truth and to the wide.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.resampling import quantise
from dualzoom.scene.raster import Floats

_STEPS = 16383


@dataclass(frozen=True, kw_only=True)
class Look:
    """Colour and tone of one camera: scene light (…, 3) -> encoded 0..1.

    `gain`: exposure × white balance per channel; `matrix`: 3×3, rows sum to one (grey stays grey before
    `gain`); `contrast`: strength of the S-curve laid over sRGB's; `vignette`: loss of light in the corners,
    0..1.
    """

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    matrix: NDArray[np.float64]
    contrast: float = 0.25
    vignette: float = 0.12

    def expose(self, light: Floats) -> Floats:
        """Exposes and white-balances light; returns it linear, in the camera's own primaries."""
        return np.asarray(cv2.transform(light, (np.diag(self.gain) @ self.matrix).astype(np.float32)))

    def encode(self, exposed: Floats) -> Floats:
        """Applies the tone curve: a soft shoulder, sRGB, contrast. Clips at 0 and 1."""
        root = cv2.sqrt(np.clip(exposed, 0, 1))  # even steps of the root are fine steps in the shadows
        steps: NDArray[np.uint16] = np.asarray(root * _STEPS + 0.5).astype(np.uint16)
        encoded: Floats = self._curve()[steps]
        return encoded

    def _curve(self) -> Floats:
        """Returns encoded values at `_STEPS` + 1 even steps of the square root of light; strictly rising."""
        x = np.linspace(0, 1, _STEPS + 1) ** 2
        x = 1.12 * x / (1 + 0.12 * x)  # a mild shoulder
        y = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
        return np.asarray(y + self.contrast * y * (1 - y) * (2 * y - 1), np.float32)

    def develop(self, light: Floats, shade: Floats) -> Floats:
        """Encodes light with its vignetting (h, w) to 0..1, without noise or sharpening."""
        return self.encode(self.expose(light * shade[..., None]))


def shading(look: Look, size: Size) -> Floats:
    """Returns the vignetting (h, w) of a full frame: one in the centre, 1 - vignette in the corners."""
    x = np.arange(size.width, dtype=np.float32) * 2 - (size.width - 1)
    y = np.arange(size.height, dtype=np.float32) * 2 - (size.height - 1)
    squared = x[None, :] ** 2 + y[:, None] ** 2
    return np.asarray(1 - squared * np.float32(look.vignette / (size.width**2 + size.height**2)))


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Blur, noise and sharpening of a camera.

    `blur_px`: deviation of the lens's point spread in its own pixels; `noise`: deviation of the noise at full
    white, read noise is a quarter of it; `sharpen`: amount of the unsharp mask the phone applies, radius 1
    px.
    """

    blur_px: float = 0.5
    noise: float = 0.01
    sharpen: float = 0.5

    def capture(
        self, light: Floats, look: Look, shade: Floats, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Light on the sensor's pixels (h, w, 3), the lens's blur already in it, and its vignetting ->
        uint8."""
        light = light * shade[..., None]
        if self.noise > 0:
            level = self.noise * np.sqrt(np.maximum(light, 0) + 1 / 16)
            light = light + level * rng.standard_normal(light.shape, np.float32)
        encoded = look.encode(look.expose(np.asarray(light, np.float32)))
        if self.sharpen > 0:
            encoded = encoded + self.sharpen * (encoded - cv2.GaussianBlur(encoded, (0, 0), 1.0))
        return quantise(encoded, np.uint8)


def looks(rng: np.random.Generator, *, exposure_ev: float, cast: float) -> tuple[Look, Look]:
    """Draws the wide's look and the tele's: `exposure_ev` brighter and, with `cast` 1, plainly of another
    colour."""
    wide = Look(gain=(1.0, 1.0, 1.0), matrix=np.eye(3), contrast=float(rng.uniform(0.15, 0.35)))
    white = np.exp(cast * rng.normal(0, 0.1, 3))
    mixing = cast * rng.normal(0, 0.06, (3, 3))
    matrix = np.eye(3) + mixing - np.diag(mixing.sum(1))
    gain = 2.0**exposure_ev * white / white[1]
    tele = Look(
        gain=(float(gain[0]), float(gain[1]), float(gain[2])),
        matrix=matrix,
        contrast=wide.contrast + cast * float(rng.uniform(-0.2, 0.2)),
        vignette=float(rng.uniform(0.05, 0.2)),
    )
    return wide, tele


def sensors(rng: np.random.Generator, noise: float) -> tuple[Sensor, Sensor]:
    """Draws the wide's sensor and the tele's, which is smaller and so noisier; lens and sharpening of the tele vary."""
    wide = Sensor(blur_px=0.35, noise=0.012 * noise, sharpen=0.3)
    blur_px, sharpen = float(rng.uniform(0.45, 0.65)), float(rng.uniform(0.2, 0.7))
    return wide, Sensor(blur_px=blur_px, noise=0.016 * noise, sharpen=sharpen)
