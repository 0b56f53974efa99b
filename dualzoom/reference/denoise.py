"""Takes the noise out of a noisy tele before it is used as a reference.

A tele lens gathers little light, and the network trusts what it is shown: grain of the tele would cover skies and
walls that the wide shows smoothly. Bands of differences of Gaussians are shrunk by local Wiener gains, (v - n) / v,
where v is the band's variance around a pixel and n that of the noise, luma and chroma apart. Edges and letters have v
far above n and stay.

n is measured in the picture's flattest places, band by band, so that grain that demosaicing or JPEG made coarse is
found as well. But foliage or fur may leave no flat place, and its texture must not pass for noise. Two things tell
them apart: noise is much weaker in the coarser bands, and only noise is as strong in colour as in brightness.
"""

from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.resampling import luma, quantise

Float: TypeAlias = NDArray[np.float32]

#: Standard deviation (encoded, 0..1) of luma noise in the finest band below which a tele is left as it is, and from
#: which it is fully denoised.
CLEAN, NOISY = 0.006, 0.012
#: Ratios of the standard deviations in the finest and the coarsest band that texture has at most, and noise at least.
#: Clean teles have up to 2.7 in luma and 1.25 in chroma; noise, even if blurred by 0.9 px, from 1.8 in chroma.
_LUMA_RATIO, _CHROMA_RATIO = (3.0, 4.5), (1.4, 1.7)
#: Luma's share of the variance in chroma, for noise alike and independent in R, G and B: 0.19; with some to spare.
_LUMA_OF_CHROMA = 0.28
#: Standard deviations of the Gaussians between which the bands lie, tele pixels.
_SIGMAS_PX = (1.0, 2.0, 4.0)
#: Sides of the windows in which variances are measured: luma, chroma.
_LUMA_PX, _CHROMA_PX = 9, 11
#: How far away a pixel can change another: three Gaussians of four sigmas, and a window.
REACH_PX = 34
#: Share of windows taken for flat, and what their variance misses of the noise's for being the least of many.
_FLAT, _LEAST = 0.1, 1.1
#: Noise is measured on a grid of this many places a side, each of this side.
_PLACES, _PLACE_PX = 6, 160
_STRIP_PX = 256  # rows denoised at once: memory stays flat


def denoise(tele: Pixels) -> tuple[Pixels, float]:
    """Returns the tele with less noise, and how strongly it was denoised: 0, then `tele` itself, to 1.

    `tele`: (H, W, 3) integer pixels; the type stays.
    """
    noise = _noise(_flat_variances(tele))
    strength = _ramp(float(np.sqrt(noise[0][0])), CLEAN, NOISY)
    if strength == 0:
        return tele, 0.0
    limits = [(of_luma * strength, of_chroma * strength) for of_luma, of_chroma in noise]
    made = np.empty_like(tele)
    frame = Region.full(Size.of(tele))
    for top in range(0, frame.height, _STRIP_PX):
        strip = Region(0, top, frame.width, min(_STRIP_PX, frame.height - top))
        around = strip.pad(REACH_PX).intersect(frame)
        kept = _shrunk(_unit(tele[around.slices]), limits)
        made[strip.slices] = quantise(kept[strip.shift(0, -around.y).slices], tele.dtype)
    return made, strength


def _shrunk(pixels: Float, noise: list[tuple[float, float]]) -> Float:
    """Pixels (h, w, 3) with each band shrunk by its noise: variances of luma and of chroma, summed over channels."""
    result = pixels.copy()
    for band, (of_luma, of_chroma) in zip(_bands(pixels), noise, strict=True):
        grey = luma(band)
        colour = band - grey[..., None]
        result -= (grey * _excess(grey * grey, of_luma, _LUMA_PX))[..., None]
        result -= colour * _excess((colour * colour).sum(2), of_chroma, _CHROMA_PX)[..., None]
    return result


def _excess(power: Float, noise: float, side: int) -> Float:
    """Share of a band that is noise: 1 minus the Wiener gain, from the band's squares (h, w)."""
    variance = np.maximum(cv2.boxFilter(power, -1, (side, side)), np.float32(1e-12))
    return np.asarray(np.minimum(np.float32(noise) / variance, 1), np.float32)


def _bands(pixels: Float) -> Iterator[Float]:
    """Differences of successive Gaussians, finest first."""
    for sigma in _SIGMAS_PX:
        side = 2 * round(4 * sigma) + 1
        low = cv2.GaussianBlur(pixels, (side, side), sigma)
        yield pixels - low
        pixels = np.asarray(low, np.float32)


def _noise(flat: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What of the flattest places' variances is noise, band by band: luma, chroma."""
    of_luma, of_chroma = (np.sqrt(np.maximum([band[part] for band in flat], 1e-12)) for part in (0, 1))
    by_luma = _ramp(of_luma[0] / of_luma[-1], *_LUMA_RATIO)
    by_chroma = _ramp(of_chroma[0] / of_chroma[-1], *_CHROMA_RATIO)
    return [
        (
            max(by_luma * luma_, by_chroma * min(luma_, _LUMA_OF_CHROMA * chroma)),
            max(by_luma, by_chroma) * chroma,
        )
        for luma_, chroma in flat
    ]


def _flat_variances(tele: Pixels) -> list[tuple[float, float]]:
    """Variance of each band in the flattest places: luma, and chroma summed over channels."""
    size = Size.of(tele)
    width, height = min(_PLACE_PX, size.width), min(_PLACE_PX, size.height)
    powers: list[list[tuple[Float, Float]]] = [[] for _ in _SIGMAS_PX]
    for y in np.linspace(0, size.height - height, _PLACES).astype(int):
        for x in np.linspace(0, size.width - width, _PLACES).astype(int):
            for number, band in enumerate(_bands(_unit(tele[y : y + height, x : x + width]))):
                grey = luma(band)
                colour = band - grey[..., None]
                windows = [(grey * grey, _LUMA_PX), ((colour * colour).sum(2), _CHROMA_PX)]
                of_luma, of_chroma = (cv2.boxFilter(power, -1, (side, side)) for power, side in windows)
                powers[number].append((of_luma.ravel(), of_chroma.ravel()))
    return [
        (_flattest([part[0] for part in places]), _flattest([part[1] for part in places]))
        for places in powers
    ]


def _flattest(variances: list[Float]) -> float:
    return float(np.quantile(np.concatenate(variances), _FLAT)) * _LEAST


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`."""
    return float(np.clip((value - low) / (high - low), 0, 1))


def _unit(pixels: Pixels) -> Float:
    return pixels * np.float32(1 / np.iinfo(pixels.dtype).max)
