"""Renders a street as two phone lenses see it: wide, tele and the exact truth at twice the wide's size.

    tele pixel  =  H⁻¹ · (wide pixel + shift of the layer seen there),      H = `RenderedCapture.homography`

so H is exact for the far plane (the terrace of houses), and `tele_xy` is exact everywhere. Both views are drawn
from the same description, each at its own fineness; neither is resampled from the other. Pixel centres at integers.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.resampling import quantise
from dualzoom.scene.canvas import Canvas
from dualzoom.scene.layout import street
from dualzoom.scene.pose import (
    HORIZON,
    correspondence,
    far_to_tele,
    onto_canvas,
    parallax,
    tele_canvas,
    wide_projection,
)
from dualzoom.scene.raster import Floats
from dualzoom.scene.sensor import Look, Sensor, looks, sensors, shading

_FINE = 1.5  # tele canvas pixels per tele pixel: the lens's blur is well sampled


@dataclass(frozen=True, kw_only=True)
class RenderedCapture:
    """A rendered pair and its exact truth.

    `wide` (H, W, 3), `tele` (h, w, 3) uint8 RGB; `truth` (2H, 2W, 3) uint8: the wide's own view and colours
    at twice its size, free of noise, blur and sharpening. `homography` (3, 3) float64: tele px -> wide px for
    the far plane. `tele_xy` (2H, 2W, 2) float32: where the tele shows what a pixel of the truth shows (also
    outside its frame). `visible` (2H, 2W) bool: inside the tele's frame and not hidden there by a nearer
    layer. `parallax_px` (2H, 2W, 2) float32: shift against the far plane, in wide pixels. `tele_clean` (h, w,
    3) uint8: the tele without noise and in the wide's colours, what a perfect colour map gives.
    """

    wide: NDArray[np.uint8]
    tele: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    homography: NDArray[np.float64]
    tele_xy: Floats
    visible: NDArray[np.bool_]
    parallax_px: Floats
    tele_clean: NDArray[np.uint8]
    wide_focal_35mm: float
    tele_focal_35mm: float
    seed: int


def render(
    seed: int,
    *,
    size: Size = Size(1008, 756),  # noqa: B008 - frozen
    tele_size: Size | None = None,
    ratio: float = 2.0,
    roll_deg: float = 0.0,
    pan: tuple[float, float] = (0.0, 0.0),
    exposure_ev: float = 0.3,
    cast: float = 0.5,
    noise: float = 0.5,
    baseline_mm: tuple[float, float] = (11.0, 3.0),
    depth_layers: bool = True,
    wide_focal_35mm: float = 26.0,
) -> RenderedCapture:
    """Renders the street of `seed`. The same arguments give the same bytes.

    `ratio`: tele focal length over wide focal length (35 mm equivalents). `pan`: offset of the tele's axis,
    as shares of the wide's width and height. `exposure_ev`: tele against wide. `cast`: 0 equal colours .. 1
    strongly different. `noise`: 0 none, 1 a dim day. `baseline_mm`: tele lens right of and above the wide's.
    """
    tele_size = tele_size or size
    focal = wide_focal_35mm / 36 * max(size.width, size.height)
    tele_focal = ratio * wide_focal_35mm / 36 * max(tele_size.width, tele_size.height)
    top = HORIZON * (size.height - 1) / focal
    scene = street(seed, half_width=size.width / 2 / focal, top=top, depth_layers=depth_layers)
    to_tele = far_to_tele(size, tele_size, focal, tele_focal, roll_deg, pan)
    wide = Canvas(2 * size.width, 2 * size.height, wide_projection(size, focal, scene.far_m))
    tele = tele_canvas(wide.projection, to_tele, tele_size, _FINE * tele_focal / focal, baseline_mm)
    scene.paint(wide)
    scene.paint(tele)

    rng = np.random.default_rng([seed, 1])
    wide_look, tele_look = looks(rng, exposure_ev=exposure_ev, cast=cast)
    wide_sensor, tele_sensor = sensors(rng, noise)
    wide_light = _wide_light(wide, size, wide_sensor)
    tele_light = _tele_light(tele, to_tele, tele_size, tele_sensor)
    shift = parallax(scene, wide, tele.projection)
    tele_xy, visible = correspondence(wide, tele, to_tele, shift, tele_size)
    return RenderedCapture(
        wide=wide_sensor.capture(wide_light, wide_look, shading(wide_look, size), rng),
        tele=tele_sensor.capture(tele_light, tele_look, shading(tele_look, tele_size), rng),
        truth=quantise(wide_look.develop(wide.light, shading(wide_look, size.scale(2))), np.uint8),
        homography=np.asarray(np.linalg.inv(to_tele), np.float64),
        tele_xy=tele_xy,
        visible=visible,
        parallax_px=shift,
        tele_clean=_clean(tele_light, wide_look, to_tele, size),
        wide_focal_35mm=float(round(wide_focal_35mm)),  # EXIF holds whole millimetres
        tele_focal_35mm=float(round(ratio * wide_focal_35mm)),
        seed=seed,
    )


def random_capture(seed: int, *, size: Size = Size(640, 480)) -> RenderedCapture:  # noqa: B008 - frozen
    """Renders a capture as phones vary: ratio 1.5–6, roll ±5°, ±1 EV, colour cast, noise, layered depth."""
    rng = np.random.default_rng([seed, 2])
    return render(
        seed,
        size=size,
        ratio=float(np.exp(rng.uniform(np.log(1.5), np.log(6.0)))),
        roll_deg=float(rng.uniform(-5, 5)),
        pan=(float(rng.uniform(-0.04, 0.04)), float(rng.uniform(-0.04, 0.04))),
        exposure_ev=float(rng.uniform(-1, 1)),
        cast=float(rng.uniform(0, 1)),
        noise=float(rng.uniform(0.2, 1.5)),
        baseline_mm=(float(rng.choice([-1, 1]) * rng.uniform(5, 18)), float(rng.uniform(-6, 6))),
        wide_focal_35mm=float(rng.choice([23, 24, 26, 28])),
    )


def _wide_light(canvas: Canvas, size: Size, sensor: Sensor) -> Floats:
    blurred = cv2.GaussianBlur(canvas.light, (0, 0), canvas.projection.density * sensor.blur_px)
    return np.asarray(
        cv2.resize(blurred, (size.width, size.height), interpolation=cv2.INTER_AREA), np.float32
    )


def _tele_light(canvas: Canvas, to_tele: NDArray[np.float64], size: Size, sensor: Sensor) -> Floats:
    blurred = cv2.GaussianBlur(canvas.light, (0, 0), _FINE * sensor.blur_px)
    onto = onto_canvas(canvas.projection) @ np.linalg.inv(to_tele)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(blurred, onto, (size.width, size.height), flags=flags))


def _clean(light: Floats, look: Look, to_tele: NDArray[np.float64], size: Size) -> NDArray[np.uint8]:
    """Develops the tele's light in the wide's colours."""
    height, width = light.shape[:2]
    vignette = shading(look, size)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    onto = np.linalg.inv(to_tele)
    shade = cv2.warpPerspective(vignette, onto, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return quantise(look.develop(light, np.asarray(shade, np.float32)), np.uint8)
