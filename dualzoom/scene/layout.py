"""Lays out the street: its layers, their distances, and the order of painting them.

Distances in metres. Layer 0 is the terrace of houses: the dominant plane, to which the homography belongs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.facade import House, draw_house, weathering
from dualzoom.scene.foreground import (
    CORNER_M,
    FLOWERS_M,
    LAMP_M,
    RAILING_M,
    TREE_M,
    TWIGS_M,
    foreground,
)
from dualzoom.scene.ground import draw_ground, draw_sky, draw_skyline
from dualzoom.scene.shop import draw_shop

GROUND = 1  # the index of the level layer; every other layer is upright


@dataclass(frozen=True)
class Layer:
    """One upright layer: its distance and what draws it."""

    distance_m: float
    draw: Callable[[Canvas], None]


@dataclass(frozen=True, kw_only=True)
class Street:
    """`behind` is painted before the ground, `layers` after it, far to near; indices follow `indexed`."""

    far_m: float
    kerbs_m: tuple[float, float]
    behind: tuple[Layer, ...]
    layers: tuple[Layer, ...]
    shadows: Callable[[Canvas], None]
    seed: int

    def distances(self) -> dict[int, float]:
        """Returns the distance (m) of every upright layer by its index."""
        return {index: layer.distance_m for index, layer in self._indexed()}

    def paint(self, canvas: Canvas) -> None:
        """Draws everything, far to near."""
        ground_done = False
        for index, layer in self._indexed():
            if layer in self.layers and not ground_done:
                draw_ground(canvas, GROUND, self.kerbs_m, self.seed)
                self.shadows(canvas)
                ground_done = True
            canvas.layer(index, layer.distance_m)
            layer.draw(canvas)

    def _indexed(self) -> list[tuple[int, Layer]]:
        terrace = self.layers[0]
        rest = [layer for layer in (*self.behind, *self.layers) if layer is not terrace]
        numbered = {id(layer): number + 2 for number, layer in enumerate(rest)} | {id(terrace): 0}
        return [(numbered[id(layer)], layer) for layer in (*self.behind, *self.layers)]


def street(seed: int, *, half_width: float, top: float, depth_layers: bool) -> Street:
    """Lays out a street for a camera with half angles of view of tangent `half_width` to each side and `top` upwards.

    Without `depth_layers` nothing stands before the terrace.
    """
    rng = np.random.default_rng(seed)
    far = float(rng.uniform(16.5, 19.5))
    gap = float(rng.choice([-1, 1])) * float(rng.uniform(0.5, 0.72)) * half_width * far
    side = -1.0 if gap > 0 else 1.0  # the near house stands away from the gap
    terrace = _terrace(rng, half_width * far, gap)

    def houses(canvas: Canvas) -> None:
        for house in terrace:
            draw_house(canvas, house)
            draw_shop(canvas, house)
        weathering(canvas, -1.2 * half_width * far, 2.4 * half_width * far, 12.0, seed + 3)
        _cast_shadow(canvas, half_width * far, seed)

    sky = Layer(2000.0, lambda canvas: draw_sky(canvas, 2000 * half_width, seed))
    skyline = Layer(140.0, lambda canvas: draw_skyline(canvas, 140 * gap / far, 140 * half_width, seed))
    front = foreground(rng, half_width=half_width, top=top, side=side)
    near = (
        Layer(CORNER_M, front.draw_corner),
        Layer(TREE_M, front.draw_tree),
        Layer(FLOWERS_M, front.draw_flowers),
        Layer(LAMP_M, front.draw_lamp),
        Layer(RAILING_M, front.draw_railing),
        Layer(TWIGS_M, front.draw_twigs),
    )
    return Street(
        far_m=far,
        kerbs_m=(0.42 * far, 0.84 * far),
        behind=(sky, skyline),
        layers=(Layer(far, houses), *(near if depth_layers else ())),
        shadows=(lambda canvas: front.shadows(canvas, GROUND)) if depth_layers else (lambda canvas: None),
        seed=seed,
    )


def _terrace(rng: np.random.Generator, reach: float, gap: float) -> list[House]:
    """Places houses from edge to edge of the view, with a side street 2.8 m wide at `gap`."""
    kind, trade = int(rng.integers(100)), int(rng.integers(100))
    houses: list[House] = []
    for start, stop in ((-1.15 * reach, gap - 1.4), (gap + 1.4, 1.15 * reach)):
        shares = rng.uniform(0.8, 1.2, max(1, round((stop - start) / 6.8)))
        edges = start + (stop - start) * np.concatenate([[0], np.cumsum(shares) / shares.sum()])
        for left, right in pairwise(edges):
            kind += int(rng.integers(1, 4))
            houses.append(
                House(
                    x=float(left),
                    width=float(right - left),
                    floors=int(rng.integers(2, 4)),
                    bays=max(2, round(float(right - left) / 2.1)),
                    shop_m=float(rng.uniform(3.5, 3.9)),
                    floor_m=float(rng.uniform(2.6, 2.9)),
                    kind=kind,
                    trade=trade + len(houses),
                    seed=int(rng.integers(1 << 20)),
                )
            )
    return houses


def _cast_shadow(canvas: Canvas, reach: float, seed: int) -> None:
    """Draws the shadow of the roofs across the street, which climbs the terrace."""
    rng = np.random.default_rng(seed + 21)
    left = float(rng.uniform(0.2, 0.9)) * reach
    steps = np.array(
        [(0, 0), (0.0, 1.6), (0.25, 2.6), (0.25, 4.2), (0.55, 6.0), (0.75, 6.0), (1.6, 11.0), (1.6, 0)]
    )
    outline = steps * (reach, 1.0) + (reach - left, 0.0)
    canvas.shade(outline, np.array([0.46, 0.5, 0.58]), 0.06)
