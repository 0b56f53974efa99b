"""Corrections of a DNG that move pixels: distortion and colour fringes of a lens, WarpRectilinear and WarpFisheye.

Convention: every pixel of the corrected picture fetches its value at a place of the stored one, by Lanczos' kernel of
eight pixels (OpenCV's cubic one bends even a ramp). Distances count from the optical centre; 1 is the farthest corner.
Each channel may have a polynomial of its own.

Source: DNG specification 1.7, chapter 7.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.dng_opcodes import DamagedError, Opcode, Reader

Frame: TypeAlias = NDArray[np.uint16]
Floats: TypeAlias = NDArray[np.float64]
Shift: TypeAlias = Callable[[Floats, Floats, tuple[float, ...]], tuple[Floats, Floats]]
_RECTILINEAR = 1
_MAX_PLANES = 4
_BLOCK_ROWS = 256


def warped(pixels: Frame, opcode: Opcode) -> Frame:
    """Return (H, W, C) uint16 as it looks without the lens's distortion; places outside repeat the edge.

    Raises:
        DamagedError: the parameters are damaged.
    """
    import cv2

    reader = Reader(opcode.data)
    planes = reader.take("I")[0]
    if not 1 <= planes <= _MAX_PLANES:
        raise DamagedError
    count = 6 if opcode.number == _RECTILINEAR else 4
    factors = [reader.take(f"{count}d") for _ in range(planes)]
    centre = reader.take("2d")
    if not all(math.isfinite(value) for row in (*factors, centre) for value in row):
        raise DamagedError
    if not all(0 <= part <= 1 for part in centre):
        raise DamagedError
    shift = _rectilinear if opcode.number == _RECTILINEAR else _fisheye
    out = np.empty_like(pixels)
    alike = planes == 1
    sources = [pixels] if alike else [np.ascontiguousarray(pixels[:, :, c]) for c in range(pixels.shape[2])]
    for y in range(0, len(pixels), _BLOCK_ROWS):
        rows = min(_BLOCK_ROWS, len(pixels) - y)
        for channel, source in enumerate(sources):
            places = _places(pixels.shape, y, rows, centre, shift, factors[min(channel, planes - 1)])
            part = cv2.remap(source, *places, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
            if alike:
                out[y : y + rows] = part.reshape(rows, *pixels.shape[1:])
            else:
                out[y : y + rows, :, channel] = part
    return out


def _places(
    shape: tuple[int, ...],
    first: int,
    rows: int,
    centre: tuple[float, float],
    shift: Shift,
    factors: tuple[float, ...],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where the pixels of some rows are fetched: x and y, each (rows, W) float32."""
    height, width = shape[:2]
    x0, y0 = centre[0] * (width - 1), centre[1] * (height - 1)
    farthest = max(math.hypot(max(x0, width - 1 - x0), max(y0, height - 1 - y0)), 0.5)
    x = np.broadcast_to((np.arange(width) - x0) / farthest, (rows, width))
    y = np.broadcast_to(((np.arange(first, first + rows) - y0) / farthest)[:, None], (rows, width))
    new_x, new_y = shift(x, y, factors)
    limit = 2.0 * max(height, width)  # far outside is the edge, too; OpenCV's coordinates have an end
    return (
        np.clip(x0 + farthest * new_x, -limit, limit).astype(np.float32),
        np.clip(y0 + farthest * new_y, -limit, limit).astype(np.float32),
    )


def _rectilinear(x: Floats, y: Floats, factors: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Four radial factors and two tangential ones."""
    k0, k1, k2, k3, t0, t1 = factors
    squared = x * x + y * y
    radial = k0 + squared * (k1 + squared * (k2 + squared * k3))
    both = 2 * x * y
    new_x = radial * x + t0 * both + t1 * (squared + 2 * x * x)
    new_y = radial * y + t1 * both + t0 * (squared + 2 * y * y)
    return new_x, new_y


def _fisheye(x: Floats, y: Floats, factors: tuple[float, ...]) -> tuple[Floats, Floats]:
    """A polynomial of the angle from the optical axis."""
    k0, k1, k2, k3 = factors
    radius = np.hypot(x, y)
    angle = np.arctan(radius)
    squared = angle * angle
    bent = angle * (k0 + squared * (k1 + squared * (k2 + squared * k3)))
    ratio = np.divide(bent, radius, out=np.full_like(radius, k0), where=radius > 0)
    return ratio * x, ratio * y
