"""Sky, far skyline and the ground: what lies behind and before the houses.

The ground is a level plane: its parallax grows from the horizon downwards (`inverse_distance`), so it is drawn
row by row instead of by `Canvas.layer`.
"""

import cv2
import numpy as np

from dualzoom.evaluation.scene.canvas import Canvas, Colour, Floats, View, rgb
from dualzoom.evaluation.scene.facade import window
from dualzoom.evaluation.scene.material import grain, plaster, pulse

_COUNT = 64


def draw_sky(canvas: Canvas, extent_m: float, seed: int) -> None:
    """A gradient with soft clouds; `extent_m`: half the width of the layer."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        rise = np.clip(ys / (1.2 * extent_m), 0, 1)[:, None, None]
        blue = rgb(214, 226, 236) * (1 - rise) + rgb(104, 152, 212) * rise
        cover = grain(xs, ys * 2.2, px_m, seed, coarse_m=0.8 * extent_m, octaves=6)
        cloud = np.clip(1.3 * cover + 0.35, 0, 1)[..., None]
        cloud = cloud * cloud * (3 - 2 * cloud)
        light = rgb(250, 248, 244) * (1 - 0.25 * np.clip(cover, 0, 1)[..., None])
        return np.asarray(blue + 0.85 * cloud * (light - blue), np.float32)

    canvas.rect(-2 * extent_m, -0.5 * extent_m, 4 * extent_m, 3 * extent_m, shade)


def draw_skyline(canvas: Canvas, extent_m: float, seed: int) -> None:
    """Hazy roofs and a church tower far down the street."""
    rng = np.random.default_rng(seed)
    haze = rgb(206, 216, 226)
    for _ in range(26):
        x, width = float(rng.uniform(-1, 1)) * extent_m, float(rng.uniform(0.04, 0.12)) * extent_m
        height = float(rng.uniform(0.14, 0.26)) * extent_m
        wall = 0.55 * haze + 0.45 * rgb(*rng.uniform(110, 190, 3))
        canvas.rect(x, 0, width, height, plaster(wall, int(rng.integers(1000)), roughness=0.05))
        gable = np.array([(-0.05, 0), (0.5, 0.09 * extent_m / width), (1.05, 0)]) * (width, width) + (
            x,
            height,
        )
        canvas.polygon(gable, 0.6 * haze + 0.4 * rgb(150, 96, 80))
        for row in np.arange(0.2, 0.9, 0.16):
            for column in np.arange(0.1, 0.9, 0.2):
                canvas.rect(x + column * width, row * height, 0.09 * width, 0.08 * height, wall * 0.6)
    _tower(canvas, float(rng.uniform(-0.12, 0.12)) * extent_m, 0.05 * extent_m, 0.48 * extent_m, haze)


def _tower(canvas: Canvas, x: float, half: float, height: float, haze: Colour) -> None:
    stone = 0.5 * np.asarray(haze) + 0.5 * rgb(176, 164, 140)
    canvas.rect(x - half, 0, 2 * half, height, plaster(stone, 5, roughness=0.06))
    spire = np.array([(-1.1, 0.0), (0.0, 4.2), (1.1, 0.0)]) * half + (x, height)
    canvas.polygon(spire, 0.5 * np.asarray(haze) + 0.5 * rgb(84, 110, 104))
    angle = np.linspace(0, 2 * np.pi, 33)[:-1]
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    centre = np.array([x, 0.86 * height])
    canvas.polygon(centre + 0.6 * half * ring, rgb(230, 228, 216))
    canvas.polygon(centre + 0.08 * half * ring, rgb(60, 60, 64))
    for hand, length in ((0.9, 0.5), (2.4, 0.36)):
        along, across = np.array([np.cos(hand), np.sin(hand)]), np.array([-np.sin(hand), np.cos(hand)])
        outline = [
            -0.03 * across,
            length * along - 0.02 * across,
            length * along + 0.02 * across,
            0.03 * across,
        ]
        canvas.polygon(centre + half * np.array(outline), rgb(60, 60, 64))
    rng = np.random.default_rng(1)
    for row in (0.25, 0.45, 0.65):
        window(canvas, x - 0.3 * half, row * height, 0.6 * half, 0.11 * height, stone, rng, sill=False)


def inverse_distance(view: View, y: Floats) -> Floats:
    """1/distance of the ground seen at rows `y` of the wide (wide pixels below the horizon)."""
    return np.asarray(np.maximum(y - view.horizon_y, 1e-3) / (view.focal_px * view.eye_m), np.float32)


def draw_ground(canvas: Canvas, index: int, kerbs_m: tuple[float, float], seed: int) -> None:
    """Footpath, kerb, cobbled road, kerb, footpath; `kerbs_m`: distances of the near and the far kerb."""
    view = canvas.view
    rows = np.arange(canvas.plane.shape[0]) / view.density + view.origin[1]
    rise = view.baseline_m[1]  # a higher viewpoint sees the ground lower: undo it to get the wide's row
    y = rows + rise * view.focal_px / view.far_m + rise * view.horizon_y / view.eye_m
    y = (y / (1 + rise / view.eye_m)).astype(np.float32)
    first = int(np.searchsorted(y, view.horizon_y + 0.5))
    if first == len(y):
        return
    z = 1 / inverse_distance(view, y[first:])
    near, far = kerbs_m
    edges = [int(n) for n in np.searchsorted(-z, [-1e9, -far - 0.2, -far, -near - 0.2, -near, 0])]
    kinds = ("slab", "kerb", "sett", "kerb", "slab")
    for kind, start, stop in zip(kinds, edges[:-1], edges[1:], strict=True):
        if start < stop:
            at = slice(first + start, first + stop)
            canvas.light[at] = _paving(canvas, y[at], kind, seed)
    canvas.plane[first:] = index


def _paving(canvas: Canvas, y: Floats, kind: str, seed: int) -> Floats:
    view = canvas.view
    inverse = inverse_distance(view, y)
    z = 1 / inverse  # (rows,)
    columns = np.arange(canvas.plane.shape[1], dtype=np.float32) / view.density + view.origin[0]
    slide = -view.baseline_m[0] * view.focal_px * (inverse - 1 / view.far_m)
    x = (columns - view.centre_x - slide[:, None]) * (z / view.focal_px)[:, None]  # (rows, w) metres
    foot_x = z / (view.focal_px * view.density)
    foot_z = z * z / (view.focal_px * view.eye_m * view.density)
    size_x, size_z, joint, colour, variety = {
        "slab": (0.6, 0.4, 0.012, rgb(176, 170, 160), 0.07),
        "kerb": (0.9, 9.0, 0.015, rgb(190, 186, 178), 0.06),
        "sett": (0.17, 0.13, 0.02, rgb(118, 112, 108), 0.2),
    }[kind]
    rng = np.random.default_rng(seed + len(kind))
    faces = np.exp(variety * rng.standard_normal((_COUNT, _COUNT, 1))) * (
        1 + 0.3 * variety * rng.standard_normal((_COUNT, _COUNT, 3))
    )
    course = np.floor(z / size_z).astype(np.int64)
    along = x - ((course % 2) * (0.5 * size_x))[:, None].astype(np.float32)
    cell = np.floor(along / size_x).astype(np.int64)
    distinct = np.clip(1.6 * size_z / foot_z - 0.4, 0, 1)[:, None, None]  # far stones melt into their mean
    tone = 1 + distinct * (faces[course[:, None] % _COUNT, cell % _COUNT] - 1)
    filled = (
        pulse(along, size_x, size_x - joint, foot_x[:, None])
        * pulse(z, size_z, size_z - joint, foot_z)[:, None]
    )
    tone *= (0.45 + 0.55 * filled)[..., None]
    tone *= _mottle(x, z, foot_z, seed)[..., None]
    return np.asarray(tone * colour, np.float32)


def _mottle(x: Floats, z: Floats, foot_z: Floats, seed: int) -> Floats:
    """Stains and grit on the ground: noise in its own metres (rows, w), about one."""
    tile = np.random.default_rng(seed).standard_normal((256, 256)).astype(np.float32)
    depth = np.broadcast_to(z[:, None], x.shape)
    total = np.ones_like(x)
    for spacing, amount in ((2.3, 0.09), (0.7, 0.07), (0.18, 0.06), (0.05, 0.07), (0.015, 0.07)):
        weight = amount / (1 + (foot_z / spacing) ** 2)
        u, v = np.mod(x / spacing, 256).astype(np.float32), np.mod(depth / spacing, 256).astype(np.float32)
        noise = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        total += weight[:, None] * noise
    return np.asarray(total, np.float32)
