"""Draws a house front: wall, rows of windows with frames and sills, cornice, gutter, roof and chimneys.

All in metres; x from the left corner, y from the ground. The caller has set the layer.
"""

from dataclasses import dataclass

import numpy as np

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.material import bricks, coarsely, grain, plaster, reflection, tiles
from dualzoom.scene.raster import Colour, Floats, rgb

STONE = rgb(205, 196, 178)
_WALLS = (
    ("brick", (150, 78, 58), (176, 164, 150)),
    ("plaster", (222, 196, 142), ()),
    ("brick", (172, 128, 92), (190, 180, 165)),
    ("plaster", (206, 214, 206), ()),
    ("brick", (120, 62, 52), (150, 140, 130)),
    ("plaster", (214, 158, 132), ()),
    ("stone", (190, 180, 160), (140, 132, 118)),
    ("plaster", (170, 184, 196), ()),
)
_ROOFS = ((128, 84, 68), (92, 92, 98), (110, 76, 66))
_FRAMES = ((236, 234, 226), (70, 84, 76), (222, 214, 198), (88, 58, 44))


@dataclass(frozen=True, kw_only=True)
class House:
    """Where a front stands and how it is divided; `kind` picks its colours, `trade` its shop."""

    x: float
    width: float
    floors: int
    bays: int
    shop_m: float  # height of the ground floor
    floor_m: float
    kind: int
    trade: int
    seed: int

    @property
    def eaves_m(self) -> float:
        """Returns the height of the wall."""
        return self.shop_m + self.floors * self.floor_m + 0.45


def draw_house(canvas: Canvas, house: House) -> None:
    """Draws all above the shop; `shop.draw_shop` fills the ground floor."""
    if not canvas.sees(house.x - 0.3, 0, house.width + 0.6, house.eaves_m + 4):
        return
    rng = np.random.default_rng(house.seed)
    _roof(canvas, house, rng)
    _wall(canvas, house)
    _cornice(canvas, house)
    frame = rgb(*_FRAMES[house.kind % len(_FRAMES)])
    pitch = house.width / house.bays
    wide, high = 0.5 * pitch, 0.62 * house.floor_m
    for floor in range(house.floors):
        foot = house.shop_m + floor * house.floor_m + 0.62
        for bay in range(house.bays):
            left = house.x + (bay + 0.5) * pitch - wide / 2
            window(canvas, left, foot, wide, high * (1 - 0.08 * floor), frame, rng)
    canvas.gradient(house.x, 0, house.width, house.eaves_m, 0.86, 1.05)
    _drainpipe(canvas, house)


def _wall(canvas: Canvas, house: House) -> None:
    kind, colour, joint = _WALLS[house.kind % len(_WALLS)]
    if kind == "plaster":
        shader = plaster(rgb(*colour), house.seed)
    elif kind == "brick":
        shader = bricks(rgb(*colour), rgb(*joint), house.seed)
    else:
        shader = bricks(
            rgb(*colour), rgb(*joint), house.seed, length_m=0.7, course_m=0.34, joint_m=0.015, variety=0.07
        )
    canvas.rect(house.x, 0, house.width, house.eaves_m, shader)
    quoin = bricks(
        STONE, STONE * 0.6, house.seed + 1, length_m=0.9, course_m=0.3, variety=0.05, joint_m=0.015
    )
    for course in range(int(house.eaves_m / 0.3)):  # corner stones, long and short in turn
        long = 0.42 if course % 2 else 0.26
        canvas.rect(house.x, course * 0.3, long, 0.3, quoin)
        canvas.rect(house.x + house.width - long, course * 0.3, long, 0.3, quoin)


def _roof(canvas: Canvas, house: House, rng: np.random.Generator) -> None:
    top = house.eaves_m
    rise = float(rng.uniform(1.4, 2.2))
    for place in rng.uniform(0.12, 0.82, 2):
        x = house.x + place * house.width
        canvas.rect(x, top, 0.8, rise + 0.9, bricks(rgb(132, 74, 58), rgb(150, 140, 130), house.seed + 9))
        canvas.rect(x - 0.08, top + rise + 0.8, 0.96, 0.14, STONE * 0.8)
        for pot in (0.12, 0.48):
            canvas.rect(x + pot, top + rise + 0.94, 0.2, 0.42, plaster(rgb(168, 96, 70), house.seed))
    slope = tiles(rgb(*_ROOFS[house.kind % len(_ROOFS)]), house.seed + 2)
    canvas.rect(house.x, top, house.width, rise, slope)
    canvas.rect(house.x, top + rise - 0.06, house.width, 0.12, rgb(120, 80, 66))
    dormers = max(1, house.bays // 2)
    for place in (np.arange(dormers) + 0.5) / dormers:
        x = house.x + float(place) * house.width - 0.5
        canvas.rect(x - 0.12, top + 0.15, 1.24, 1.15, plaster(rgb(200, 194, 182), house.seed + 3))
        gable = np.array([(x - 0.3, top + 1.25), (x + 0.5, top + 1.85), (x + 1.3, top + 1.25)])
        canvas.polygon(gable, rgb(100, 70, 62))
        window(canvas, x + 0.1, top + 0.25, 0.8, 0.9, rgb(236, 234, 226), rng, sill=False)


def _cornice(canvas: Canvas, house: House) -> None:
    x, width, top = house.x, house.width, house.eaves_m
    stone = plaster(STONE, house.seed + 4)
    canvas.rect(x, top - 0.42, width, 0.32, stone)
    for tooth in range(int(width / 0.3)):  # dentils
        canvas.rect(x + 0.08 + tooth * 0.3, top - 0.36, 0.14, 0.16, STONE * 0.55)
    canvas.rect(x - 0.08, top - 0.12, width + 0.16, 0.12, stone)
    canvas.rect(x - 0.1, top, width + 0.2, 0.11, rgb(96, 100, 104))  # gutter
    canvas.rect(x - 0.1, top + 0.07, width + 0.2, 0.03, rgb(168, 172, 176))
    corners = [(x, top - 0.42), (x + width, top - 0.42), (x + width, top - 0.8), (x, top - 0.8)]
    canvas.shade(np.array(corners), 0.55, 0.05)
    canvas.rect(x, house.shop_m + 0.1, width, 0.16, stone)  # string course
    canvas.rect(x, house.shop_m + 0.06, width, 0.05, STONE * 0.4)


def window(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    frame: Colour,
    rng: np.random.Generator,
    *,
    sill: bool = True,
) -> None:
    """Draws a sash window in its stone surround: reveal, glass, curtain or blind, bars, lintel, sill and its
    shadow."""
    seed = int(rng.integers(1 << 20))
    if not canvas.sees(x - 0.3, y - 1.0, width + 0.6, height + 1.3):
        return
    stone, frame = plaster(STONE, seed % 512, roughness=0.06, octaves=5), np.asarray(frame, np.float32)
    if sill:
        canvas.rect(x - 0.13, y - 0.02, width + 0.26, height + 0.16, stone)
        canvas.rect(x - 0.2, y + height + 0.12, width + 0.4, 0.12, STONE * 1.1)
        canvas.rect(x - 0.2, y + height + 0.07, width + 0.4, 0.05, STONE * 0.35)
    canvas.rect(x, y, width, height, frame * 0.45)  # the reveal lies in shadow
    canvas.rect(x + 0.04, y, width - 0.06, height - 0.06, frame)
    left, foot, wide, high = x + 0.1, y + 0.07, width - 0.18, height - 0.2
    glass = reflection(rgb(150, 172, 194) * 0.7, rgb(34, 38, 44), seed)
    canvas.rect(left, foot, wide, high, coarsely(glass, 2))
    _dressing(canvas, (left, foot, wide, high), seed)
    for bar in np.linspace(0, 1, 3 if wide < 1.1 else 4)[1:-1]:
        canvas.rect(left + float(bar) * wide - 0.018, foot, 0.036, high, frame)
    for bar in (0.33, 0.66):
        canvas.rect(left, foot + bar * high - 0.018, wide, 0.036, frame)
    canvas.rect(left, foot + 0.5 * high - 0.035, wide, 0.06, frame * 0.92)
    canvas.shade(_corners(left, foot + high - 0.16, wide, 0.16), 0.5, 0.03)
    if sill:
        canvas.rect(x - 0.18, y - 0.1, width + 0.36, 0.1, STONE * 1.15)
        canvas.shade(_corners(x - 0.14, y - 0.24, width + 0.32, 0.14), 0.45, 0.02)
        for side in (x - 0.16, x + width + 0.08):  # rain runs off the sill's ends
            canvas.shade(_corners(side, y - 0.9, 0.08, 0.8), 0.86, 0.03)


def _dressing(canvas: Canvas, box: tuple[float, float, float, float], seed: int) -> None:
    """Draws curtains, a blind or nothing behind the glass."""
    x, y, width, height = box
    rng = np.random.default_rng(seed)
    choice = rng.uniform()
    if choice < 0.45:
        cloth = plaster(rgb(198, 190, 176) * 0.5, seed + 1, roughness=0.25)
        share = float(rng.uniform(0.14, 0.3))
        canvas.rect(x, y, share * width, height, cloth, alpha=0.85)
        canvas.rect(x + (1 - share) * width, y, share * width, height, cloth, alpha=0.85)
    elif choice < 0.7:
        drop = float(rng.uniform(0.2, 0.8)) * height
        slats = bricks(
            rgb(205, 202, 194) * 0.6, rgb(90, 90, 88), seed, length_m=9.0, course_m=0.05, variety=0.03
        )
        canvas.rect(x, y + height - drop, width, drop, slats, alpha=0.9)


def _drainpipe(canvas: Canvas, house: House) -> None:
    x = house.x + house.width - 0.56
    for inset, tone in ((0.0, 0.45), (0.03, 0.9), (0.06, 0.6)):
        canvas.rect(x + inset, 0.0, 0.09 - inset, house.eaves_m, rgb(104, 106, 104) * tone)
    for bracket in np.arange(1.0, house.eaves_m, 1.8):
        canvas.rect(x - 0.03, float(bracket), 0.15, 0.05, rgb(60, 62, 62))


def _corners(x: float, y: float, width: float, height: float) -> Floats:
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def weathering(canvas: Canvas, x: float, width: float, height: float, seed: int) -> None:
    """Stains a whole terrace with soot and damp, so that no two square metres are alike."""

    def stain(xs: Floats, ys: Floats, px_m: float) -> Floats:
        tone = 0.5 + 0.5 * grain(xs, ys, px_m, seed, coarse_m=3.0, octaves=5)
        return np.asarray(np.clip(tone, 0, 1)[..., None] * rgb(96, 86, 74), np.float32)

    canvas.rect(x, 0, width, height, coarsely(stain), alpha=0.2)
