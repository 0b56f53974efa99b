"""Takes the noise out of a noisy tele before it is used as a reference.

A tele lens gathers little light, and the network trusts what it is shown: grain of the tele would cover skies and
walls that the wide shows smoothly, and the dark ground above all. Bands of differences of Gaussians are shrunk by local
Wiener gains, (v - n) / v, where v is the band's variance around a pixel and n that of the noise at its brightness
(`noise_levels`), luma and chroma apart. Edges and letters have v far above n and stay.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.reference.noise_levels import (
    REACH_PX,
    Float,
    NoiseLevels,
    bands,
    noise_levels,
    powers,
    ramp,
    steps_of_brightness,
    unit,
)
from dualzoom.resampling import luma, quantise

#: Standard deviation (encoded, 0..1) of luma noise in the finest band below which places of a brightness are left as
#: they are, and from which they are fully denoised.
CLEAN, NOISY = 0.006, 0.012
_STRIP_PX = 256  # rows denoised at once: memory stays flat


def denoise(tele: Pixels) -> tuple[Pixels, float]:
    """Returns the tele with less noise, and how strongly it was denoised in the mean: 0, then `tele` itself, to 1.

    `tele`: (H, W, 3) integer pixels; the type stays.
    """
    noise = noise_levels(tele)
    strengths = np.array([ramp(deviation, CLEAN, NOISY) for deviation in noise.deviations()])
    if not strengths.any():
        return tele, 0.0
    made = np.empty_like(tele)
    frame = Region.full(Size.of(tele))
    for top in range(0, frame.height, _STRIP_PX):
        strip = Region(0, top, frame.width, min(_STRIP_PX, frame.height - top))
        around = strip.pad(REACH_PX).intersect(frame)
        kept = _shrunk(unit(tele[around.slices]), noise, strengths)
        made[strip.slices] = quantise(kept[strip.shift(0, -around.y).slices], tele.dtype)
    return made, float(np.average(strengths, weights=noise.shares))


def _shrunk(pixels: Float, noise: NoiseLevels, strengths: NDArray[np.float64]) -> Float:
    """Pixels (h, w, 3) with each band shrunk by its noise. `strengths`: (L,) 0..1, how much of it by brightness."""
    result, steps = pixels.copy(), steps_of_brightness(pixels)
    for number, band in enumerate(bands(pixels)):
        grey = luma(band)
        colour = band - grey[..., None]
        of_luma, of_chroma = (
            _excess(variance, np.asarray(cv2.LUT(steps, noise.table(strengths, number, part)), np.float32))
            for part, variance in enumerate(powers(band))
        )
        result -= (grey * of_luma)[..., None]
        result -= colour * of_chroma[..., None]
    return result


def _excess(variance: Float, noise: Float) -> Float:
    """Share of a band that is noise: 1 minus the Wiener gain, from the variances of both (h, w)."""
    return np.asarray(np.minimum(noise / np.maximum(variance, np.float32(1e-12)), 1), np.float32)
