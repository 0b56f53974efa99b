"""Draws sky, far skyline and the ground, behind and before the houses.

The ground is a level plane: its parallax grows from the horizon downwards (`inverse_distance`), so
rows are drawn one by one instead of by `Canvas.layer`.
"""

import cv2
import numpy as np

from dualzoom.scene.canvas import Canvas, Projection
from dualzoom.scene.material import coarsely, grain, plaster, pulse
from dualzoom.scene.raster import Floats, rgb

_COUNT = 64


def draw_sky(canvas: Canvas, extent_m: float, seed: int) -> None:
    """Draws a gradient with soft clouds; `extent_m`: half the width of the layer."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        rise = np.clip(ys / (1.2 * extent_m), 0, 1)[:, None, None]
        blue = rgb(214, 226, 236) * (1 - rise) + rgb(104, 152, 212) * rise
        cover = grain(xs, ys * 2.2, px_m, seed, coarse_m=0.8 * extent_m, octaves=6)
        cloud = np.clip(1.3 * cover + 0.35, 0, 1)[..., None]
        cloud = cloud * cloud * (3 - 2 * cloud)
        light = rgb(250, 248, 244) * (1 - 0.25 * np.clip(cover, 0, 1)[..., None])
        return np.asarray(blue + 0.85 * cloud * (light - blue), np.float32)

    canvas.rect(-2 * extent_m, 0, 4 * extent_m, 3 * extent_m, coarsely(shade))


def draw_skyline(canvas: Canvas, centre_m: float, extent_m: float, seed: int) -> None:
    """Draws roofs, trees and a church tower far down the side street, pale with distance."""
    rng = np.random.default_rng(seed)
    for _ in range(34):
        x, width = float(rng.uniform(-1, 1)) * extent_m, float(rng.uniform(0.05, 0.11)) * extent_m
        height = float(rng.uniform(0.1, 0.2)) * extent_m
        wall = _hazy(rgb(*(rng.uniform(100, 190) + rng.uniform(-1, 1, 3) * (26, 14, 26))))
        gable = np.array([(-0.06, 0), (0.5, 0.08 * extent_m / width), (1.06, 0)]) * width + (x, height)
        canvas.polygon(gable, _hazy(rgb(112, 70, 60)))
        canvas.rect(x, 0, width, height, plaster(wall, int(rng.integers(1000)), roughness=0.06, octaves=4))
        for row in np.arange(0.2, 0.9, 0.16):
            for column in np.arange(0.1, 0.9, 0.2):
                canvas.rect(x + column * width, row * height, 0.09 * width, 0.08 * height, wall * 0.45)
    _tower(canvas, centre_m + float(rng.uniform(-0.03, 0.03)) * extent_m, 0.034 * extent_m, 0.36 * extent_m)
    count = 900
    roots = np.stack([rng.uniform(-1, 1, count), np.abs(rng.normal(0, 0.035, count))], 1) * extent_m
    angle = rng.uniform(0, 1, (count, 1)) + np.linspace(0, 2 * np.pi, 8)[:-1]
    radius = rng.uniform(0.004, 0.012, (count, 1)) * extent_m
    clumps = roots[:, None] + np.stack([np.cos(angle), np.sin(angle)], 2) * radius[..., None]
    tint = (
        np.array([96, 118, 92])
        + rng.normal(0, 9, (count, 1))
        - 500 * (0.03 - roots[:, 1:] / extent_m).clip(0)
    )
    canvas.flakes(clumps, np.clip(tint, 0, 255).astype(np.uint8))


def _hazy(colour: Floats) -> Floats:
    return np.asarray(0.72 * colour + 0.28 * rgb(186, 202, 222), np.float32)


def _tower(canvas: Canvas, x: float, half: float, height: float) -> None:
    stone, slate, iron = (_hazy(rgb(*c)) for c in ((168, 152, 124), (70, 92, 90), (44, 44, 48)))
    canvas.rect(x - half, 0, 2 * half, height, plaster(stone, 5, roughness=0.08))
    canvas.polygon(np.array([(-1.1, 0.0), (0.0, 4.2), (1.1, 0.0)]) * half + (x, height), slate)
    angle = np.linspace(0, 2 * np.pi, 33)[:-1]
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    centre = np.array([x, 0.86 * height])
    canvas.polygon(centre + 0.7 * half * ring, rgb(222, 218, 204))
    canvas.polygon(centre + 0.08 * half * ring, iron)
    for hand, length in ((0.9, 0.6), (2.4, 0.42)):
        along, across = np.array([np.cos(hand), np.sin(hand)]), np.array([-np.sin(hand), np.cos(hand)])
        outline = [
            -0.05 * across,
            length * along - 0.03 * across,
            length * along + 0.03 * across,
            0.05 * across,
        ]
        canvas.polygon(centre + half * np.array(outline), iron)
    for row in (0.3, 0.45, 0.6):
        canvas.rect(x - 0.25 * half, row * height, 0.5 * half, 0.1 * height, iron)
        canvas.rect(x + 0.1 * half, row * height, 0.15 * half, 0.1 * height, stone * 0.6)


def inverse_distance(projection: Projection, y: Floats) -> Floats:
    """Returns 1/distance (1/m) of the ground at rows `y` of the wide (wide pixels below the horizon)."""
    return np.asarray(
        np.maximum(y - projection.horizon_y, 1e-3) / (projection.focal_px * projection.eye_m), np.float32
    )


def draw_ground(canvas: Canvas, index: int, kerbs_m: tuple[float, float], seed: int) -> None:
    """Draws footpath, kerb, cobbled road, kerb, footpath; `kerbs_m`: distances of the near and the far kerb."""
    projection = canvas.projection
    rows = np.arange(canvas.plane.shape[0]) / projection.density + projection.origin[1]
    rise = projection.baseline_m[1]  # a higher viewpoint sees the ground lower: undo it to get the wide's row
    y = rows + rise * projection.focal_px / projection.far_m + rise * projection.horizon_y / projection.eye_m
    y = (y / (1 + rise / projection.eye_m)).astype(np.float32)
    first = int(np.searchsorted(y, projection.horizon_y + 0.5))
    if first == len(y):
        return
    z = 1 / inverse_distance(projection, y[first:])
    near, far = kerbs_m
    edges = [int(n) for n in np.searchsorted(-z, [-1e9, -far - 0.2, -far, -near - 0.2, -near, 0])]
    kinds = ("slab", "kerb", "sett", "kerb", "slab")
    for kind, start, stop in zip(kinds, edges[:-1], edges[1:], strict=True):
        if start < stop:
            at = slice(first + start, first + stop)
            canvas.light[at] = _paving(canvas, y[at], kind, seed)
    canvas.plane[first:] = index


def shade_ground(canvas: Canvas, index: int, outline: Floats, soft_m: float) -> None:
    """Shades a part of the ground; `outline` (n, 2): metres right of the axis, and distance."""
    projection = canvas.projection
    x, z = outline[:, 0], outline[:, 1]
    dx, dy = projection.shift(1 / z)
    column = projection.centre_x + dx + projection.focal_px * x / z - projection.origin[0]
    row = projection.horizon_y + dy + projection.focal_px * projection.eye_m / z - projection.origin[1]
    canvas.index = index
    soft = soft_m * projection.density * projection.focal_px / float(z.mean())
    canvas.shade_px(np.stack([column, row], 1) * projection.density, rgb(168, 176, 196), soft)


def cast_on_ground(
    canvas: Canvas, index: int, x: float, distance_m: float, width: float, length: float
) -> None:
    """Draws the long shadow of an upright thing at (x, distance): the sun stands in front, low on the left."""
    along = np.array([0.62, 0.78]) * length
    side = np.array([0.5 * width, 0.0])
    foot = np.array([x, distance_m])
    shade_ground(
        canvas, index, np.array([foot - side, foot + side, foot + along + side, foot + along - side]), 0.02
    )


def _paving(canvas: Canvas, y: Floats, kind: str, seed: int) -> Floats:
    projection = canvas.projection
    inverse = inverse_distance(projection, y)
    z = 1 / inverse  # (rows,)
    columns = np.arange(canvas.plane.shape[1], dtype=np.float32) / projection.density + projection.origin[0]
    slide = -projection.baseline_m[0] * projection.focal_px * (inverse - 1 / projection.far_m)
    x = (columns - projection.centre_x - slide[:, None]) * (z / projection.focal_px)[
        :, None
    ]  # (rows, w) metres
    foot_x = z / (projection.focal_px * projection.density)
    foot_z = z * z / (projection.focal_px * projection.eye_m * projection.density)
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
    """Returns stains and grit on the ground: noise in its own metres (rows, w), about one."""
    tile = np.random.default_rng(seed).standard_normal((256, 256)).astype(np.float32)
    depth = np.broadcast_to(z[:, None], x.shape)
    total = np.ones_like(x)
    for spacing, amount in ((2.3, 0.09), (0.7, 0.07), (0.18, 0.06), (0.05, 0.07), (0.015, 0.07)):
        weight = (amount / (1 + (foot_z / spacing) ** 2)).astype(np.float32)
        if float(weight.max()) > 0.008:
            u, v = (np.clip(n * (1 / spacing), -3e4, 3e4).astype(np.float32) for n in (x, depth))
            noise = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
            total += weight[:, None] * noise
    return total
