"""Measures how noisy a photo is at each brightness, band by band.

Counted light is noisiest in the shadows, once its tones are coded: there its noise is two to three times what it is in
bright places, while clipped ones have none. So windows are sorted by brightness, and n is measured in the flattest of
each level, in bands of differences of Gaussians, so that grain that demosaicing or JPEG made coarse is found as well.

But foliage or fur may leave no flat place, and its texture must not pass for noise. Two things tell them apart: noise
is much weaker in the coarser bands, and only noise is as strong in colour as in brightness.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.resampling import luma

Float: TypeAlias = NDArray[np.float32]

#: Sides of the windows in which variances are measured: luma, and with it brightness; chroma.
LUMA_PX, CHROMA_PX = 9, 11
#: Standard deviations of the Gaussians between which the bands lie, in the photo's own pixels.
_SIGMAS_PX = (1.0, 2.0, 4.0)
#: How far away a pixel can change another's bands or variance: three Gaussians of four sigmas, and a window.
REACH_PX = 34
#: Ratios of the standard deviations in the finest and the coarsest band that texture has at most, and noise at least.
#: Clean teles have up to 2.7 in luma and 1.25 in chroma; noise, even if blurred by 0.9 px, from 1.8 in chroma.
_LUMA_RATIO, _CHROMA_RATIO = (3.0, 4.5), (1.4, 1.7)
#: Luma's share of the variance in chroma, for noise alike and independent in R, G and B: 0.19; with some to spare.
_LUMA_OF_CHROMA = 0.28
#: Share of a level's windows taken for flat, and what their variance misses of the noise's for being the least of many.
_FLAT, _LEAST = 0.1, 1.1
#: How sure a level must be of its noise for others to borrow it.
_KNOWN = 0.9
#: Limits of the levels, coded 0..1: closer in the shadows, where noise changes most.
_LIMITS = (0.0, 0.03, 0.07, 0.12, 0.2, 0.33, 0.55, 1.01)
#: Windows that a level must have, at most a tenth of all: fewer show no flat place.
_ENOUGH = 3000
#: Noise is measured on a grid of this many places a side, each of this side.
_PLACES, _PLACE_PX = 6, 160


@dataclass(frozen=True)
class NoiseLevels:
    """Variances of noise, encoded 0..1 and squared.

    `levels`: (L,) brightness, rising; `shares`: (L,) of windows that are so bright, summing to 1 at most; `variances`:
    (L, bands, 2), finest band first, of luma and of chroma, the latter summed over channels.
    """

    levels: NDArray[np.float64]
    shares: NDArray[np.float64]
    variances: NDArray[np.float64]

    def deviations(self) -> NDArray[np.float64]:
        """Standard deviations of luma in the finest band (L,)."""
        return np.asarray(np.sqrt(self.variances[:, 0, 0]))

    def table(self, weights: NDArray[np.float64], band: int, part: int) -> Float:
        """Variances by brightness in steps of 1/255 (256,), times `weights` (L,); `part`: 0 luma, 1 chroma."""
        steps = np.linspace(0, 1, 256)
        return np.interp(steps, self.levels, weights * self.variances[:, band, part]).astype(np.float32)


def noise_levels(photo: Pixels) -> NoiseLevels:
    """Measures a photo's noise: (H, W, 3) integer pixels."""
    brightness, found = _windows(photo)
    enough = min(_ENOUGH, brightness.size // 10)
    levels: list[float] = []
    shares: list[float] = []
    flat: list[list[tuple[float, float]]] = []  # by level, then by band: luma, chroma
    for low, high in itertools.pairwise(_LIMITS):
        here = (brightness >= low) & (brightness < high)
        count = np.count_nonzero(here)
        if count >= max(1, enough):
            levels.append(float(brightness[here].mean()))
            shares.append(count / brightness.size)
            flat.append(
                [(_flattest(of_luma[here]), _flattest(of_chroma[here])) for of_luma, of_chroma in found]
            )
    at = np.array(levels)
    return NoiseLevels(at, np.array(shares), _noise(at, np.maximum(np.array(flat), 1e-12)))


def steps_of_brightness(pixels: Float) -> NDArray[np.uint8]:
    """Mean luma of the window around each pixel, in steps of 1/255: (h, w, 3) 0..1 -> (h, w)."""
    return np.asarray(np.rint(np.clip(_brightness(pixels), 0, 1) * 255), np.uint8)


def bands(pixels: Float) -> Iterator[Float]:
    """Differences of successive Gaussians (h, w, 3), finest first."""
    for sigma in _SIGMAS_PX:
        side = 2 * round(4 * sigma) + 1
        low = cv2.GaussianBlur(pixels, (side, side), sigma)
        yield pixels - low
        pixels = np.asarray(low, np.float32)


def powers(band: Float) -> tuple[Float, Float]:
    """Variances around each pixel of a band (h, w, 3): of luma, and of chroma summed over channels, both (h, w)."""
    grey = luma(band)
    colour = band - grey[..., None]
    of_luma, of_chroma = (
        np.asarray(cv2.boxFilter(power, -1, (side, side)), np.float32)
        for power, side in ((grey * grey, LUMA_PX), ((colour * colour).sum(2), CHROMA_PX))
    )
    return of_luma, of_chroma


def unit(pixels: Pixels) -> Float:
    """Integer pixels as 0..1."""
    return pixels * np.float32(1 / np.iinfo(pixels.dtype).max)


def _windows(photo: Pixels) -> tuple[Float, list[tuple[Float, Float]]]:
    """Brightness of windows in the grid's places (N,), and for each band their variances, of luma and chroma (N,)."""
    size = Size.of(photo)
    width, height = min(_PLACE_PX, size.width), min(_PLACE_PX, size.height)
    brightness: list[Float] = []
    found: list[list[tuple[Float, Float]]] = [[] for _ in _SIGMAS_PX]
    for y in np.linspace(0, size.height - height, _PLACES).astype(int):
        for x in np.linspace(0, size.width - width, _PLACES).astype(int):
            place = unit(photo[Region(int(x), int(y), width, height).slices])
            brightness.append(_brightness(place).ravel())
            for number, band in enumerate(bands(place)):
                of_luma, of_chroma = powers(band)
                found[number].append((of_luma.ravel(), of_chroma.ravel()))
    joined = [
        (np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))
        for parts in found
    ]
    return np.concatenate(brightness), joined


def _brightness(pixels: Float) -> Float:
    return np.asarray(cv2.boxFilter(luma(pixels), -1, (LUMA_PX, LUMA_PX)), np.float32)


def _flattest(variances: Float) -> float:
    return float(np.quantile(variances, _FLAT)) * _LEAST


def _noise(levels: NDArray[np.float64], flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """What of the flattest windows' variances (L, bands, 2) is noise.

    Levels that show nothing but texture borrow from their neighbours, as much as their own flattest windows allow.
    """
    finest, coarsest = np.sqrt(flat[:, 0]), np.sqrt(flat[:, -1])  # (L, 2)
    by_luma, by_chroma = (
        np.array([ramp(ratio, *limits) for ratio in (finest / coarsest)[:, part]])[:, None]
        for part, limits in enumerate((_LUMA_RATIO, _CHROMA_RATIO))
    )
    of_luma, of_chroma = flat[..., 0], flat[..., 1]  # (L, bands)
    sure = np.maximum(by_luma, by_chroma)
    like_chroma = np.minimum(of_luma, _LUMA_OF_CHROMA * of_chroma)
    own = np.stack([np.maximum(by_luma * of_luma, by_chroma * like_chroma), sure * of_chroma], -1)
    known = sure[:, 0] >= _KNOWN
    if known.any():
        for band, part in np.ndindex(own.shape[1:]):
            borrowed = np.interp(levels, levels[known], own[known, band, part])
            own[:, band, part] = np.maximum(own[:, band, part], np.minimum(flat[:, band, part], borrowed))
    return own


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`."""
    return float(np.clip((value - low) / (high - low), 0, 1))
