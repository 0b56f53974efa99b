"""Simulates the errors that registration leaves: displacement, other colours, things in front of one lens only.

Displacements are (dx, dy) in HR pixels: the reference shows at x what the scene has at x + displacement(x).
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.training.simulate.camera import Picture, blur

#: float32, as pictures are.
Map: TypeAlias = NDArray[Any]


def smooth_field(side: int, cells: int, channels: int, rng: np.random.Generator) -> Map:
    """Draws a smooth random field of unit spread: side side channels."""
    coarse = rng.standard_normal((cells + 1, cells + 1, channels)).astype(np.float32)
    field = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return field.reshape(side, side, channels)


def blob(side: int, rng: np.random.Generator) -> Map:
    """Draws a random region with a hard edge, 0 or 1: an ellipse, a half plane, a polygon or a thin bar."""
    mask = np.zeros((side, side), np.float32)
    kind = rng.integers(4)
    if kind == 0:
        centre, axes = rng.uniform(0, side, 2), rng.uniform(side / 10, side / 2, 2)
        box = (tuple(map(float, centre)), tuple(map(float, 2 * axes)), float(rng.uniform(0, 180)))
        cv2.ellipse(mask, box, 1.0, -1)
    elif kind == 1:
        y, x = np.mgrid[:side, :side]
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-side / 3, side / 3)
        mask[(x - side / 2) * np.cos(angle) + (y - side / 2) * np.sin(angle) > offset] = 1
    elif kind == 2:
        corners = rng.uniform(0, side, (int(rng.integers(3, 6)), 2)).round().astype(np.int32)
        cv2.fillPoly(mask, [corners], 1.0)
    else:
        ends = rng.uniform(0, side, (2, 2)).round().astype(int)
        cv2.line(mask, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1.0, int(rng.integers(2, 12)))
    return mask


def displacement(side: int, rng: np.random.Generator) -> tuple[Map, Map]:
    """Draws the displacement left by registration (side side 2) and the region where it is grossly wrong (side side).

    Mostly a fraction of a pixel: real pairs, registered, correlate by 0.99 down to structures of 5 px, by 0.95 at
    3 px and by 0.8 below, which smooth errors alone do not explain. Now and then some pixels; in a quarter of the
    cases an object at another depth was registered with its surroundings and lies several pixels off.
    """
    spread = float(np.exp(rng.uniform(np.log(0.02), np.log(0.3))))
    shift = rng.normal(0, 0.08, 2)
    if rng.random() < 0.08:
        spread, shift = rng.uniform(0.5, 2), rng.normal(0, 1, 2)
    field = spread * smooth_field(side, int(rng.integers(2, 7)), 2, rng) + shift.astype(np.float32)
    if rng.random() < 0.8:  # flow errs from structure to structure, down to a few pixels
        fine = float(np.exp(rng.uniform(np.log(0.03), np.log(0.3))))
        cell_px = float(np.exp(rng.uniform(np.log(3), np.log(20))))
        field = field + fine * smooth_field(side, round(side / cell_px), 2, rng)
    wrong = np.zeros((side, side), np.float32)
    if rng.random() < 0.25:
        wrong = blob(side, rng)
        field = field + wrong[..., None] * rng.uniform(-7, 7, 2).astype(np.float32)
    return field.astype(np.float32), wrong


def residue(side: int, rng: np.random.Generator) -> Map:
    """Draws only the fractions of a pixel that good registration leaves (side side 2), smooth and fine ones."""
    spread = float(np.exp(rng.uniform(np.log(0.02), np.log(0.3))))
    field = spread * smooth_field(side, int(rng.integers(2, 7)), 2, rng)
    field = field + rng.normal(0, 0.08, 2).astype(np.float32)
    if rng.random() < 0.8:
        fine = float(np.exp(rng.uniform(np.log(0.03), np.log(0.3))))
        cell_px = float(np.exp(rng.uniform(np.log(3), np.log(20))))
        field = field + fine * smooth_field(side, round(side / cell_px), 2, rng)
    return field.astype(np.float32)


def pose(side: int, rng: np.random.Generator) -> Map:
    """Draws the affine map (2 3) from the HR grid to the tele's pixels: turn, scale and a fraction of a pixel."""
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-2, 2), rng.uniform(0.92, 1.15))
    offset = np.zeros((2, 3))
    offset[:, 2] = rng.uniform(-0.5, 0.5, 2)
    return (turn + offset).astype(np.float32)


def photographed(scene: Picture, placed: Map) -> Picture:
    """Resamples the scene to the tele's own pixels; `placed`: a `pose`."""
    side = scene.shape[0]
    taken = cv2.warpAffine(
        scene, placed, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.clip(taken, 0, 1)


def registered(photo: Picture, placed: Map, field: Map) -> Picture:
    """Warps a photo of a `pose` back to the HR grid, off by `field`; interpolates once, as registration does."""
    side = photo.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32)
    x, y = x + field[..., 0], y + field[..., 1]
    at_x = placed[0, 0] * x + placed[0, 1] * y + placed[0, 2]
    at_y = placed[1, 0] * x + placed[1, 1] * y + placed[1, 2]
    laid = cv2.remap(photo, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.clip(laid, 0, 1)


def recolour(picture: Picture, rng: np.random.Generator) -> Picture:
    """Adds the errors of colour matching: small gain, gamma and offset errors, slowly varying brightness."""
    size = 3.0 if rng.random() < 0.12 else 1.0
    gamma = np.exp(rng.normal(0, 0.03 * size, 3))
    gain = np.exp(rng.normal(0, 0.02 * size) + rng.normal(0, 0.01 * size, 3))
    vary = 1 + 0.015 * size * smooth_field(picture.shape[0], 2, 1, rng)
    out: Picture = np.power(np.clip(picture, 0, 1), gamma) * gain * vary + rng.normal(0, 0.004 * size, 3)
    limited: Picture = np.clip(out, 0, 1).astype(np.float32)
    return limited


def retouch(picture: Picture, rng: np.random.Generator) -> Picture:
    """Changes local contrast, since each phone's tone mapping weights fine detail differently from place to place."""
    low = blur(picture, rng.uniform(1.2, 4))
    weight = np.exp(rng.normal(0, 0.15) + rng.uniform(0, 0.25) * smooth_field(picture.shape[0], 4, 1, rng))
    out: Picture = np.clip(low + weight * (picture - low), 0, 1).astype(np.float32)
    return out


def defocus(picture: Picture, rng: np.random.Generator) -> Picture:
    """Blurs all of the picture or a region of it, as a tele with little depth of field does."""
    soft = blur(picture, rng.uniform(1.2, 4))
    where = blur(blob(picture.shape[0], rng), 2.0)[..., None] if rng.random() < 0.5 else 1.0
    return (picture + where * (soft - picture)).astype(np.float32)
