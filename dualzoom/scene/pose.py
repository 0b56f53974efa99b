"""Places the two cameras, and finds where each picture point lies in the other.

The wide is a pinhole with a level axis; its pixels are the scene's measure. The tele stands a baseline beside it,
turned by (roll, pan, tilt) and `ratio` times longer. Moving the viewpoint shifts each upright layer by
baseline · focal · (1/Z - 1/far); turning and zooming is one homography for all of them. Pixel centres at integers.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Size
from dualzoom.scene.canvas import Canvas, Projection
from dualzoom.scene.ground import inverse_distance
from dualzoom.scene.layout import GROUND, Street
from dualzoom.scene.raster import Floats

EYE_M = 1.6
HORIZON = 0.62  # share of the frame's height: houses above, pavement below


def wide_projection(size: Size, focal_px: float, far_m: float) -> Projection:
    """Returns the wide's own view on its 2× grid."""
    return Projection(
        focal_px=focal_px,
        centre_x=(size.width - 1) / 2,
        horizon_y=HORIZON * (size.height - 1),
        eye_m=EYE_M,
        density=2.0,
        origin=(-0.25, -0.25),
        baseline_m=(0.0, 0.0),
        far_m=far_m,
    )


def tele_canvas(
    wide: Projection, to_tele: Floats, tele_size: Size, density: float, baseline_mm: tuple[float, float]
) -> Canvas:
    """Makes a canvas over all the tele sees, in the far plane's upright coordinates, before turning and zooming."""
    right, bottom = tele_size.width - 1, tele_size.height - 1
    corners = np.array([(0, 0), (right, 0), (right, bottom), (0, bottom)], np.float64)
    seen = apply(np.linalg.inv(to_tele), corners[:, 0], corners[:, 1])
    margin = 12 / density  # room for the lens's blur
    low, high = seen.min(0) - margin, seen.max(0) + margin
    baseline = (baseline_mm[0] / 1000, baseline_mm[1] / 1000)
    projection = replace(wide, density=density, origin=(float(low[0]), float(low[1])), baseline_m=baseline)
    width, height = (int(np.ceil(n)) + 1 for n in (high - low) * density)
    return Canvas(width, height, projection)


def onto_canvas(projection: Projection) -> NDArray[np.float64]:
    """Returns the homography from far-plane coordinates (wide px) to canvas pixels."""
    q, (x, y) = projection.density, projection.origin
    return np.array([[q, 0, -q * x], [0, q, -q * y], [0, 0, 1.0]])


def far_to_tele(
    size: Size, tele_size: Size, focal: float, tele_focal: float, roll_deg: float, pan: tuple[float, float]
) -> NDArray[np.float64]:
    """Returns the homography from wide pixels (of the far plane) to tele pixels: K_tele · rotation · K_wide⁻¹."""
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


def apply(matrix: Floats, x: Floats, y: Floats) -> Floats:
    """Applies a homography to separate x and y; returns (…, 2) float32."""
    m = [[float(value) for value in row] for row in matrix]
    out = np.empty((*np.broadcast_shapes(x.shape, y.shape), 2), np.float32)
    inverse = 1 / (m[2][0] * x + m[2][1] * y + m[2][2])
    for axis in (0, 1):
        out[..., axis] = (m[axis][0] * x + m[axis][1] * y + m[axis][2]) * inverse
    return out


def parallax(scene: Street, canvas: Canvas, tele: Projection) -> Floats:
    """Returns the shift of what each pixel of the wide's canvas shows, in wide pixels (h, w, 2)."""
    shift = np.empty((*canvas.plane.shape, 2), np.float32)
    rows = (
        np.arange(canvas.plane.shape[0], dtype=np.float32) / canvas.projection.density
        + canvas.projection.origin[1]
    )
    level = tele.shift(inverse_distance(canvas.projection, rows))
    ground = canvas.plane == GROUND
    for axis in (0, 1):
        table = np.zeros(256, np.float32)
        for index, distance in scene.distances().items():
            table[index] = tele.shift(1 / distance)[axis]
        shift[..., axis] = np.where(ground, level[axis][:, None], table[canvas.plane])
    return shift


def correspondence(
    wide: Canvas, tele: Canvas, to_tele: NDArray[np.float64], shift: Floats, tele_size: Size
) -> tuple[Floats, NDArray[np.bool_]]:
    """Finds where each truth pixel lies in the tele, and whether the tele shows the same layer there."""
    height, width = wide.plane.shape
    back = np.linalg.inv(TO_2X)
    x = (np.arange(width) * back[0, 0] + back[0, 2]).astype(np.float32) + shift[..., 0]
    y = (np.arange(height) * back[1, 1] + back[1, 2]).astype(np.float32)[:, None] + shift[..., 1]
    tele_xy = apply(to_tele, x, y)
    limit = (tele_size.width - 1, tele_size.height - 1)
    inside = ((tele_xy >= 0) & (tele_xy <= limit)).all(-1)
    projection = tele.projection
    column = np.clip(
        np.rint((x - projection.origin[0]) * projection.density), 0, tele.plane.shape[1] - 1
    ).astype(np.int32)
    row = np.clip(
        np.rint((y - projection.origin[1]) * projection.density), 0, tele.plane.shape[0] - 1
    ).astype(np.int32)
    return tele_xy, inside & (tele.plane[row, column] == wide.plane)
