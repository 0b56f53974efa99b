"""The tele laid over the wide once, for all methods: registered, in the wide's colours, with its validity."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.geometry import Region, Size
from dualzoom.registration import Registration, Warper, register
from dualzoom.settings import ColourSettings, RegistrationSettings
from dualzoom.tiling.patches import fit_colour
from dualzoom.tiling.reference import Reference

_BAND_ROWS = 256  # rows of the 2× grid at a time: no floats of the whole frame
_AROUND_PX = 8  # what halving and enlarging again reach


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Where the tele lies, and what it shows of any region of the 2× grid."""

    registration: Registration
    reference: Reference


def overlay(wide: Photo, tele: Photo) -> Overlay:
    """Register the pair and fit its colours, as `zoom` does. Raises RegistrationError."""
    registration = register(wide, tele, RegistrationSettings())
    warper = Warper(tele.pixels, registration)
    colour = fit_colour(wide.pixels, warper, registration, ColourSettings())
    return Overlay(registration=registration, reference=Reference(wide.pixels, warper, colour, registration))


def bicubic(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Twice the size by OpenCV's cubic convolution (a = -0.75): (H, W, 3) -> (2H, 2W, 3)."""
    size = (2 * pixels.shape[1], 2 * pixels.shape[0])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def inject(wide: NDArray[np.uint8], laid: Overlay) -> NDArray[np.uint8]:
    """Bicubic plus validity times the tele's high band, what the wide's grid cannot hold: no network at all."""
    plain = bicubic(wide)
    out = plain.copy()
    window = laid.registration.window.scale(2)
    for y in range(window.y, window.bottom, _BAND_ROWS):
        band = Region(window.x, y, window.width, min(_BAND_ROWS, window.bottom - y))
        around = band.pad(_AROUND_PX).clip(Size.of(plain))
        base = plain[around.slices].astype(np.float32)
        rgb, validity = laid.reference.tile(around)
        shown = np.where(validity[..., None] > 0, rgb * np.float32(255), base)
        sharper = base + validity[..., None] * (shown - _low(shown))
        here = band.shift(-around.x, -around.y).slices
        out[band.slices] = np.rint(np.clip(sharper[here], 0, 255)).astype(np.uint8)
    return out


def _low(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halved by area and enlarged again: (h, w, 3) with even sides, the same shape."""
    height, width = picture.shape[:2]
    half = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(half, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
