"""Measures how steep the same edges are in two pictures, by the spectra of their profiles, which noise does not bias.

At places where the *wide* has an edge, both pictures on the 2× grid are sampled across it, averaged a little along
it, and each profile's odd part is decomposed into sines. Multiplied by its frequency such a coefficient is the
edge's height times the contrast that the picture passes at that frequency: a sharp step gives the same at all.

Places and signs come from the wide, and each picture finds its edge's middle in a band below the judged ones. So the
tele's noise and its JPEG blocks have no part in choosing what is measured: summed over edges they average to nothing,
where a power spectrum would take them for detail.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Float: TypeAlias = NDArray[np.float32]

#: Cycles per pixel of the 2× grid. The wide's own limit is 0.25.
FREQUENCIES = (0.12, 0.16, 0.20, 0.24, 0.28, 0.32, 0.36)
#: How far from an edge its profile is followed, and the distance from a tile's border that this takes.
_ACROSS_PX, _ALONG_PX, BORDER_PX = 8.0, 3.0, 12
#: σ of the derivative that finds edges: it passes little above 0.2 cycles per pixel.
_SMOOTH_PX = 1.5
#: Edges of one tile at most; the strongest count. Straight enough (coherence of the structure tensor) and believed.
_MOST, _STRAIGHT, _BELIEVED = 32, 0.7, 0.3
#: Where along its normal a picture's own edge is looked for: registration leaves up to about a pixel.
_SEARCH_PX = np.arange(-2.0, 2.01, 0.5)
#: Profiles that come nearer to black or white than this are cut off there, and a cut has a sharp edge of its own.
_UNCLIPPED = 0.03, 0.97

_U = np.arange(-_ACROSS_PX, _ACROSS_PX + 0.1, 0.5)
_V = np.arange(-_ALONG_PX, _ALONG_PX + 0.1)


def edge_spectra(tele: Float, wide: Float, validity: Float) -> tuple[Float, Float]:
    """Returns coefficients (n, len(FREQUENCIES)) of n edges in the tele and in the wide; n may be 0.

    `tele`, `wide`: luma (h, w) of one place of the 2× grid, 0..1. `validity`: (h, w), 0..1.
    """
    slopes = [_slopes(picture) for picture in (tele, wide)]
    places, normals = _edges(*slopes[1], validity)
    if len(places) == 0:
        nothing = np.zeros((0, len(FREQUENCIES)), np.float32)
        return nothing, nothing
    found, kept = [], np.ones(len(places), np.bool_)
    for picture, slope in zip((tele, wide), slopes, strict=True):
        middle = places + _offsets(slope, places, normals)[:, None] * normals
        profiles = _profiles(picture, middle, normals)
        kept &= (profiles.min(1) > _UNCLIPPED[0]) & (profiles.max(1) < _UNCLIPPED[1])
        found.append(_coefficients(profiles))
    return found[0][kept], found[1][kept]


def _slopes(picture: Float) -> tuple[Float, Float]:
    """Derivatives along x and y (h, w) of the smoothed picture."""
    smooth = cv2.GaussianBlur(picture, (0, 0), _SMOOTH_PX)
    along_x, along_y = (cv2.Sobel(smooth, -1, dx, 1 - dx, scale=1 / 8) for dx in (1, 0))
    return np.asarray(along_x, np.float32), np.asarray(along_y, np.float32)


def _edges(along_x: Float, along_y: Float, validity: Float) -> tuple[Float, Float]:
    """Places (n, 2) as (x, y) and unit normals (n, 2), from dark to bright, of the strongest edges."""
    xx, yy, xy = (
        cv2.GaussianBlur(product, (0, 0), 2.5)
        for product in (along_x * along_x, along_y * along_y, along_x * along_y)
    )
    straight = np.hypot(xx - yy, 2 * xy) / (xx + yy + np.float32(1e-9))
    steepness = np.hypot(along_x, along_y)
    peak = steepness >= cv2.dilate(steepness, np.ones((5, 5), np.uint8))
    wanted = peak & (steepness > 1e-3) & (straight > _STRAIGHT) & (validity > _BELIEVED)
    inner = np.zeros_like(wanted)
    inner[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = True
    y, x = np.nonzero(wanted & inner)
    strongest = np.argsort(-steepness[y, x], kind="stable")[:_MOST]
    y, x = y[strongest], x[strongest]
    angle = 0.5 * np.arctan2(2 * xy[y, x], xx[y, x] - yy[y, x])
    normals = np.column_stack([np.cos(angle), np.sin(angle)])
    uphill = along_x[y, x] * normals[:, 0] + along_y[y, x] * normals[:, 1]
    normals *= np.where(uphill < 0, -1, 1)[:, None]
    return np.column_stack([x, y]).astype(np.float32), normals.astype(np.float32)


def _offsets(slopes: tuple[Float, Float], places: Float, normals: Float) -> Float:
    """How far along its normal each edge is steepest, px (n,)."""
    at = places[:, None] + _SEARCH_PX.astype(np.float32)[None, :, None] * normals[:, None]
    along_x, along_y = (_sample(slope, at, cv2.INTER_LINEAR) for slope in slopes)
    rise = along_x * normals[:, :1] + along_y * normals[:, 1:]
    best = np.clip(rise.argmax(1), 1, len(_SEARCH_PX) - 2)
    left, middle, right = (np.take_along_axis(rise, best[:, None] + step, 1)[:, 0] for step in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, np.float32(-1e-6))
    part = np.clip(0.5 * (left - right) / bend, -1, 1)
    return np.asarray(_SEARCH_PX[best] + part * (_SEARCH_PX[1] - _SEARCH_PX[0]), np.float32)


def _profiles(picture: Float, middles: Float, normals: Float) -> Float:
    """What a picture shows across each edge, (n, len(_U)): means along the edge, the middle ones weigh most."""
    along = np.column_stack([-normals[:, 1], normals[:, 0]])
    at = (
        middles[:, None, None]
        + _U[None, None, :, None] * normals[:, None, None]
        + _V[None, :, None, None] * along[:, None, None]
    )
    samples = _sample(picture, at.reshape(len(middles), -1, 2).astype(np.float32), cv2.INTER_LANCZOS4)
    weights = np.exp(-(_V**2) / 8)
    rows = samples.reshape(-1, len(_V), len(_U))
    return np.asarray(np.einsum("nvu,v->nu", rows, weights / weights.sum()), np.float32)


def _coefficients(profiles: Float) -> Float:
    """Frequency × sine coefficient of each profile: (n, len(FREQUENCIES))."""
    frequency = np.array(FREQUENCIES)[:, None]
    window = np.cos(np.pi * _U / (2 * _ACROSS_PX + 2)) ** 2
    sines = frequency * np.sin(2 * np.pi * frequency * _U) * window
    return np.asarray(profiles @ sines.T, np.float32)


def _sample(picture: Float, at: Float, method: int) -> Float:
    """Values (n, m) of a picture at places (n, m, 2)."""
    x, y = (np.ascontiguousarray(at[..., axis]) for axis in (0, 1))
    return np.asarray(cv2.remap(picture, x, y, method, borderMode=cv2.BORDER_REFLECT_101), np.float32)
