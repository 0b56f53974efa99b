"""Draws things on the pavement: lamp post, street sign, railing, bollards, planters."""

from collections.abc import Sequence

import numpy as np

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.material import plaster
from dualzoom.scene.raster import Colour, Floats, rgb
from dualzoom.scene.shop import centred

_IRON = rgb(52, 58, 60)
#: Light across an upright tube lit from the left: (share of its width, factor).
_TUBE = ((0.12, 0.7), (0.16, 1.6), (0.12, 2.4), (0.2, 1.3), (0.22, 0.8), (0.18, 0.5))


def _moved(corners: Sequence[tuple[float, float]], x: float, y: float) -> Floats:
    return np.add(corners, (x, y))


def tube(canvas: Canvas, x: float, y: float, width: float, height: float, colour: Colour = _IRON) -> None:
    """Draws an upright tube with its left edge at x."""
    left = x
    for share, factor in _TUBE:  # each strip reaches to the far edge: no seams between strips
        canvas.rect(left, y, x + width - left, height, np.asarray(colour) * factor)
        left += share * width


def bar(canvas: Canvas, x: float, y: float, width: float, height: float, colour: Colour = _IRON) -> None:
    """Draws a level bar, lit from above."""
    for foot, factor in ((0.0, 0.5), (0.35, 1.0), (0.7, 2.2)):
        canvas.rect(x, y + foot * height, width, (1 - foot) * height, np.asarray(colour) * factor)


def draw_lamp_post(canvas: Canvas, x: float, seed: int) -> None:
    """Draws a cast-iron lamp post 4.2 m high with a lantern and a name plate."""
    for foot, width, height in ((0.0, 0.34, 0.12), (0.12, 0.26, 0.3), (0.42, 0.2, 0.35), (0.77, 0.11, 2.5)):
        tube(canvas, x - width / 2, foot, width, height)
    for ring in (0.42, 0.77, 1.3, 2.6, 3.2):
        tube(canvas, x - 0.1, ring, 0.2, 0.06)
    bar(canvas, x - 0.36, 3.0, 0.72, 0.04)
    base = 3.27
    glass = _moved([(-0.14, 0.0), (0.14, 0.0), (0.24, 0.5), (-0.24, 0.5)], x, base)
    canvas.polygon(glass, rgb(226, 224, 206))
    canvas.polygon(glass * (0.5, 1) + (0.5 * x - 0.07, 0), rgb(248, 246, 232))
    for side in (-1, 0, 1):
        low, high = 0.14 * side, 0.24 * side
        edge = [(low - 0.012, 0.0), (low + 0.012, 0.0), (high + 0.012, 0.5), (high - 0.012, 0.5)]
        canvas.polygon(_moved(edge, x, base), _IRON)
    canvas.polygon(_moved([(-0.3, 0.5), (0.3, 0.5), (0.1, 0.72), (-0.1, 0.72)], x, base), _IRON * 1.4)
    canvas.polygon(_moved([(-0.1, 0.72), (0.1, 0.72), (0.0, 0.95)], x, base), _IRON * 0.8)
    plates = ("MARKET STREET", "HARBOUR LANE", "MUSEUM QUARTER", "STATION ROAD")
    draw_plate(canvas, x + 0.08, 2.28, plates[seed % len(plates)])


def draw_plate(canvas: Canvas, x: float, y: float, text: str) -> None:
    """Draws an enamel street sign."""
    canvas.rect(x - 0.02, y - 0.02, 1.04, 0.26, rgb(232, 232, 228))
    canvas.rect(x, y, 1.0, 0.22, plaster(rgb(34, 62, 120), 1, roughness=0.05))
    centred(canvas, text, x + 0.5, y + 0.08, 0.09, rgb(244, 244, 240), 0.9, weight=600)
    centred(canvas, "district 4 - please keep clear", x + 0.5, y + 0.025, 0.018, rgb(220, 224, 236), 0.9)


def draw_railing(canvas: Canvas, x: float, width: float) -> None:
    """Draws bars 16 mm thick every 11 cm between posts, 0.95 m high."""
    for place in np.arange(x + 0.055, x + width, 0.11):
        tube(canvas, float(place), 0.1, 0.018, 0.82)
        spike = [(-0.016, 0.0), (0.016, 0.0), (0.0, 0.07)]
        canvas.polygon(_moved(spike, float(place) + 0.009, 0.95), _IRON)
    for level in (0.1, 0.78, 0.9):
        bar(canvas, x, level, width, 0.04)
    for post in np.arange(x, x + width + 0.01, 1.32):
        tube(canvas, float(post) - 0.03, 0.0, 0.06, 1.05)


def draw_planter(canvas: Canvas, x: float, seed: int) -> None:
    """Draws a wooden box of flowers."""
    rng = np.random.default_rng(seed)
    for board in range(4):
        canvas.rect(x, 0.05 + 0.11 * board, 1.1, 0.1, plaster(rgb(128, 92, 62), seed + board, roughness=0.2))
    canvas.gradient(x, 0.0, 1.1, 0.5, 0.5, 1.0)
    count = 420
    roots = np.stack([rng.uniform(x, x + 1.1, count), 0.48 + np.abs(rng.normal(0, 0.14, count))], 1)
    angle = rng.uniform(0, 2 * np.pi, (count, 1)) + np.linspace(0, 2 * np.pi, 7)[:-1]
    radius = rng.uniform(0.012, 0.035, (count, 1))
    petals = roots[:, None] + np.stack([np.cos(angle), np.sin(angle)], 2) * radius[..., None]
    kinds = np.array(
        [(60, 96, 44), (44, 76, 38), (90, 124, 60), (206, 60, 70), (236, 200, 90), (226, 220, 230)]
    )
    tint = kinds[rng.choice(6, count, p=(0.3, 0.25, 0.2, 0.1, 0.08, 0.07))] + rng.normal(0, 8, (count, 3))
    canvas.flakes(petals.astype(np.float32), np.clip(tint, 0, 255).astype(np.uint8))


def draw_bollard(canvas: Canvas, x: float) -> None:
    """Draws a cast-iron bollard."""
    tube(canvas, x - 0.09, 0.0, 0.18, 0.1)
    tube(canvas, x - 0.06, 0.1, 0.12, 0.75)
    tube(canvas, x - 0.08, 0.7, 0.16, 0.06)
    tube(canvas, x - 0.05, 0.85, 0.1, 0.08)
