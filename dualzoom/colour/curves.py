"""Tone curves that can only rise, and the light behind encoded values.

A curve C on 0..1 starts at C(0) = 0 and has the slope C'(x) = exp(Σ_k c_k φ_k(x)), with φ_k the hat functions
on `KNOTS`: whatever the coefficients, it rises; with all of them zero it is the identity; between thin data
it is as smooth as its coefficients are alike. Beyond 0..1 it goes on straight. Knots are denser in the
shadows, where gammas differ most.

`decode` turns encoded values into light, `encode` back: sRGB's curve, which Display P3 shares. Other cameras'
curves are the fitted curves' business. All arrays float64.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

KNOTS: Array = np.array([0.0, 0.03, 0.08, 0.18, 0.32, 0.5, 0.68, 0.84, 1.0])

_STEPS = 1024
_GRID: Array = np.linspace(0.0, 1.0, _STEPS + 1)
#: Hat functions on the grid: (grid, knots).
_HATS: Array = np.stack([np.interp(_GRID, KNOTS, row) for row in np.eye(KNOTS.size)], axis=1)


class Curve:
    """One rising curve, tabulated once.

    `coefficients`: (K,) log slopes at the knots.
    """

    def __init__(self, coefficients: Array) -> None:
        self._slope: Array = np.exp(_HATS @ coefficients)
        self._value = _integral(self._slope)

    def __call__(self, x: Array) -> Array:
        """C(x), any shape."""
        inside = np.interp(x, _GRID, self._value)
        return np.asarray(
            inside + np.minimum(x, 0.0) * self._slope[0] + np.maximum(x - 1.0, 0.0) * self._slope[-1]
        )

    def slope(self, x: Array) -> Array:
        """C'(x), any shape; positive."""
        return np.asarray(np.interp(x, _GRID, self._slope))

    def by_coefficients(self, x: Array) -> Array:
        """∂C(x)/∂c, shape (N, K) for x (N,)."""
        table = _integral(self._slope[:, None] * _HATS)
        place = np.clip(x, 0.0, 1.0) * _STEPS
        low = np.minimum(place.astype(np.intp), _STEPS - 1)
        part = (place - low)[:, None]
        inside = table[low] * (1.0 - part) + table[low + 1] * part
        below, above = np.minimum(x, 0.0) * self._slope[0], np.maximum(x - 1.0, 0.0) * self._slope[-1]
        return np.asarray(inside + below[:, None] * _HATS[0] + above[:, None] * _HATS[-1])


def _integral(slope: Array) -> Array:
    """∫₀ˣ slope by the trapezoid rule on the grid, along the first axis."""
    areas = (slope[1:] + slope[:-1]) * (0.5 / _STEPS)
    return np.concatenate([np.zeros_like(areas[:1]), np.cumsum(areas, axis=0)])


def decode(encoded: Array) -> Array:
    """Encoded value to light; straight below black."""
    return np.where(
        encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    )


def decode_slope(encoded: Array) -> Array:
    """d light / d encoded."""
    above = (2.4 / 1.055) * ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 1.4
    return np.where(encoded <= 0.04045, 1.0 / 12.92, above)


def encode(light: Array) -> Array:
    """Light to encoded value; straight below black."""
    above = 1.055 * np.maximum(light, 0.0031308) ** (1.0 / 2.4) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, above)


def encode_slope(light: Array) -> Array:
    """d encoded / d light."""
    above = (1.055 / 2.4) * np.maximum(light, 0.0031308) ** (1.0 / 2.4 - 1.0)
    return np.where(light <= 0.0031308, 12.92, above)
