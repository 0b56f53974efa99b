"""Draws the ground floor: shop fronts with lettering from half a metre down to a few millimetres.

The large signs are readable in the wide, the opening hours and posters only in the tele: the detail a
reference has to bring over.
"""

import numpy as np

from dualzoom.scene.canvas import Canvas
from dualzoom.scene.facade import House
from dualzoom.scene.material import bricks, coarsely, lettering, plaster, reflection
from dualzoom.scene.raster import Colour, rgb

_TRADES = (
    (
        "CORNER BAKERY",
        "bread since 1924",
        ("sourdough 4.20", "rye loaf 3.90", "croissant 1.80", "poppy roll 0.95"),
    ),
    ("OPTICIAN", "lenses & frames", ("eye test daily", "repairs while you wait", "sunglasses", "binoculars")),
    (
        "BOOKS & MAPS",
        "second-hand, bought & sold",
        ("atlases", "first editions", "sheet music", "travel guides"),
    ),
    (
        "CAFE LUMEN",
        "coffee - cakes - soup",
        ("espresso 2.10", "flat white 3.20", "lemon tart 3.60", "day soup 5.40"),
    ),
    ("PHARMACY", "open until 20:00", ("prescriptions", "vaccination", "blood pressure", "baby scales")),
    (
        "CAMERA REPAIR",
        "film developed in a day",
        ("35 mm 6.50", "120 roll 7.80", "4x5 sheet 3.10", "contact prints"),
    ),
    ("FLOWERS", "bouquets to order", ("tulips 5.00", "peonies 7.50", "moss wreath 12.00", "bulbs 0.60")),
    (
        "CLOCKMAKER",
        "watches, clocks, barometers",
        ("battery 6.00", "new strap 14.00", "glass 18.00", "cleaning"),
    ),
)
_PAINTS = ((38, 62, 54), (110, 34, 36), (32, 44, 72), (60, 50, 44), (28, 80, 92), (84, 74, 40))
_GOODS = np.array(
    [
        (196, 60, 50),
        (220, 180, 90),
        (60, 90, 130),
        (90, 120, 80),
        (226, 218, 200),
        (130, 80, 60),
        (70, 60, 74),
    ]
)
_CREAM = rgb(240, 228, 196)


def write(
    canvas: Canvas, text: str, x: float, y: float, cap_m: float, ink: Colour, *, weight: int = 600
) -> float:
    """Writes a line of text with its baseline's left end at (x, y); returns its width in metres."""
    seen = cap_m * canvas.px_per_m
    mask, caps = lettering(text, weight, 96 if seen > 24 else 48 if seen > 8 else 24)
    below = 0.5  # cap heights
    canvas.stamp(mask, x, y - below * cap_m, caps * cap_m, 1.625 * cap_m, ink)
    return caps * cap_m


def centred(
    canvas: Canvas, text: str, x: float, y: float, cap_m: float, ink: Colour, fit: float, *, weight: int = 600
) -> None:
    """Writes a line of text centred on x, smaller where it would be wider than `fit` metres."""
    caps = lettering(text, weight)[1]
    cap_m = min(cap_m, fit / caps)
    write(canvas, text, x - caps * cap_m / 2, y, cap_m, ink, weight=weight)


def draw_shop(canvas: Canvas, house: House) -> None:
    """Draws plinth, fascia with the name, shop window, door with number, and papers in the window."""
    if not canvas.sees(house.x, 0, house.width, house.shop_m):
        return
    rng = np.random.default_rng(house.seed + 77)
    name, line, prices = _TRADES[house.trade % len(_TRADES)]
    paint = rgb(*_PAINTS[house.trade % len(_PAINTS)])
    x, width, head = house.x + 0.45, house.width - 1.1, house.shop_m - 0.25
    timber = plaster(paint, house.seed, roughness=0.12)
    canvas.rect(x, 0, width, head, timber)
    canvas.rect(
        x, 0, width, 0.4, bricks(rgb(120, 116, 110), rgb(80, 78, 74), house.seed, length_m=0.6, course_m=0.2)
    )
    for rail in (0.42, head - 0.72):
        canvas.rect(x, rail, width, 0.05, paint * 1.8)
        canvas.rect(x, rail - 0.05, width, 0.05, paint * 0.4)
    centred(canvas, name, x + width / 2, head - 0.5, 0.36, _CREAM, 0.9 * width, weight=700)
    door = 1.05
    glass = width - door - 0.75
    _show_window(canvas, x + 0.2, 0.5, glass, head - 1.35, (line, prices), house.seed)
    _door(canvas, x + glass + 0.45, 0.04, door, head - 1.25, paint, rng)
    if rng.uniform() < 0.7:
        _awning(
            canvas, x + 0.05, head - 0.78, glass + 0.3, rgb(*_PAINTS[int(rng.integers(len(_PAINTS)))]) * 2.2
        )
    canvas.gradient(x, 0, width, 0.8, 0.7, 1.0)


def _show_window(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    words: tuple[str, tuple[str, ...]],
    seed: int,
) -> None:
    line, prices = words
    rng = np.random.default_rng(seed + 5)
    canvas.rect(x - 0.07, y - 0.07, width + 0.14, height + 0.14, rgb(214, 206, 188))
    canvas.rect(x, y, width, height, reflection(rgb(120, 140, 156) * 0.4, rgb(24, 22, 22), seed))
    shelf = y
    for row in range(3):  # goods on shelves
        shelf = y + row * height / 3.4
        canvas.rect(x, shelf, width, 0.03, rgb(150, 110, 70))
        at = x + 0.08
        while at < x + width - 0.25:
            wide, tall = float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.1, 0.26)) * height / 1.6
            hue = rgb(*(_GOODS[int(rng.integers(len(_GOODS)))] + rng.normal(0, 14, 3))) * 0.5
            canvas.rect(at, shelf + 0.03, wide, tall, hue)
            canvas.rect(at, shelf + 0.03, 0.25 * wide, tall, hue * 1.5)
            canvas.rect(at + 0.1 * wide, shelf + 0.03 + 0.45 * tall, 0.8 * wide, 0.2 * tall, _CREAM * 0.8)
            at += wide + float(rng.uniform(0.01, 0.12))
    canvas.shade(np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)]), 0.75)
    mirrored = coarsely(reflection(rgb(196, 208, 220), rgb(20, 20, 22), seed + 8))
    canvas.rect(x, y, width, height, mirrored, alpha=0.16)
    pane = np.array([(0.1, 0.0), (0.34, 0.0), (0.62, 1.0), (0.38, 1.0)]) * (width, height) + (x, y)
    canvas.polygon(pane, rgb(190, 205, 220), alpha=0.1)
    for bar in np.linspace(0, 1, max(2, round(width / 1.2) + 1))[1:-1]:
        canvas.rect(x + float(bar) * width - 0.03, y, 0.06, height, rgb(214, 206, 188))
    centred(canvas, line, x + width / 2, y + height - 0.62, 0.13, _CREAM, 0.8 * width, weight=500)
    _paper(canvas, x + width - 0.62, y + 0.42 * height, prices, seed)


def _paper(canvas: Canvas, x: float, y: float, lines: tuple[str, ...], seed: int) -> None:
    """Draws a price list with lines of 25 mm letters and a small print of 9 mm."""
    canvas.rect(x, y, 0.52, 0.56, plaster(rgb(244, 240, 226), seed, roughness=0.03))
    for row, text in enumerate(lines):
        write(canvas, text, x + 0.04, y + 0.45 - 0.085 * row, 0.032, rgb(40, 36, 40))
    for row in range(4):
        text = "prices incl. tax, no cards, closed on mondays"
        centred(canvas, text, x + 0.26, y + 0.12 - 0.025 * row, 0.012, rgb(70, 66, 70), 0.45, weight=500)


def _door(
    canvas: Canvas, x: float, y: float, width: float, height: float, paint: Colour, rng: np.random.Generator
) -> None:
    paint = np.asarray(paint, np.float32) * 1.3
    canvas.rect(x - 0.08, y, width + 0.16, height + 0.4, rgb(214, 206, 188))
    canvas.rect(x, y, width, height, plaster(paint, 3, roughness=0.1))
    canvas.rect(x, y + height + 0.04, width, 0.3, reflection(rgb(150, 170, 190) * 0.6, rgb(40, 40, 44), 4))
    canvas.rect(
        x + 0.15,
        y + 0.95,
        width - 0.3,
        height - 1.15,
        reflection(rgb(140, 160, 180) * 0.5, rgb(30, 30, 32), 6),
    )
    canvas.rect(x + 0.15, y + 0.15, width - 0.3, 0.65, paint * 0.6)
    canvas.rect(x + 0.19, y + 0.19, width - 0.38, 0.57, paint * 1.2)
    canvas.rect(x + width - 0.12, y + 0.95, 0.035, 0.22, rgb(214, 180, 90))
    number = str(int(rng.integers(2, 99)))
    centred(canvas, number, x + width / 2, y + height + 0.12, 0.15, rgb(235, 205, 120), width, weight=700)
    centred(canvas, "OPEN", x + width / 2, y + 1.45, 0.09, rgb(240, 236, 225), 0.5)
    centred(canvas, "mon-fri 9-18  sat 10-14", x + width / 2, y + 1.31, 0.03, rgb(240, 236, 225), 0.6)


def _awning(canvas: Canvas, x: float, y: float, width: float, colour: Colour) -> None:
    """Draws striped cloth with a scalloped edge, and its shadow on the window."""
    canvas.shade(
        np.array([(x, y), (x + width, y), (x + width + 0.1, y - 0.75), (x + 0.1, y - 0.75)]), 0.5, 0.03
    )
    stripes = max(5, round(width / 0.24))
    for stripe in range(stripes):
        left = x + stripe * width / stripes
        cloth = np.asarray(colour, np.float32) if stripe % 2 else rgb(236, 230, 214)
        canvas.rect(left, y - 0.3, x + width - left, 0.42, cloth)
        angle = np.linspace(0, np.pi, 9)
        edge = np.stack([np.cos(angle) * 0.5 + 0.5, -0.55 * np.sin(angle)], 1) * (width / stripes) + (
            left,
            y - 0.3,
        )
        canvas.polygon(edge, cloth * 0.9)
    canvas.gradient(x, y - 0.3, width, 0.42, 0.75, 1.1)
