"""Simulated phones over a picture that is the exact truth: what `evaluate --protocol phone` judges by.

    truth ─► light ─► lens ─► sensor (Bayer, photons) ─► demosaic ─► noise reduction ─► tone ─► sharpening ─► JPEG
          └► moved and enlarged ─► the same chain of the tele camera, exposed and balanced in its own way

It shares no code with the simulation that networks are trained on, and models other things: signal-dependent noise is
counted in photons before demosaicing, lenses lose sharpness towards the corners, noise reduction follows patches and
guides. A camera here stands for a kind (its docstring says which), not for a product.

Pictures are float32 (H, W, 3) RGB, encoded like sRGB, 0..1, or uint8 where said; lengths in pixels of the picture at
hand; pixel centres at integers. Source of the demosaicing: Malvar, He & Cutler, ICASSP 2004.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.geometry import Region, Size
from dualzoom.resampling import halve_area, luma

Floats: TypeAlias = NDArray[np.float32]
NoiseReduction: TypeAlias = Callable[[Floats, "Camera"], Floats]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A lens, a sensor and what its phone makes of it. Lengths in the camera's own pixels.

    `blur_px`: σ of the lens in the middle; `corner_blur_px`: what is added to it in the corners. `veil`: share of
    the light that a wide glare (σ `veil_px`) spreads. `electrons`: full well of a pixel at this exposure; `read`: read
    noise in electrons. `luma`, `chroma`: strength of noise reduction, 0..1. `sharpen`, `sharpen_px`: amount and σ of
    an unsharp mask on luma; `overshoot`: how far it may leave what surrounds a pixel. `quality`: of JPEG.
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
        """Linear light on the sensor's pixels, before the lens -> uint8."""
        seen = self._through_lens(light)
        mosaic, pattern = _mosaic(seen)
        electrons = np.maximum(mosaic, 0) * self.electrons
        counted = rng.poisson(electrons) + rng.normal(0, self.read, mosaic.shape)
        colours = _demosaic(np.asarray(counted / self.electrons, np.float32), pattern)
        picture = encode(np.clip(colours, 0, 1))
        picture = _REDUCTIONS[self.reduction](picture, self)
        return _jpeg(self._sharpened(picture), self.quality, self.full_chroma)

    def _through_lens(self, light: Floats) -> Floats:
        seen = _blurred(light, self.blur_px)
        if self.corner_blur_px > 0:
            soft = _blurred(light, self.blur_px + self.corner_blur_px)
            share = _from_centre(Size.of(light))[..., None] ** 2
            seen = np.asarray(seen + share * (soft - seen), np.float32)
        if self.veil > 0:
            seen = np.asarray(
                seen + np.float32(self.veil) * (_blurred(light, self.veil_px) - seen), np.float32
            )
        return seen

    def _sharpened(self, picture: Floats) -> Floats:
        if self.sharpen <= 0:
            return picture
        grey = luma(picture)
        sharp = grey + self.sharpen * (grey - _blurred(grey, self.sharpen_px))
        around = np.ones((3, 3), np.uint8)
        low, high = cv2.erode(grey, around), cv2.dilate(grey, around)
        slack = np.float32(self.overshoot) * (high - low) + np.float32(0.01)
        return np.asarray(picture + (np.clip(sharp, low - slack, high + slack) - grey)[..., None], np.float32)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Two cameras, and how the tele's pictures differ: light (EV) and the gains of red and blue."""

    name: str
    wide: Camera
    tele: Camera
    tele_ev: float = 0.0
    tele_red: float = 1.0
    tele_blue: float = 1.0
    ratio: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Capture:
    """`wide` (H, W, 3), `tele` (h, w, 3), `truth` (2H, 2W, 3), uint8; `inside`: what the tele surely sees of it."""

    wide: NDArray[np.uint8]
    tele: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    inside: Region


#: What stands for phones in daily use, from good light to none.
PHONES = (
    # A main camera of today in daylight: little noise, fine hard sharpening.
    Phone(
        name="day",
        wide=Camera(blur_px=0.55, corner_blur_px=0.5, electrons=12000, luma=0.25, sharpen=1.1, sharpen_px=0.8),
        tele=Camera(blur_px=0.7, electrons=6000, luma=0.3, sharpen=0.8),
        tele_ev=0.15, tele_red=1.04, tele_blue=0.95,
    ),
    # The same at dusk: patches are averaged, colours smeared, some of the noise stays as blotches.
    Phone(
        name="dusk",
        wide=Camera(blur_px=0.6, corner_blur_px=0.4, electrons=260, read=2.5, reduction="patches", luma=0.75,
                    chroma=0.9, sharpen=0.9, sharpen_px=1.2, quality=90),
        tele=Camera(blur_px=0.7, electrons=420, read=2.5, reduction="patches", luma=0.5, chroma=0.8, sharpen=0.6),
        tele_ev=-0.2, tele_red=0.95, tele_blue=1.06,
    ),
    # A cheap soft lens with glare, covered up by wide sharpening: bright and dark lines along edges.
    Phone(
        name="cheap",
        wide=Camera(blur_px=1.15, corner_blur_px=0.8, veil=0.06, electrons=2500, luma=0.4, sharpen=2.0,
                    sharpen_px=2.2, overshoot=0.8, quality=88),
        tele=Camera(blur_px=0.9, electrons=2500, luma=0.3, sharpen=0.9, sharpen_px=1.4, quality=90),
        tele_ev=0.3, tele_red=1.08, tele_blue=0.93,
    ),
    # An old phone: hardly any noise reduction, plain sharpening, strong JPEG.
    Phone(
        name="old",
        wide=Camera(blur_px=0.7, corner_blur_px=0.6, electrons=900, read=4, reduction="none", sharpen=0.5, quality=78),
        tele=Camera(blur_px=0.7, electrons=900, read=4, reduction="none", sharpen=0.4, quality=84),
        tele_ev=-0.1, tele_red=1.03, tele_blue=1.04,
    ),
    # Colours from a stack of frames, luma painted by a guide: flat parts like watercolour.
    Phone(
        name="paint",
        wide=Camera(blur_px=0.8, electrons=500, read=3, reduction="guided", luma=1.0, chroma=0.7, sharpen=1.4,
                    sharpen_px=1.0, quality=92),
        tele=Camera(blur_px=0.6, electrons=1500, reduction="guided", luma=0.5, sharpen=0.6),
        tele_red=0.97, tele_blue=1.05, ratio=2.3,
    ),
)  # fmt: skip


def photograph(truth: NDArray[np.uint8], phone: Phone, seed: int) -> Capture:
    """What `phone` takes of a picture. The same arguments give the same bytes.

    `truth` (h, w, 3) uint8 is cut to multiples of 4. Raises ValueError where it is smaller than 256 px a side.
    """
    height, width = (side // 4 * 4 for side in truth.shape[:2])
    if min(height, width) < 256:
        raise ValueError(f"{width}×{height} is too small to be photographed")
    rng = np.random.default_rng([seed, 5])
    truth = np.ascontiguousarray(truth[:height, :width])
    light = decode(truth.astype(np.float32) / np.float32(255))
    half = halve_area(light)
    onto = _tele_to_truth(Size(width, height), phone.ratio, rng)
    size = Size(width // 2 // 4 * 4, height // 2 // 4 * 4)
    near = _parallax(truth, rng)
    close = _seen_by_tele(light, near, onto, size)
    gains = np.array([phone.tele_red, 1.0, phone.tele_blue], np.float32) * np.float32(2.0**phone.tele_ev)
    return Capture(
        wide=phone.wide.shoot(half, rng),
        tele=phone.tele.shoot(np.asarray(close * gains, np.float32), rng),
        truth=truth,
        inside=_inside(onto, size, Region.full(Size(width, height))),
    )


def decode(encoded: Floats) -> Floats:
    """sRGB -> linear light."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def encode(light: Floats) -> Floats:
    """Linear light 0..1 -> sRGB."""
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055
    ).astype(np.float32)


def _tele_to_truth(truth: Size, ratio: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Homography of tele pixels to truth pixels: half as many of them see 1/`ratio` of the width, a little turned."""
    turn = np.deg2rad(rng.uniform(-1.5, 1.5))
    scale = 2 / ratio  # truth pixels per tele pixel
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([truth.width, truth.height]) / 2 + rng.uniform(-0.02, 0.02, 2) * truth.width
    tele = np.array([truth.width, truth.height]) / 4
    onto = np.eye(3)
    onto[:2, :2], onto[:2, 2] = linear, middle - linear @ tele
    onto[2, :2] = rng.uniform(-1, 1, 2) * 0.01 / truth.width
    return onto


def _parallax(truth: NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """How much nearer each pixel is than the far plane, as a smooth shift in truth pixels (h, w)."""
    grey = cv2.GaussianBlur(
        cv2.cvtColor(truth, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), truth.shape[1] / 40
    )
    depth = (grey - grey.min()) / max(float(np.ptp(grey)), 1.0)
    ground = np.linspace(0, 1, truth.shape[0], dtype=np.float32)[:, None]
    return np.asarray(rng.uniform(2, 6) * (0.6 * depth + 0.4 * ground), np.float32)


def _seen_by_tele(light: Floats, near: Floats, onto: NDArray[np.float64], size: Size) -> Floats:
    """Light (h, w, 3) on the tele's pixels: seen from the side, the nearer the more shifted."""
    x, y = np.meshgrid(np.arange(size.width, dtype=np.float64), np.arange(size.height, dtype=np.float64))
    places = np.stack([x, y], -1).reshape(-1, 1, 2)
    at = cv2.perspectiveTransform(places, onto).reshape(size.height, size.width, 2).astype(np.float32)
    shift = cv2.remap(near, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)  # type: ignore[call-overload]
    at[..., 0] += shift
    return np.asarray(
        cv2.remap(light, at, None, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101).clip(0, 1),  # type: ignore[call-overload]
        np.float32,
    )


def _inside(onto: NDArray[np.float64], size: Size, frame: Region) -> Region:
    """The upright rectangle in the tele's footprint, less 3 % of it on every side."""
    corners = np.array([[(0, 0), (size.width, 0), (size.width, size.height), (0, size.height)]], np.float64)
    seen = np.sort(cv2.perspectiveTransform(corners, onto)[0], axis=0)
    low, high = seen[1], seen[2]
    margin = 0.03 * (high - low)
    x, y = (int(value) // 2 * 2 for value in np.ceil(low + margin))
    right, bottom = (int(value) // 2 * 2 for value in np.floor(high - margin))
    return Region(x, y, right - x, bottom - y).intersect(frame)


def _blurred(picture: Floats, sigma_px: float) -> Floats:
    if sigma_px < 0.05:
        return picture
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101), np.float32
    )


def _from_centre(size: Size) -> Floats:
    """0 in the middle, 1 in the corners: (h, w)."""
    x = np.linspace(-1, 1, size.width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, size.height, dtype=np.float32)[:, None]
    return np.asarray(np.sqrt((x * x + y * y) / 2), np.float32)


def _mosaic(light: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """One colour a pixel by RGGB: values (h, w) and which channel each is of (h, w)."""
    pattern = np.empty(light.shape[:2], np.int64)
    pattern[0::2, 0::2], pattern[0::2, 1::2], pattern[1::2, 0::2], pattern[1::2, 1::2] = 0, 1, 1, 2
    return np.take_along_axis(light, pattern[..., None], 2)[..., 0], pattern


#: Malvar, He & Cutler 2004, Figure 2, times 8: green at red or blue; red or blue at green in its row, in its column;
#: red at blue and blue at red.
_GREEN = np.array([[0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1], [0, 0, 2, 0, 0], [0, 0, -1, 0, 0]])
_IN_ROW = np.array(
    [[0, 0, 0.5, 0, 0], [0, -1, 0, -1, 0], [-1, 4, 5, 4, -1], [0, -1, 0, -1, 0], [0, 0, 0.5, 0, 0]]
)
_ACROSS = np.array(
    [[0, 0, -1.5, 0, 0], [0, 2, 0, 2, 0], [-1.5, 0, 6, 0, -1.5], [0, 2, 0, 2, 0], [0, 0, -1.5, 0, 0]]
)


def _demosaic(mosaic: Floats, pattern: NDArray[np.int64]) -> Floats:
    """Values of one colour a pixel (h, w) and which -> (h, w, 3)."""
    green, row, column, across = (
        np.asarray(cv2.filter2D(mosaic, -1, kernel / 8, borderType=cv2.BORDER_REFLECT_101), np.float32)
        for kernel in (_GREEN, _IN_ROW, _IN_ROW.T, _ACROSS)
    )
    out = np.repeat(mosaic[..., None], 3, 2)
    out[..., 1] = np.where(pattern == 1, mosaic, green)
    red_rows = np.zeros(mosaic.shape, np.bool_)
    red_rows[0::2] = True
    for channel, own_rows in ((0, red_rows), (2, ~red_rows)):
        at_green = np.where(own_rows, row, column)
        out[..., channel] = np.where(pattern == channel, mosaic, np.where(pattern == 1, at_green, across))
    return out


def _reduce_guided(picture: Floats, camera: Camera) -> Floats:
    """A guided filter on luma, led by itself (He, Sun & Tang, ECCV 2010), and blurred colours."""
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), np.float32)
    luma, window = np.ascontiguousarray(ycc[..., 0]), (5, 5)
    mean = cv2.blur(luma, window)
    variance = cv2.blur(luma * luma, window) - mean * mean
    noise = np.float32((0.35 * camera.luma) ** 2 / max(camera.electrons, 1.0) ** 0.5 * 0.4)
    share = variance / (variance + noise + np.float32(1e-7))
    smooth = cv2.blur(share, window) * luma + cv2.blur((1 - share) * mean, window)
    return _with_colours(smooth, ycc, 2.5 * camera.chroma)


def _reduce_by_patches(picture: Floats, camera: Camera) -> Floats:
    """Non-local means on luma, a part of the noise left in; colours by a median and a blur."""
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), np.float32)
    codes = np.rint(ycc[..., 0].clip(0, 1) * 255).astype(np.uint8)
    strength = 255 * camera.luma * 0.9 / max(camera.electrons, 1.0) ** 0.5
    smooth = cv2.fastNlMeansDenoising(codes, None, float(strength), 5, 13).astype(np.float32) / 255
    luma = ycc[..., 0] + np.float32(0.85) * (smooth - ycc[..., 0])
    for channel in (1, 2):
        ycc[..., channel] = cv2.medianBlur(np.ascontiguousarray(ycc[..., channel]), 5)
    return _with_colours(luma, ycc, 3 * camera.chroma)


def _with_colours(luma: Floats, ycc: NDArray[np.float32], chroma_px: float) -> Floats:
    colours = _blurred(np.ascontiguousarray(ycc[..., 1:]), chroma_px)
    return np.asarray(
        cv2.cvtColor(np.dstack([luma, colours]).astype(np.float32), cv2.COLOR_YCrCb2RGB), np.float32
    )


_REDUCTIONS: dict[str, NoiseReduction] = {
    "none": lambda picture, _camera: picture,
    "guided": _reduce_guided,
    "patches": _reduce_by_patches,
}


def _jpeg(picture: Floats, quality: int, full_chroma: bool) -> NDArray[np.uint8]:
    """As the phone writes and everybody reads it."""
    codes = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(codes).save(file, "JPEG", quality=quality, subsampling=0 if full_chroma else 2)
    return np.asarray(Image.open(file).convert("RGB"))
