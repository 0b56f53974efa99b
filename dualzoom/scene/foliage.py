"""Draws trees and twigs: branches that fork, and leaves in clusters at their ends.

A leaf is a pointed polygon with a darker half; the shaded leaves inside the crown come first.
"""

import numpy as np
from numpy.typing import NDArray

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.raster import Floats, rgb

_BLADE = np.array([(0, 0), (0.25, 0.22), (0.6, 0.2), (1, 0), (0.6, -0.2), (0.25, -0.22)])
_UPPER = np.array([(0, 0), (0.25, 0.22), (0.6, 0.2), (1, 0), (0.9, -0.01), (0.1, -0.01)])


def draw_tree(canvas: Canvas, x: float, height: float, seed: int) -> None:
    """Draws a street tree `height` metres high with its trunk's foot at (x, 0)."""
    rng = np.random.default_rng(seed)
    wood: list[tuple[Floats, Floats, float]] = []
    tips: list[Floats] = []
    start = np.array([x, 0.0])
    _grow(wood, tips, rng, start, np.pi / 2 + rng.normal(0, 0.04), 0.36 * height, 0.018 * height, 6)
    for low, high, radius in wood:
        _limb(canvas, low, high, radius)
    crown = np.array(tips)
    leaf = 0.038 * height**0.5
    _leaves(canvas, crown, rng, per_tip=60, spread=0.07 * height, length=leaf, blur_m=0.0)


def draw_twigs(canvas: Canvas, x: float, y: float, reach: float, angle: float, seed: int) -> None:
    """Draws a leafy branch that hangs into the frame from (x, y), slightly out of focus."""
    rng = np.random.default_rng(seed)
    wood: list[tuple[Floats, Floats, float]] = []
    tips: list[Floats] = []
    for spread in (-0.5, 0.0, 0.4):
        start = np.array([x, y])
        _grow(wood, tips, rng, start, angle + spread, 0.42 * reach, 0.011 * reach, 4)
    limbs = np.array([_quad(low, high, radius) for low, high, radius in wood], np.float32)
    canvas.flakes(limbs, np.tile(np.array([[74, 58, 46]], np.uint8), (len(limbs), 1)), blur_m=0.004 * reach)
    _leaves(
        canvas, np.array(tips), rng, per_tip=4, spread=0.07 * reach, length=0.12 * reach, blur_m=0.003 * reach
    )


def _grow(
    wood: list[tuple[Floats, Floats, float]],
    tips: list[Floats],
    rng: np.random.Generator,
    start: Floats,
    angle: float,
    length: float,
    radius: float,
    levels: int,
) -> None:
    """Appends a limb and, at its end, two or three thinner ones to `wood` (from, to, radius) and `tips`."""
    stop = start + length * np.array([np.cos(angle), np.sin(angle)])
    wood.append((start, stop, radius))
    if levels <= 3:
        tips.append(stop)
    if levels == 0:
        return
    for fork in np.linspace(-0.55, 0.55, int(rng.integers(2, 4))):
        turn = angle + float(fork) + rng.normal(0, 0.18)
        _grow(wood, tips, rng, stop, turn, length * rng.uniform(0.58, 0.8), radius * 0.66, levels - 1)


def _quad(low: Floats, high: Floats, radius: float) -> Floats:
    along = (high - low) / max(float(np.hypot(*(high - low))), 1e-6)
    side = radius * np.array([-along[1], along[0]])
    return np.array([low + side, high + 0.7 * side, high - 0.7 * side, low - side])


def _limb(canvas: Canvas, low: Floats, high: Floats, radius: float) -> None:
    bark = rgb(104, 90, 76)
    canvas.polygon(_quad(low, high, radius), bark * 0.6)
    offset = np.array([-0.35 * radius, 0.0])  # the sun stands to the left
    canvas.polygon(_quad(low + offset, high + offset, 0.5 * radius), bark * 1.1)


def _leaves(
    canvas: Canvas,
    tips: Floats,
    rng: np.random.Generator,
    *,
    per_tip: int,
    spread: float,
    length: float,
    blur_m: float,
) -> None:
    count = len(tips) * per_tip
    offset = spread * rng.standard_normal((count, 2))
    roots = np.repeat(tips, per_tip, 0) + offset
    centre, extent = tips.mean(0), tips.std(0).mean() + 1e-6
    depth = rng.uniform(0, 1, count)  # 0: deep inside the crown, drawn first and dark
    lit = ((roots - centre) @ np.array([-0.5, 0.8])) / extent + (offset @ np.array([-0.5, 0.8])) / spread
    tone = (0.1 + 0.5 * depth) * np.clip(1 + 0.22 * lit, 0.35, 1.7) * rng.uniform(0.8, 1.2, count)
    order = np.argsort(depth)
    colours = _greens(tone[order], rng)
    shapes = _turned(_BLADE, roots[order], length, rng.uniform(0, 2 * np.pi, count), rng)
    bright = _turned_like(shapes, _UPPER)
    both = np.stack([shapes, bright], 1).reshape(2 * count, -1, 2)
    tints = np.stack([colours, np.clip(colours * 1.18, 0, 255)], 1).reshape(2 * count, 3)
    canvas.flakes(both.astype(np.float32), tints.astype(np.uint8), blur_m=blur_m)


def _greens(tone: Floats, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws sRGB colours of leaves: yellower where the sun shines through, bluer in the shade."""
    light = np.clip(tone, 0, 1.3)[:, None] ** 0.6
    shade, sun = np.array([16, 32, 20]), np.array([150, 172, 74])
    hue = rng.normal(0, 7, (len(tone), 3))
    return np.asarray(np.clip(shade + light * (sun - shade) + hue, 0, 255))


def _turned(blade: Floats, roots: Floats, length: float, angle: Floats, rng: np.random.Generator) -> Floats:
    size = length * rng.uniform(0.7, 1.25, len(roots))
    narrow = rng.uniform(0.5, 1.3, len(roots))  # leaves seen edge-on
    along = np.stack([np.cos(angle), np.sin(angle)], 1) * size[:, None]
    side = np.stack([-np.sin(angle), np.cos(angle)], 1) * (size * narrow)[:, None]
    return roots[:, None] + blade[None, :, :1] * along[:, None] + blade[None, :, 1:] * side[:, None]


def _turned_like(shapes: Floats, other: Floats) -> Floats:
    """Turns another blade as `_BLADE` is turned in `shapes`."""
    root, along = shapes[:, 0], shapes[:, 3] - shapes[:, 0]
    side = (shapes[:, 1] - root - 0.25 * along) / 0.22
    return root[:, None] + other[None, :, :1] * along[:, None] + other[None, :, 1:] * side[:, None]
