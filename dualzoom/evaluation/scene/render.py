"""Two phone lenses look at a street: wide, tele and the exact truth at twice the wide's size.

Geometry. The wide is a pinhole with a level axis; its pixels are the scene's measure. The tele stands
`baseline_m` beside it, turned by (roll, pan, tilt) and `ratio` times longer. Moving the viewpoint shifts each
upright layer by baseline · focal · (1/Z - 1/far); turning and zooming is one homography for all of them:

    tele pixel  =  H⁻¹ · (wide pixel + shift of the layer seen there),      H = `RenderedCapture.homography`

so H is exact for the far plane (the terrace of houses), and `tele_xy` is exact everywhere. Pixel centres at
integers.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.scene.canvas import Canvas, Floats, View
from dualzoom.evaluation.scene.ground import inverse_distance
from dualzoom.evaluation.scene.layout import GROUND, Street, street
from dualzoom.evaluation.scene.sensor import Look, Sensor, looks, quantise, shading
from dualzoom.geometry import TO_2X, Size

_FINE = 1.5  # tele canvas pixels per tele pixel
_EYE_M = 1.6


@dataclass(frozen=True, kw_only=True)
class RenderedCapture:
    """A rendered pair with everything that is true of it.

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
    """Render the street of `seed`. The same arguments give the same bytes.

    `ratio`: tele focal length over wide focal length (35 mm equivalents). `pan`: offset of the tele's axis,
    as shares of the wide's width and height. `exposure_ev`: tele against wide. `cast`: 0 equal colours .. 1
    strongly different. `noise`: 0 none, 1 a dim day. `baseline_mm`: tele lens right of and above the wide's.
    """
    tele_size = tele_size or size
    rng = np.random.default_rng([seed, 1])
    focal = wide_focal_35mm / 36 * max(size.width, size.height)
    # EXIF holds whole millimetres; pixels keep the true ratio
    tele_focal = ratio * wide_focal_35mm / 36 * max(tele_size.width, tele_size.height)
    centre = ((size.width - 1) / 2, 0.62 * (size.height - 1))
    scene = street(seed, half_width=size.width / 2 / focal, top=centre[1] / focal, depth_layers=depth_layers)
    wide_view = View(
        focal_px=focal,
        centre_x=centre[0],
        horizon_y=centre[1],
        eye_m=_EYE_M,
        density=2.0,
        origin=(-0.25, -0.25),
        baseline_m=(0.0, 0.0),
        far_m=scene.far_m,
    )
    to_tele = _to_tele(size, tele_size, focal, tele_focal, roll_deg, pan)
    wide_canvas = Canvas(2 * size.width, 2 * size.height, wide_view)
    scene.paint(wide_canvas)
    tele_canvas = _tele_canvas(wide_view, to_tele, tele_size, tele_focal / focal, baseline_mm)
    scene.paint(tele_canvas)

    wide_look, tele_look = looks(rng, exposure_ev=exposure_ev, cast=cast)
    wide_sensor = Sensor(blur_px=0.45, noise=0.012 * noise, sharpen=0.5)
    tele_sensor = Sensor(
        blur_px=float(rng.uniform(0.45, 0.65)), noise=0.016 * noise, sharpen=float(rng.uniform(0.2, 0.7))
    )
    wide_light = _wide_light(wide_canvas, size, wide_sensor)
    tele_light = _tele_light(tele_canvas, to_tele, tele_size, tele_sensor)
    shift = _parallax(scene, wide_canvas, tele_canvas.view)
    tele_xy, visible = _correspondence(wide_canvas, tele_canvas, to_tele, shift, tele_size)
    return RenderedCapture(
        wide=wide_sensor.capture(wide_light, wide_look, shading(wide_look, size), rng),
        tele=tele_sensor.capture(tele_light, tele_look, shading(tele_look, tele_size), rng),
        truth=quantise(wide_look.develop(wide_canvas.light, shading(wide_look, size.scale(2)))),
        homography=np.asarray(np.linalg.inv(to_tele), np.float64),
        tele_xy=tele_xy,
        visible=visible,
        parallax_px=shift,
        tele_clean=_clean(tele_light, wide_look, to_tele, size),
        wide_focal_35mm=float(round(wide_focal_35mm)),
        tele_focal_35mm=float(round(ratio * wide_focal_35mm)),
        seed=seed,
    )


def random_capture(seed: int, *, size: Size = Size(640, 480)) -> RenderedCapture:  # noqa: B008 - frozen
    """A capture drawn from what phones do: ratio 1.5–6, roll ±5°, ±1 EV, colour cast, noise, layered
    depth."""
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


def _to_tele(
    size: Size, tele_size: Size, focal: float, tele_focal: float, roll_deg: float, pan: tuple[float, float]
) -> NDArray[np.float64]:
    """Wide pixels (of the far plane) -> tele pixels: K_tele · rotation · K_wide⁻¹."""
    wide = np.array([[focal, 0, (size.width - 1) / 2], [0, focal, (size.height - 1) / 2], [0, 0, 1]])
    tele = np.array(
        [[tele_focal, 0, (tele_size.width - 1) / 2], [0, tele_focal, (tele_size.height - 1) / 2], [0, 0, 1]]
    )
    yaw, tilt = np.arctan(pan[0] * size.width / focal), np.arctan(pan[1] * size.height / focal)
    roll = np.deg2rad(roll_deg)
    about_y = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    matrix = tele @ about_z @ about_x @ about_y @ np.linalg.inv(wide)
    return np.asarray(matrix / matrix[2, 2])


def _apply(matrix: Floats, x: Floats, y: Floats) -> Floats:
    """A homography applied to coordinates given apart; returns (…, 2) float32."""
    m = [[float(value) for value in row] for row in matrix]
    out = np.empty((*np.broadcast_shapes(x.shape, y.shape), 2), np.float32)
    inverse = 1 / (m[2][0] * x + m[2][1] * y + m[2][2])
    for axis in (0, 1):
        out[..., axis] = (m[axis][0] * x + m[axis][1] * y + m[axis][2]) * inverse
    return out


def _tele_canvas(
    wide: View, to_tele: NDArray[np.float64], tele_size: Size, ratio: float, baseline_mm: tuple[float, float]
) -> Canvas:
    """A canvas a little finer than the tele's pixels over all it sees, in the far plane's upright
    coordinates."""
    right, bottom = tele_size.width - 1, tele_size.height - 1
    corners = np.array([(0, 0), (right, 0), (right, bottom), (0, bottom)], np.float64)
    seen = _apply(np.linalg.inv(to_tele), corners[:, 0], corners[:, 1])
    margin = 8 / ratio
    low, high = seen.min(0) - margin, seen.max(0) + margin
    density = _FINE * ratio
    view = View(
        focal_px=wide.focal_px,
        centre_x=wide.centre_x,
        horizon_y=wide.horizon_y,
        eye_m=wide.eye_m,
        density=density,
        origin=(float(low[0]), float(low[1])),
        baseline_m=(baseline_mm[0] / 1000, baseline_mm[1] / 1000),
        far_m=wide.far_m,
    )
    width, height = (int(np.ceil(n)) + 1 for n in (high - low) * density)
    return Canvas(width, height, view)


def _onto_canvas(view: View) -> NDArray[np.float64]:
    """Far-plane coordinates (wide px) -> canvas pixels."""
    q, (x, y) = view.density, view.origin
    return np.array([[q, 0, -q * x], [0, q, -q * y], [0, 0, 1.0]])


def _wide_light(canvas: Canvas, size: Size, sensor: Sensor) -> Floats:
    blurred = cv2.GaussianBlur(canvas.light, (0, 0), canvas.view.density * sensor.blur_px)
    return np.asarray(
        cv2.resize(blurred, (size.width, size.height), interpolation=cv2.INTER_AREA), np.float32
    )


def _tele_light(canvas: Canvas, to_tele: NDArray[np.float64], size: Size, sensor: Sensor) -> Floats:
    blurred = cv2.GaussianBlur(canvas.light, (0, 0), _FINE * sensor.blur_px)
    onto = _onto_canvas(canvas.view) @ np.linalg.inv(to_tele)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(blurred, onto, (size.width, size.height), flags=flags))


def _parallax(scene: Street, canvas: Canvas, tele: View) -> Floats:
    """Shift of what each pixel of the wide's canvas shows, in wide pixels (h, w, 2)."""
    shift = np.empty((*canvas.plane.shape, 2), np.float32)
    rows = np.arange(canvas.plane.shape[0], dtype=np.float32) / canvas.view.density + canvas.view.origin[1]
    level = tele.shift(inverse_distance(canvas.view, rows))
    ground = canvas.plane == GROUND
    for axis in (0, 1):
        table = np.zeros(256, np.float32)
        for index, distance in scene.distances().items():
            table[index] = tele.shift(1 / distance)[axis]
        shift[..., axis] = np.where(ground, level[axis][:, None], table[canvas.plane])
    return shift


def _correspondence(
    wide: Canvas, tele: Canvas, to_tele: NDArray[np.float64], shift: Floats, tele_size: Size
) -> tuple[Floats, NDArray[np.bool_]]:
    """Where each truth pixel lies in the tele, and whether the tele shows the same layer there."""
    height, width = wide.plane.shape
    back = np.linalg.inv(TO_2X)
    x = (np.arange(width) * back[0, 0] + back[0, 2]).astype(np.float32) + shift[..., 0]
    y = (np.arange(height) * back[1, 1] + back[1, 2]).astype(np.float32)[:, None] + shift[..., 1]
    tele_xy = _apply(to_tele, x, y)
    limit = (tele_size.width - 1, tele_size.height - 1)
    inside = ((tele_xy >= 0) & (tele_xy <= limit)).all(-1)
    view = tele.view
    column = np.clip(np.rint((x - view.origin[0]) * view.density), 0, tele.plane.shape[1] - 1).astype(
        np.int32
    )
    row = np.clip(np.rint((y - view.origin[1]) * view.density), 0, tele.plane.shape[0] - 1).astype(np.int32)
    return tele_xy, inside & (tele.plane[row, column] == wide.plane)


def _clean(light: Floats, look: Look, to_tele: NDArray[np.float64], size: Size) -> NDArray[np.uint8]:
    """The tele's light as the wide would have shown it there."""
    height, width = light.shape[:2]
    vignette = shading(look, size)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    onto = np.linalg.inv(to_tele)
    shade = cv2.warpPerspective(vignette, onto, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return quantise(look.develop(light, np.asarray(shade, np.float32)))
