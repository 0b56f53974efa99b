"""A canvas that integrates every shape over its pixels' areas.

Shapes are given in metres on an upright plane at distance Z from the camera: X to the right of the optical
axis, Y up from the ground. A `Projection` says where that plane falls on the canvas, so the same drawing code fills
the wide's 2× grid and the tele's finer one, each with exact area coverage (no shape is ever resampled from
the other view). Colours are linear light, 1.0 = a white sheet in the sun. Canvas pixel centres are at
integers, as everywhere.

`plane` remembers which layer every pixel shows (coverage above one half); with it occlusion is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from dualzoom.scene.raster import (
    Colour,
    Floats,
    Window,
    box_mean,
    coverage,
    flake_patch,
    polygon_mask,
)

T = TypeVar("T", float, Floats)
#: (xs, ys, metres per pixel) of pixel centres on the layer -> (h, w, 3) linear light.
Shader: TypeAlias = Callable[[Floats, Floats, float], Floats]


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Projects the layers' metres onto a canvas.

    `focal_px`, `centre_x`, `horizon_y`: of the wide, in wide pixels; `eye_m`: camera height. `density`:
    canvas pixels per wide pixel; `origin`: wide coordinates of the centre of canvas pixel (0, 0).
    `baseline_m`: (right, up) offset of this view's centre of projection from the wide's; `far_m`: distance of
    the plane that stays put when the viewpoint moves.
    """

    focal_px: float
    centre_x: float
    horizon_y: float
    eye_m: float
    density: float
    origin: tuple[float, float]
    baseline_m: tuple[float, float]
    far_m: float

    def shift(self, inverse_distance: T) -> tuple[T, T]:
        """Parallax (x, y) in wide pixels of points at 1/distance, against the far plane."""
        amount = self.focal_px * (inverse_distance - 1 / self.far_m)
        return -self.baseline_m[0] * amount, self.baseline_m[1] * amount


class Canvas:
    """Linear light (h, w, 3) float32 and the layer shown by each pixel (h, w) uint8."""

    def __init__(self, width: int, height: int, projection: Projection) -> None:
        self.light: Floats = np.zeros((height, width, 3), np.float32)
        self.plane = np.zeros((height, width), np.uint8)
        self.projection = projection
        self.layer(0, projection.far_m)

    def layer(self, index: int, distance_m: float) -> None:
        """Draws from now on upon the upright plane at `distance_m`, and records it as layer `index`."""
        projection = self.projection
        dx, dy = projection.shift(1 / distance_m)
        self.index = index
        self.px_per_m = projection.density * projection.focal_px / distance_m
        self._x0 = projection.density * (projection.centre_x + dx - projection.origin[0])
        self._scale = np.array([self.px_per_m, -self.px_per_m])
        horizon = projection.density * (projection.horizon_y + dy - projection.origin[1])
        self._y0 = horizon + self.px_per_m * projection.eye_m
        self._offset = np.array([self._x0, self._y0])

    def to_px(self, points: Floats) -> NDArray[np.float64]:
        """Converts (…, 2) metres on the layer to canvas pixels."""
        return np.asarray(points * self._scale + self._offset, np.float64)

    def sees(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether any of a rectangle in metres falls on the canvas."""
        return self._window(*self._box(x, y, width, height)) is not None

    def _box(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Returns left, top, right, bottom in canvas pixels of a rectangle in metres."""
        scale = self.px_per_m
        return (
            self._x0 + x * scale,
            self._y0 - (y + height) * scale,
            self._x0 + (x + width) * scale,
            self._y0 - y * scale,
        )

    def _window(self, left: float, top: float, right: float, bottom: float) -> Window | None:
        """Returns the whole pixels that a box in canvas pixels touches; None outside the canvas."""
        height, width = self.plane.shape
        x0, x1 = max(0, int(np.floor(left + 0.5))), min(width, int(np.ceil(right + 0.5)))
        y0, y1 = max(0, int(np.floor(top + 0.5))), min(height, int(np.ceil(bottom + 0.5)))
        return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None

    def _blend(self, at: Window, alpha: Floats, colour: Colour, *, mark: bool) -> None:
        """Lays a colour over the canvas; without `mark` only tints what this layer already shows."""
        patch = self.light[at]
        if mark:
            self.plane[at][alpha > 0.5] = self.index
        else:
            alpha = alpha * (self.plane[at] == self.index)
        patch += alpha[..., None] * (np.asarray(colour, np.float32) - patch)

    def _cover(self, at: Window, down: Floats, across: Floats, colour: Floats) -> None:
        """Paints an opaque rectangle: replaces its inside, mixes its border pixels."""
        rows, columns = at
        full = np.broadcast_to(colour, (len(down), len(across), 3))
        self.light[rows.start + 1 : rows.stop - 1, columns.start + 1 : columns.stop - 1] = full[1:-1, 1:-1]
        self.plane[rows.start + 1 : rows.stop - 1, columns.start + 1 : columns.stop - 1] = self.index
        alpha = down[:, None] * across
        for edge in (np.s_[:1, :], np.s_[-1:, :], np.s_[1:-1, :1], np.s_[1:-1, -1:]):
            patch = self.light[at][edge]
            patch += alpha[edge][..., None] * (full[edge] - patch)
            self.plane[at][edge][alpha[edge] > 0.5] = self.index

    def rect(
        self, x: float, y: float, width: float, height: float, colour: Colour | Shader, *, alpha: float = 1.0
    ) -> None:
        """Paints an upright rectangle with its lower left corner at (x, y), plain or shaded."""
        left, top, right, bottom = self._box(x, y, width, height)
        at = self._window(left, top, right, bottom)
        if at is None:
            return
        across, down = coverage(left, right, at[1]), coverage(top, bottom, at[0])
        if callable(colour):
            xs = ((np.arange(at[1].start, at[1].stop) - self._x0) / self.px_per_m).astype(np.float32)
            ys = ((self._y0 - np.arange(at[0].start, at[0].stop)) / self.px_per_m).astype(np.float32)
            colour = colour(xs, ys, 1 / self.px_per_m)
        light = np.asarray(colour, np.float32)
        if alpha == 1 and len(down) > 32 and len(across) > 32:
            self._cover(at, down, across, light)
        else:
            self._blend(at, alpha * down[:, None] * across, light, mark=alpha > 0.5)

    def stamp(self, mask: Floats, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Stretches a raster mask (0..1) over a rectangle; every pixel gets the exact mean over its area."""
        left, top, right, bottom = self._box(x, y, width, height)
        at = self._window(left, top, right, bottom)
        if at is None:
            return
        alpha = box_mean(mask, (left, top, right, bottom), at)
        self._blend(at, alpha, colour, mark=False)

    def polygon(self, points: Floats, colour: Colour, *, alpha: float = 1.0) -> None:
        """Fills a polygon (n, 2) that does not cross itself."""
        found = self._mask(self.to_px(points), 0.0)
        if found is not None:
            self._blend(found[0], alpha * found[1], colour, mark=alpha > 0.5)

    def shade(self, points: Floats, factor: Colour | float, soft_m: float = 0.0) -> None:
        """Multiplies the light inside a polygon by `factor`, with an edge `soft_m` wide: a shadow."""
        self.shade_px(self.to_px(points), factor, soft_m * self.px_per_m)

    def shade_px(self, corners: Floats, factor: Colour | float, soft_px: float) -> None:
        """Shades as `shade` does, with corners in canvas pixels."""
        found = self._mask(corners, soft_px)
        if found is not None:
            amount = found[1] * (self.plane[found[0]] == self.index)
            self.light[found[0]] *= 1 + amount[..., None] * (np.asarray(factor, np.float32) - 1)

    def flakes(self, corners: Floats, colours: NDArray[np.uint8], *, blur_m: float = 0.0) -> None:
        """Paints many small convex polygons (n, k, 2), later ones in front, in sRGB colours (n, 3): leaves, gravel.

        `blur_m` puts all of them out of focus.
        """
        found = flake_patch(self.to_px(corners), colours, self.plane.shape, blur_m * self.px_per_m)
        if found is not None:
            self._blend(*found, mark=True)

    def gradient(self, x: float, y: float, width: float, height: float, low: float, high: float) -> None:
        """Multiplies the light in a rectangle: by `low` at its foot, `high` at its head, evenly between."""
        left, top, right, bottom = self._box(x, y, width, height)
        at = self._window(left, top, right, bottom)
        if at is None:
            return
        rise = np.clip((bottom - np.arange(at[0].start, at[0].stop)) / (bottom - top), 0, 1)
        factor = 1 + coverage(top, bottom, at[0]) * (low + (high - low) * rise - 1)
        inside = coverage(left, right, at[1]) * (self.plane[at] == self.index)
        self.light[at] *= (1 + inside * (factor[:, None] - 1))[..., None].astype(np.float32)

    def _mask(self, corners: Floats, blur_px: float) -> tuple[Window, Floats] | None:
        """Returns where a polygon in canvas pixels lies, and its coverage there, 0..1."""
        margin = 3 * blur_px
        (left, top), (right, bottom) = corners.min(0) - margin, corners.max(0) + margin
        at = self._window(left, top, right, bottom)
        return None if at is None else (at, polygon_mask(corners, at, blur_px))
