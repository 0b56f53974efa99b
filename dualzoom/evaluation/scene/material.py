"""What surfaces are made of: shaders for walls, roofs and glass, in metres on their layer.

Every shader is a function of the place on the wall, never of the view, and averages what is finer than a pixel:
a course of bricks keeps its joints in the tele and becomes their mean in a coarse wide.
"""

from functools import lru_cache

import cv2
import numpy as np

from dualzoom.evaluation.scene.canvas import Colour, Floats, Shader

_TILE = 256


@lru_cache(maxsize=8)
def _lattice(seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((_TILE, _TILE)).astype(np.float32)


def value_noise(xs: Floats, ys: Floats, spacing_m: float, seed: int, stretch: float = 1.0) -> Floats:
    """Smooth noise of unit variance at its lattice points, `spacing_m` apart (× `stretch` along y): (h, w)."""
    tile = _lattice(seed % 8)
    rng = np.random.default_rng(seed)
    u, v = xs / spacing_m + rng.uniform(0, _TILE), ys / (spacing_m * stretch) + rng.uniform(0, _TILE)
    rows = _mix(tile, v, axis=0)
    return _mix(rows, u, axis=1)


def _mix(values: Floats, at: Floats, axis: int) -> Floats:
    """Smoothly interpolated rows (or columns) of a periodic lattice at fractional positions."""
    cell = np.floor(at)
    t = (at - cell).astype(np.float32)
    t = t * t * (3 - 2 * t)
    first = cell.astype(np.int64) % _TILE
    weight = t[:, None] if axis == 0 else t
    low, high = np.take(values, first, axis), np.take(values, (first + 1) % _TILE, axis)
    return np.asarray(low + weight * (high - low), np.float32)


def grain(
    xs: Floats, ys: Floats, px_m: float, seed: int, *, coarse_m: float = 1.0, octaves: int = 7
) -> Floats:
    """Fractal noise (h, w) about 0, deviation near 0.5; octaves finer than a pixel fade out."""
    total = np.zeros((len(ys), len(xs)), np.float32)
    for octave in range(octaves):
        spacing = coarse_m / 2.2**octave
        weight = 0.75**octave / (1 + (px_m / spacing) ** 2)
        if spacing < 0.5 * px_m:
            break
        total += np.float32(0.55 * weight) * value_noise(xs, ys, spacing, seed + 17 * octave)
    return total


def pulse(at: Floats, period: float, width: float, footprint: Floats | float) -> Floats:
    """Mean over `footprint` of a train of unit pulses [0, width) repeated every `period`."""

    def integral(x: Floats) -> Floats:
        whole = np.floor(x / period)
        return np.asarray(whole * width + np.minimum(x - whole * period, width))

    half = np.maximum(footprint, 1e-6) / 2
    at = np.asarray(at, np.float64)  # differences of long running sums
    return ((integral(at + half) - integral(at - half)) / (2 * half)).astype(np.float32)


def plaster(colour: Colour, seed: int, *, roughness: float = 0.08) -> Shader:
    """Render or paint: even, with fine grain and faint streaks where rain ran down."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        tone = 1 + roughness * grain(xs, ys, px_m, seed, octaves=8)
        tone += 0.6 * roughness * value_noise(xs, ys, 0.25, seed + 5, stretch=12.0)
        return tone[..., None] * np.asarray(colour, np.float32)

    return shade


def bricks(
    colour: Colour,
    mortar: Colour,
    seed: int,
    *,
    length_m: float = 0.25,
    course_m: float = 0.083,
    joint_m: float = 0.012,
    variety: float = 0.16,
    bond: float = 0.5,
) -> Shader:
    """Courses of bricks, blocks or slates: every one its own tone, joints averaged exactly over the pixel."""
    rng = np.random.default_rng(seed)
    count = 128
    tone = np.exp(variety * rng.standard_normal((count, count, 1))).astype(np.float32)
    hue = 1 + 0.35 * variety * rng.standard_normal((count, count, 3)).astype(np.float32)
    faces = tone * hue * np.asarray(colour, np.float32)
    slide = ((np.arange(count) % 2) * bond + rng.normal(0, 0.03, count)) * length_m
    joints = np.asarray(mortar, np.float32)

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        course = np.floor(ys / course_m).astype(np.int64)
        first, last = int(course.min()), int(course.max())
        rows = np.arange(first, last + 1) % count
        along = xs[None, :] - slide[rows, None].astype(np.float32)  # (courses, w)
        columns = np.floor(along / length_m).astype(np.int64) % count
        across = pulse(along, length_m, length_m - joint_m, px_m)
        lit = joints + across[..., None] * (faces[rows[:, None], columns] - joints)
        down = pulse(ys, course_m, course_m - joint_m, px_m)
        light = joints + down[:, None, None] * (lit[course - first] - joints)
        light *= 1 + 0.16 * grain(xs, ys, px_m, seed, coarse_m=0.8, octaves=7)[..., None]
        return np.asarray(light, np.float32)

    return shade


def tiles(colour: Colour, seed: int, *, width_m: float = 0.22, row_m: float = 0.2) -> Shader:
    """Roof tiles: rounded across, each row shading the next."""
    base = bricks(
        colour, np.asarray(colour) * 0.25, seed, length_m=width_m, course_m=row_m, joint_m=0.025, bond=0
    )

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        round_ = 0.16 * np.cos(2 * np.pi * xs / width_m) * np.clip(1.5 - 3 * px_m / width_m, 0, 1)
        step = 0.8 + 0.4 * ((ys / row_m) % 1) * np.clip(1.5 - 3 * px_m / row_m, 0, 1)
        tone = (1 + round_[None, :]) * step[:, None]
        return np.asarray(base(xs, ys, px_m) * tone[..., None], np.float32)

    return shade


def reflection(sky: Colour, dark: Colour, seed: int) -> Shader:
    """Window glass: a soft picture of sky above dark house fronts."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        edge = value_noise(xs, ys, 0.9, seed) + 0.4 * value_noise(xs, ys, 0.3, seed + 3)
        amount = 1 / (1 + np.exp(-5 * edge))
        near, far = np.asarray(sky, np.float32), np.asarray(dark, np.float32)
        return np.asarray(far + amount[..., None] * (near - far), np.float32)

    return shade


@lru_cache(maxsize=256)
def lettering(text: str, weight: int = 600) -> tuple[Floats, float]:
    """A mask of a line of text, cropped to its ink (h, w) 0..1, and its width in cap heights.

    OpenCV's built-in typeface; 96 px to the cap height, enough for a tele at six times the wide.
    """
    cap = 96
    face = cv2.FontFace("sans")
    image = np.zeros((3 * cap, 40 + cap * (len(text) + 2) * 2), np.uint8)
    cv2.putText(image, text, (20, 2 * cap), (255,), face, int(cap * 1.37), weight)
    columns = np.flatnonzero(image.any(0))
    image = image[cap - 10 : 2 * cap + cap // 2, columns[0] : columns[-1] + 1]
    return (image / np.float32(255)).astype(np.float32), image.shape[1] / cap
