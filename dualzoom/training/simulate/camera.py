"""Simulates optics, sensor and in-camera processing of one shot.

Pictures are float32 H W 3 RGB in [0, 1], gamma-encoded; lengths in pixels of the picture at hand.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import decode, encode, encode_slope
from dualzoom.network.degradation import NOISE_UNIT
from dualzoom.resampling import halve_area, halve_bicubic, luma, quantise

#: float32 by construction; OpenCV's stubs do not know it.
Picture: TypeAlias = NDArray[Any]

_GREY = 0.2140  # the light of mid grey, 0.5 encoded


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How a camera degrades a scene; all zero (and quality 100) is a perfect camera."""

    blur_px: float = 0.0  # σ of lens and pixel together
    pitch: float = (
        1.0  # of the sensor's pixels in the picture's: above 1 the camera resolves less than its pixels
    )
    mosaic: bool = False  # one colour a pixel, the others interpolated: as every phone has it
    noise: float = 0.0  # σ of the sensor's noise at mid grey, before noise reduction
    read: float | None = None  # read noise in electrons, where light is counted: shadows are noisiest then
    denoise: float = 0.0  # 0..1
    patches: bool = False  # noise reduction averages similar patches: flat parts become paint, edges stay
    smear_px: float = 0.0  # σ by which noise reduction blurs colours, beside what `denoise` does
    sharpen: float = 0.0  # amount of unsharp masking
    sharpen_px: float = 1.0  # and its radius
    overshoot: float | None = (
        None  # ranges of a pixel's neighbours by which sharpening may leave them; None: any
    )
    jpeg_quality: int = 100
    chroma_420: bool = False

    def degradation(self) -> NDArray[np.float32]:
        """Returns the vector (K,) of `network.degradation`, for a shot on the LR grid."""
        loss = (100 - self.jpeg_quality) / 40
        values = (self.blur_px, self.noise / NOISE_UNIT, self.denoise, self.sharpen / 1.5, loss)
        return np.array(values, np.float32)


def blur(picture: Picture, sigma_px: float) -> Picture:
    """Blurs by a Gaussian; does nothing below 0.1 px, where a sampled kernel is a single tap."""
    if sigma_px < 0.1:
        return picture
    return cv2.GaussianBlur(picture, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)


def halve_bicubic_8bit(picture: Picture) -> Picture:
    """Halves by antialiased bicubic, in steps of 1/255: the paper's way of making LR from truth."""
    return in_steps(halve_bicubic(picture))


def halve_area_8bit(picture: Picture) -> Picture:
    """Halves by 2×2 means, in steps of 1/255: the other common way of halving a photograph."""
    return in_steps(halve_area(picture))


def in_steps(picture: Picture) -> Picture:
    """Quantises to 8 bits: float32 in steps of 1/255, clipped to [0, 1]."""
    return quantise(picture, np.uint8).astype(np.float32) / np.float32(255)


def process(picture: Picture, shot: Shot, rng: np.random.Generator) -> Picture:
    """Applies sensor, noise reduction, sharpening and JPEG to a scene that the lens has already blurred."""
    if shot.pitch > 1:
        picture = _coarse(picture, shot.pitch, rng)
    if shot.noise > 0 and shot.read is None:
        picture = picture + _sensor_noise(picture, shot.noise, rng)
    if shot.noise > 0 and shot.read is not None:
        picture = _counted(picture, shot, rng)
    if shot.mosaic:
        picture = _mosaic(picture, rng)
    if shot.denoise > 0:
        picture = _reduce_noise(picture, shot)
    if shot.smear_px > 0:
        picture = _smear_colours(picture, shot.smear_px)
    if shot.sharpen > 0:
        picture = _sharpened(picture, shot)
    return _jpeg(picture, shot)


def _coarse(picture: Picture, pitch: float, rng: np.random.Generator) -> Picture:
    """Samples by larger pixels, with or without aliasing, and enlarges again: resolution ends steeply."""
    height, width = picture.shape[:2]
    size = (round(width / pitch), round(height / pitch))
    small = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR
    )
    return np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


#: OpenCV's edge-aware demosaicing by where the red pixel of each 2×2 lies (row, column).
_DEMOSAIC = {
    (0, 0): cv2.COLOR_BayerRGGB2RGB_EA,
    (0, 1): cv2.COLOR_BayerGRBG2RGB_EA,
    (1, 0): cv2.COLOR_BayerGBRG2RGB_EA,
    (1, 1): cv2.COLOR_BayerBGGR2RGB_EA,
}


def _mosaic(picture: Picture, rng: np.random.Generator) -> Picture:
    """Keeps one colour a pixel by a Bayer pattern of random phase, and demosaics: finest lines are guesses."""
    row, column = int(rng.integers(2)), int(rng.integers(2))
    codes = (np.clip(picture, 0, 1) * 65535).astype(np.uint16)
    seen = codes[..., 1].copy()
    seen[row::2, column::2] = codes[row::2, column::2, 0]
    seen[1 - row :: 2, 1 - column :: 2] = codes[1 - row :: 2, 1 - column :: 2, 2]
    return cv2.cvtColor(seen, _DEMOSAIC[row, column]).astype(np.float32) / 65535


def _sensor_noise(picture: Picture, sigma: float, rng: np.random.Generator) -> Picture:
    """Draws shot and read noise, correlated between channels and a little coarse, as demosaicing leaves it."""
    height, width = picture.shape[:2]
    noise = rng.standard_normal((height, width, 3), dtype=np.float32)
    shared = rng.standard_normal((height, width, 1), dtype=np.float32)
    noise *= np.float32(0.8)
    noise += np.float32(0.6) * shared
    noise = blur(noise, rng.uniform(0, 0.6))
    grey = (picture[..., :1] + picture[..., 1:2] + picture[..., 2:]) / np.float32(
        3
    )  # three times as fast as mean
    level = np.sqrt(0.3 + 1.4 * np.clip(grey, 0, 1))
    grain: Picture = (sigma * level * noise).astype(np.float32)
    return grain


def _counted(picture: Picture, shot: Shot, rng: np.random.Generator) -> Picture:
    """Counts electrons: shot and read noise in light, clipped at black and white before tones are coded."""
    wells, read = _full_well(shot), np.float32(shot.read or 0)
    light = decode(np.clip(picture, 0, 1))
    grain = rng.standard_normal(picture.shape, dtype=np.float32)
    light += grain * np.sqrt(light * wells + read * read) / wells
    coded: Picture = encode(np.clip(light, 0, 1)).astype(np.float32)
    return coded


def _full_well(shot: Shot) -> np.float32:
    """Electrons of white at which the noise at mid grey, encoded, is `shot.noise`."""
    read, slope = shot.read or 0.0, float(encode_slope(np.array(_GREY)))
    light = (shot.noise / slope) ** 2  # σ² = (grey·N + read²) / N²
    return np.float32((_GREY + np.sqrt(_GREY**2 + 4 * light * read**2)) / (2 * light))


def _reduce_noise(picture: Picture, shot: Shot) -> Picture:
    """Smooths luma but for edges, and chroma more."""
    ycc = cv2.cvtColor(np.clip(picture, 0, 1).astype(np.float32), cv2.COLOR_RGB2YCrCb)
    grey = _smoothed(np.ascontiguousarray(ycc[..., 0]), shot)
    chroma = blur(np.ascontiguousarray(ycc[..., 1:]), 1.5 * shot.denoise)
    smooth: Picture = cv2.cvtColor(np.dstack([grey, chroma]), cv2.COLOR_YCrCb2RGB)
    out: Picture = picture + shot.denoise * (smooth - picture)
    return out


def _smoothed(plane: Picture, shot: Shot) -> Picture:
    """Smooths luma (h, w) but for edges; counted light where its noise is alike at all levels (Anscombe, 1948)."""
    if shot.read is None or shot.noise == 0:
        return _without_noise(plane, shot, 1.5 * shot.noise)
    wells = _full_well(shot)
    dark = np.float32(3 / 8 + shot.read**2) / wells
    levels = np.sqrt((decode(plane) + dark) / (1 + dark))
    sigma = float(0.5 / np.sqrt(wells * (1 + dark)))
    smooth = _without_noise(levels, shot, 1.5 * sigma)
    grey: Picture = encode(np.clip(smooth * smooth * (1 + dark) - dark, 0, 1)).astype(np.float32)
    return grey


def _without_noise(plane: Picture, shot: Shot, sigma: float) -> Picture:
    reach = sigma + 0.02 * shot.denoise
    return _patches_averaged(plane, reach) if shot.patches else cv2.bilateralFilter(plane, 5, 2 * reach, 1.5)


def _patches_averaged(plane: Picture, reach: float) -> Picture:
    """Applies non-local means (Buades, Coll & Morel, CVPR 2005) to a plane (h, w)."""
    codes: NDArray[Any] = (np.clip(plane, 0, 1) * 255).round().astype(np.uint8)
    return cv2.fastNlMeansDenoising(codes, None, 255 * reach, 5, 11).astype(np.float32) / 255


def _smear_colours(picture: Picture, sigma_px: float) -> Picture:
    """Blurs colours and keeps luma: red and blue run over edges."""
    ycc = cv2.cvtColor(np.clip(picture, 0, 1).astype(np.float32), cv2.COLOR_RGB2YCrCb)
    ycc[..., 1:] = blur(np.ascontiguousarray(ycc[..., 1:]), sigma_px)
    smeared: Picture = cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)
    return smeared


def _sharpened(picture: Picture, shot: Shot) -> Picture:
    """Unsharp masking; cameras that keep halos in bounds do it in luma."""
    if shot.overshoot is None:
        return picture + shot.sharpen * (picture - blur(picture, shot.sharpen_px))
    grey = luma(picture)
    sharp = grey + np.float32(shot.sharpen) * (grey - blur(grey, shot.sharpen_px))
    around = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(grey, around), cv2.dilate(grey, around)
    slack = np.float32(shot.overshoot) * (high - low)
    bounded: Picture = picture + (np.clip(sharp, low - slack, high + slack) - grey)[..., None]
    return bounded


def _jpeg(picture: Picture, shot: Shot) -> Picture:
    codes: NDArray[Any] = (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)
    if shot.jpeg_quality < 100:
        sampling = (
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if shot.chroma_420 else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        )
        options = [cv2.IMWRITE_JPEG_QUALITY, shot.jpeg_quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
        _, data = cv2.imencode(".jpg", codes[..., ::-1], options)
        decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
        assert decoded is not None  # encoded a line above
        codes = decoded
    return codes.astype(np.float32) / 255
