"""Shades walls, roofs and glass, in metres on their layer.

Every shader is a function of the place on the wall, never of the view, and averages what is finer than a
pixel: a course of bricks keeps its joints in the tele and becomes their mean in a coarse wide.
"""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.scene.canvas import Shader
from dualzoom.scene.raster import Colour, Floats

_TILE = 256


@lru_cache(maxsize=8)
def _lattice(seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((_TILE, _TILE)).astype(np.float32)


def value_noise(xs: Floats, ys: Floats, spacing_m: float, seed: int, stretch: float = 1.0) -> Floats:
    """Returns smooth noise of unit variance at its lattice points, `spacing_m` apart (× `stretch` along y): (h,
    w)."""
    tile = _lattice(seed % 8)
    across = xs / spacing_m + (seed * 0.618034 % 1) * _TILE
    down = ys / (spacing_m * stretch) + (seed * 0.754878 % 1) * _TILE
    if len(xs) * len(ys) < len(ys) * _TILE:  # a narrow patch: interpolate along x first
        return _mix(_mix(tile, across, axis=1), down, axis=0)
    return _mix(_mix(tile, down, axis=0), across, axis=1)


def coarsely(shader: Shader, factor: int = 4) -> Shader:
    """Computes a soft shader on every `factor`-th pixel only, and interpolates."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        width, height = -(-len(xs) // factor), -(-len(ys) // factor)
        step_x, step_y = (float(n[1] - n[0]) if len(n) > 1 else 0.0 for n in (xs, ys))
        middle = (factor - 1) / 2
        x = (xs[0] + (np.arange(width) * factor + middle) * step_x).astype(np.float32)
        y = (ys[0] + (np.arange(height) * factor + middle) * step_y).astype(np.float32)
        full = cv2.resize(shader(x, y, px_m * factor), (width * factor, height * factor))
        return np.asarray(full[: len(ys), : len(xs)])

    return shade


def _mix(values: Floats, at: Floats, axis: int) -> Floats:
    """Interpolates rows (or columns) of a periodic lattice smoothly at fractional positions."""
    cell = np.floor(at)
    t = (at - cell).astype(np.float32)
    t = t * t * (3 - 2 * t)
    first = cell.astype(np.int64) % _TILE
    weight = t[:, None] if axis == 0 else t
    second = (first + 1) % _TILE
    low, high = (values[first], values[second]) if axis == 0 else (values[:, first], values[:, second])
    return np.asarray(low + weight * (high - low), np.float32)


def grain(
    xs: Floats, ys: Floats, px_m: float, seed: int, *, coarse_m: float = 1.0, octaves: int = 7
) -> Floats:
    """Returns fractal noise (h, w) about 0, deviation near 0.5; octaves finer than a pixel fade out."""
    spacings = [(octave, coarse_m / 2.2**octave) for octave in range(octaves)]
    visible = [(octave, spacing) for octave, spacing in spacings if spacing >= 0.6 * px_m]

    def total(chosen: list[tuple[int, float]]) -> Shader:
        def add(xs: Floats, ys: Floats, _: float) -> Floats:
            out = np.zeros((len(ys), len(xs)), np.float32)
            for octave, spacing in chosen:
                weight = 0.55 * 0.8**octave / (1 + (px_m / spacing) ** 2)
                out += np.float32(weight) * value_noise(xs, ys, spacing, seed + 17 * octave)
            return out

        return add

    broad = [item for item in visible if item[1] > 16 * px_m and len(xs) * len(ys) > 4096]
    fine = total([item for item in visible if item not in broad])(xs, ys, px_m)
    return fine + coarsely(total(broad))(xs, ys, px_m) if broad else fine


def pulse(at: Floats, period: float, width: float, footprint: Floats | float) -> Floats:
    """Averages over `footprint` a train of unit pulses [0, width) repeated every `period`."""

    def integral(x: Floats) -> Floats:
        whole = np.floor(x / period)
        return np.asarray(whole * width + np.minimum(x - whole * period, width))

    half = np.maximum(footprint, 1e-6) / 2
    at = np.asarray(at, np.float64)  # differences of long running sums
    return ((integral(at + half) - integral(at - half)) / (2 * half)).astype(np.float32)


def plaster(colour: Colour, seed: int, *, roughness: float = 0.08, octaves: int = 8) -> Shader:
    """Render or paint: even, with fine grain and faint streaks where rain ran down."""

    def shade(xs: Floats, ys: Floats, px_m: float) -> Floats:
        tone = 1 + roughness * grain(xs, ys, px_m, seed, octaves=octaves)
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
    count = 61  # repeats after 15 m of brickwork, at a different offset in every course
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


@lru_cache(maxsize=512)
def lettering(text: str, weight: int = 600, cap: int = 96) -> tuple[Floats, float]:
    """Returns a mask of a line of text, cropped to its ink (h, w) 0..1, and its width in cap heights.

    OpenCV's built-in typeface, `cap` px to the cap height. The mask reaches half a cap height below the
    baseline.
    """
    size = 96  # always drawn large: the width must not depend on the canvas
    face = cv2.FontFace("sans")
    image: NDArray[Any] = np.zeros((3 * size, 40 + size * (len(text) + 2) * 2), np.uint8)
    cv2.putText(image, text, (20, 2 * size), (255,), face, int(size * 1.37), weight)
    columns = np.flatnonzero(image.any(0))
    image = image[size - 12 : 2 * size + size // 2, columns[0] : columns[-1] + 1]
    caps = image.shape[1] / size
    if cap < size:
        small = (max(1, round(image.shape[1] * cap / size)), round(image.shape[0] * cap / size))
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return (image / np.float32(255)).astype(np.float32), caps
