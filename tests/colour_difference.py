"""CIEDE2000, by which tests judge colours.

Pictures are (H, W, 3) RGB, uint8, uint16 or floats in 0..1, both of the same size and type.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.metrics.image_quality import Picture, peak

_WHITE_D65 = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(rgb: Picture) -> NDArray[np.float64]:
    """Returns the CIELAB values (…, 3) of sRGB under D65."""
    encoded = np.asarray(rgb, np.float64) / peak(rgb)
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    ratio = light @ _TO_XYZ.T / _WHITE_D65
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def delta_e_2000(a: Picture, b: Picture) -> NDArray[np.float64]:
    """Returns the colour difference CIEDE2000 of two sRGB pictures, per pixel (…,). About 1 is just noticeable."""
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    return delta_e_2000_lab(lab(a), lab(b))


def delta_e_2000_lab(a: NDArray[np.floating[Any]], b: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Returns CIEDE2000 of CIELAB values (…, 3) (CIE 142-2001; notation of Sharma, Wu & Dalal 2005)."""
    light1, light2 = a[..., 0], b[..., 0]
    chroma_mean = (np.hypot(a[..., 1], a[..., 2]) + np.hypot(b[..., 1], b[..., 2])) / 2
    g = 1 + 0.5 * (1 - np.sqrt(_seventh(chroma_mean)))
    a1, a2 = g * a[..., 1], g * b[..., 1]
    c1, c2 = np.hypot(a1, a[..., 2]), np.hypot(a2, b[..., 2])
    h1, h2 = np.arctan2(a[..., 2], a1) % (2 * np.pi), np.arctan2(b[..., 2], a2) % (2 * np.pi)
    grey = c1 * c2 == 0
    step = h2 - h1
    turn = np.where(grey, 0, step - 2 * np.pi * np.sign(step) * (np.abs(step) > np.pi))  # the short way round
    half = (h1 + h2) / 2
    far = np.abs(h1 - h2) > np.pi  # the mean hue lies on the short way round
    hue = np.where(grey, h1 + h2, np.where(far, half + np.where(half < np.pi, np.pi, -np.pi), half))
    chroma, light = (c1 + c2) / 2, (light1 + light2) / 2
    d_light, d_chroma, d_hue = light2 - light1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(turn / 2)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * _hue_weight(hue)
    spread = np.deg2rad(30) * np.exp(-(((np.rad2deg(hue) - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(_seventh(chroma)) * np.sin(2 * spread)
    p, q, r = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    return np.asarray(np.sqrt(np.maximum(p**2 + q**2 + r**2 + rotation * q * r, 0)), np.float64)


def _seventh(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(chroma**7 / (chroma**7 + 25.0**7))


def _hue_weight(hue: NDArray[np.float64]) -> NDArray[np.float64]:
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return np.asarray(1 + sum(k * np.cos(n * hue + np.deg2rad(shift)) for k, n, shift in terms))
