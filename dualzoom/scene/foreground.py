"""Places and draws the things between the camera and the terrace, with their shadows on the ground.

Distances in metres, nearest last: a corner house, a street tree, bollards and flowers, a lamp post, a
railing, and a twig close to the lens. Places across are shares of half the frame at that distance, so that
all stay in view.
"""

from dataclasses import dataclass

import numpy as np

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.facade import House, draw_house, weathering
from dualzoom.scene.foliage import draw_tree, draw_twigs
from dualzoom.scene.furniture import draw_bollard, draw_lamp_post, draw_planter, draw_railing
from dualzoom.scene.ground import cast_on_ground, shade_ground
from dualzoom.scene.shop import draw_shop

CORNER_M, TREE_M, FLOWERS_M, LAMP_M, RAILING_M, TWIGS_M = 13.4, 11.5, 9.5, 6.5, 4.6, 1.5
_TREE_HEIGHT_M = 6.2


@dataclass(frozen=True, kw_only=True)
class Foreground:
    """Places of the near things; `half_width`, `top`: tangents of the half angles of view; `side`: ±1, right
    or left."""

    half_width: float
    top: float
    side: float
    tree: float
    lamp: float
    railing: float
    bollards: tuple[float, float, float]
    corner: House
    seed: int

    def draw_corner(self, canvas: Canvas) -> None:
        """Draws a house that stands nearer than the terrace."""
        draw_house(canvas, self.corner)
        draw_shop(canvas, self.corner)
        weathering(canvas, self.corner.x, self.corner.width, self.corner.eaves_m, self.corner.seed)

    def draw_tree(self, canvas: Canvas) -> None:
        """Draws a street tree."""
        draw_tree(canvas, self.tree * self.half_width * TREE_M, _TREE_HEIGHT_M, self.seed)

    def draw_flowers(self, canvas: Canvas) -> None:
        """Draws bollards and a box of flowers."""
        for place in self.bollards:
            draw_bollard(canvas, place * self.half_width * FLOWERS_M)
        draw_planter(canvas, -0.12 * self.side * self.half_width * FLOWERS_M, self.seed)

    def draw_lamp(self, canvas: Canvas) -> None:
        """Draws a lamp post with a street sign."""
        draw_lamp_post(canvas, self.lamp * self.half_width * LAMP_M, self.seed)

    def draw_railing(self, canvas: Canvas) -> None:
        """Draws a railing along the near pavement."""
        reach = self.half_width * RAILING_M
        draw_railing(canvas, self.railing * reach, 0.75 * reach)

    def draw_twigs(self, canvas: Canvas) -> None:
        """Draws a twig in the upper corner, close and slightly soft."""
        x, y = self.side * self.half_width * TWIGS_M * 1.08, 1.6 + 0.92 * self.top * TWIGS_M
        draw_twigs(canvas, x, y, 0.5, np.pi / 2 + self.side * 1.95, self.seed)

    def shadows(self, canvas: Canvas, index: int) -> None:
        """Draws shadows on the ground, layer `index`."""
        x = self.tree * self.half_width * TREE_M
        cast_on_ground(canvas, index, x, TREE_M, 0.28, 3.0)
        angle = np.linspace(0, 2 * np.pi, 25)[:-1]
        rng = np.random.default_rng(self.seed)
        for _ in range(14):  # the crown's shadow, with gaps
            centre = (x + 1.6 + rng.normal(0, 1.3), TREE_M + 1.2 + rng.normal(0, 0.9))
            size = rng.uniform(0.3, 0.8)
            blob = np.stack([np.cos(angle) * size, np.sin(angle) * size * 0.8], 1) + centre
            shade_ground(canvas, index, blob, 0.08)
        for place in self.bollards:
            cast_on_ground(canvas, index, place * self.half_width * FLOWERS_M, FLOWERS_M, 0.15, 1.1)
        cast_on_ground(canvas, index, self.lamp * self.half_width * LAMP_M, LAMP_M, 0.2, 4.6)
        self._railing_shadow(canvas, index)

    def _railing_shadow(self, canvas: Canvas, index: int) -> None:
        left, width = self.railing * self.half_width * RAILING_M, 0.75 * self.half_width * RAILING_M
        for place in np.arange(left, left + width, 0.11):
            cast_on_ground(canvas, index, float(place), RAILING_M, 0.02, 1.1)
        for height in (0.1, 0.78, 0.9):
            shift, depth = 0.62 * 1.15 * height, RAILING_M + 0.78 * 1.15 * height
            low = np.array(
                [(left, depth), (left + width, depth), (left + width, depth + 0.03), (left, depth + 0.03)]
            )
            shade_ground(canvas, index, np.add(low, (shift, 0.0)), 0.01)


def foreground(rng: np.random.Generator, *, half_width: float, top: float, side: float) -> Foreground:
    """Chooses places so that the near things spread over the frame and the centre keeps some of the
    terrace."""
    reach = half_width * CORNER_M
    corner = House(
        x=0.62 * reach if side > 0 else -0.62 * reach - 8.0,
        width=8.0,
        floors=3,
        bays=4,
        shop_m=3.7,
        floor_m=2.75,
        kind=int(rng.integers(100)),
        trade=int(rng.integers(100)),
        seed=int(rng.integers(1 << 20)),
    )
    left, middle, right = (float(place + rng.uniform(-0.08, 0.08)) for place in (-0.55, -0.2, 0.32))
    return Foreground(
        half_width=half_width,
        top=top,
        side=side,
        tree=-side * float(rng.uniform(0.5, 0.66)),
        lamp=side * float(rng.uniform(0.1, 0.3)),
        railing=float(rng.uniform(-0.95, -0.75)) if side > 0 else float(rng.uniform(0.1, 0.24)),
        bollards=(left, middle, right),
        corner=corner,
        seed=int(rng.integers(1 << 20)),
    )
