"""Reads what a matrix profile means: three primaries, a white point and one curve.

JPEG XL names colours by these numbers instead of carrying the profile. Law: `of(matrix_profile(numbers))` finds the
numbers again, to the precision of a profile (1/65536).

Source: ICC.1:2022, sections 8.3.3 (matrix profiles), 10.6 (curves), 10.18 (parametric curves), annex E (chad).
"""

import struct
from dataclasses import dataclass

import numpy as np

from dualzoom.capture import colour_tag
from dualzoom.capture.colour_tag import Floats

_D65 = (0.3127, 0.3290)
_MATRIX, _CURVES = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
_TABLES = (b"A2B0", b"D2B0")
_SAMPLES = np.linspace(0.0, 1.0, 257)
_CURVE_TOLERANCE, _XY_TOLERANCE = 4e-3, 2e-3  # old profiles have rounded tables; what no eye tells apart


@dataclass(frozen=True, kw_only=True)
class ProfileColours:
    """Chromaticities (x, y) of red, green, blue and of white; the exponent to light, None for the sRGB curve.

    `known`: the primaries' number in H.273, where they and a white of D65 are one of those.
    """

    primaries: tuple[float, ...]
    white: tuple[float, ...] = _D65
    gamma: float | None = None
    known: int | None = None

    def light(self, stored: Floats) -> Floats:
        """Return the light, 0..1, of stored values 0..1."""
        if self.gamma is not None:
            return np.asarray(stored**self.gamma)
        return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)

    def to_srgb(self) -> Floats:
        """Return the matrix from these linear colours to linear sRGB, 3 × 3, white to white."""
        srgb = colour_tag.to_xyz(colour_tag.PRIMARIES[colour_tag.SRGB], _D65)
        own = colour_tag.to_xyz(self.primaries, self.white)
        change = np.linalg.inv(colour_tag.adaptation(colour_tag.xyz(*_D65))) @ colour_tag.adaptation(
            colour_tag.xyz(*self.white)
        )
        return np.asarray(np.linalg.inv(srgb) @ change @ own)


SRGB = ProfileColours(primaries=colour_tag.PRIMARIES[colour_tag.SRGB], known=colour_tag.SRGB)


def of(icc: bytes | None) -> ProfileColours:
    """Return the colours of a profile; None means sRGB.

    Raises:
        ValueError: the profile is damaged, or not made of a matrix and one curve for all three colours.
    """
    if icc is None:
        return SRGB
    found = {tag: colour_tag.element(icc, tag) for tag in (*_MATRIX, *_CURVES, *_TABLES, b"chad", b"wtpt")}
    columns, curves = [found[tag] for tag in _MATRIX], {found[tag] for tag in _CURVES}
    if any(found[tag] for tag in _TABLES) or None in columns or None in curves:
        raise ValueError("its colour profile is a table, not a matrix and curves")
    shapes = [_values(curve) for curve in curves if curve is not None]
    gamma = _gamma(shapes[0])
    if any(np.abs(shape - shapes[0]).max() > _CURVE_TOLERANCE for shape in shapes):
        raise ValueError("its colour profile has another curve for each colour")
    turned = np.linalg.inv(_adaptation(found[b"chad"], found[b"wtpt"]))
    matrix = np.stack([turned @ _numbers(column or b"")[:3] for column in columns], 1)
    white = matrix.sum(1)
    places = tuple(float(value) for column in matrix.T for value in column[:2] / column.sum())
    at = tuple(float(value) for value in white[:2] / white.sum())
    if not np.isfinite([*places, *at]).all() or any(abs(value) > 2 for value in places):
        raise ValueError("its colour profile is damaged")
    for number, primaries in colour_tag.PRIMARIES.items():
        if np.abs(np.subtract((*places, *at), (*primaries, *_D65))).max() < _XY_TOLERANCE:
            return ProfileColours(primaries=primaries, gamma=gamma, known=number)
    return ProfileColours(primaries=places, white=at, gamma=gamma)


def _adaptation(chad: bytes | None, white: bytes | None) -> Floats:
    """Return the matrix that brought the profile's colours to D50; old profiles only give their white."""
    if chad is not None and len(chad) >= 44:
        return _numbers(chad).reshape(3, 3)
    if white is None or len(white) < 20:
        return np.eye(3)
    return colour_tag.adaptation(_numbers(white)[:3])


def _numbers(element: bytes) -> Floats:
    """Return the fixed-point numbers behind an element's head."""
    count = (len(element) - 8) // 4
    if count < 3:
        raise ValueError("its colour profile is damaged")
    return np.array(struct.unpack_from(f">{min(count, 9)}i", element, 8)) / 65536


def _values(curve: bytes) -> Floats:
    """Evaluate a curve at `_SAMPLES`."""
    if curve[:4] == b"curv":
        (count,) = struct.unpack_from(">I", curve, 8)
        if not 0 <= count <= (len(curve) - 12) // 2:
            raise ValueError("its colour profile is damaged")
        points = np.frombuffer(curve, ">u2", count, 12).astype(float)
        if count == 0:
            return _SAMPLES
        if count == 1:
            return np.asarray(_SAMPLES ** (points[0] / 256))
        return np.interp(_SAMPLES, np.linspace(0, 1, count), points / 65535)
    if curve[:4] != b"para":
        raise ValueError("its colour profile has curves of an unknown kind")
    (kind,) = struct.unpack_from(">H", curve, 8)
    if kind > 4:
        raise ValueError("its colour profile is damaged")
    g, a, b, c, d, e, f = _parameters(
        kind, np.array(struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", curve, 12)) / 65536
    )
    return np.where(d <= _SAMPLES, np.maximum(a * _SAMPLES + b, 0) ** g + e, c * _SAMPLES + f)


def _parameters(kind: int, n: Floats) -> tuple[float, ...]:
    """Return g, a, b, c, d, e, f of the general curve: (a·x + b)^g + e from d on, c·x + f below."""
    if kind == 0:
        return (n[0], 1, 0, 0, 0, 0, 0)
    if kind in (1, 2):
        offset = n[3] if kind == 2 else 0
        return (n[0], n[1], n[2], 0, -n[2] / n[1] if n[1] else 0, offset, offset)
    return (*n[:5], 0, 0) if kind == 3 else tuple(n)


def _gamma(shape: Floats) -> float | None:
    """Return the exponent that a curve's values follow; None: the sRGB curve.

    Raises:
        ValueError: the curve is neither.
    """
    if np.abs(shape - SRGB.light(_SAMPLES)).max() < _CURVE_TOLERANCE:
        return None
    middle = shape[128]
    gamma = float(np.log(middle) / np.log(_SAMPLES[128])) if 0 < middle < 1 else 0.0
    if not 0.3 < gamma < 4 or np.abs(shape - _SAMPLES**gamma).max() > _CURVE_TOLERANCE:
        raise ValueError("its colour profile has a curve that is neither sRGB's nor a power")
    return round(gamma, 5)
