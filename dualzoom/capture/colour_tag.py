"""Translates between colour tags (CICP: three small numbers) and ICC profiles.

AVIF, HEIC, PNG and JPEG XL can name their colours by numbers. `profile` turns a name into an ICC profile, which every
format can hold; `tag_of` finds the name of a profile again. Law: tag_of(profile(primaries)) == primaries. The profiles
are the same bytes on every machine.

Source: ITU-T H.273 (2021), tables 2 and 3; ICC.1:2022, sections 8.3, 9.2.17 (cicp), 10.18 (parametric curves),
annex E (chromatic adaptation); Bradford matrix of CIECAM97s as in annex E.
"""

import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SRGB, BT2020, P3_D65, UNSPECIFIED = 1, 9, 12, 2  # colour primaries
HDR_CURVES = {16: "PQ", 18: "HLG"}
#: Transfer characteristics whose pictures viewers show by the sRGB curve: it, BT.709 and its equals, unspecified.
_SRGB_LIKE = frozenset({1, 2, 6, 13, 14, 15})
_LINEAR, _GAMMA_22, _GAMMA_28 = 8, 4, 5
_NAMES = {SRGB: "sRGB", BT2020: "Rec. 2020", P3_D65: "Display P3"}
_D65, _D50 = (0.3127, 0.3290), np.array([0.9642, 1.0, 0.8249])
#: Chromaticities of red, green and blue.
PRIMARIES = {
    SRGB: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
    BT2020: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    P3_D65: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_HEADER = 128


def hdr_curve(icc: bytes | None) -> str | None:
    """Return "PQ" or "HLG" if the profile's own colour tag says so; taken as SDR such a picture would look flat."""
    content = element(icc, b"cicp") if icc else None
    return HDR_CURVES.get(content[9]) if content is not None and len(content) >= 12 else None


def profile(primaries: int, transfer: int) -> bytes | None:
    """Return the ICC profile of a colour tag; None: the tag means sRGB, or says nothing.

    Raises:
        KeyError: the tag is not one that photos have.
    """
    powers = {_LINEAR: 1.0, _GAMMA_22: 2.2, _GAMMA_28: 2.8}
    curve = None if transfer in _SRGB_LIKE else powers[transfer]
    known = SRGB if primaries == UNSPECIFIED else primaries
    if known == SRGB and curve is None:
        return None
    name = _NAMES[known] if curve is None else f"{_NAMES[known]}, gamma {curve:g}"
    return matrix_profile(
        name, PRIMARIES[known], _D65, curve, cicp=(known, 13 if curve is None else transfer)
    )


@cache
def matrix_profile(
    name: str,
    primaries: tuple[float, ...],
    white: tuple[float, ...],
    gamma: float | None,
    cicp: tuple[int, int] | None = None,
) -> bytes:
    """Build a version 4 profile of three primaries, a white point and one curve (`gamma`; None: the sRGB curve)."""
    adapt = adaptation(xyz(*white))
    columns = (adapt @ to_xyz(primaries, white)).T
    if gamma is None:
        curve = struct.pack(
            ">4sIHH5i", b"para", 0, 3, 0, *map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
        )
    else:
        curve = struct.pack(">4sIHHi", b"para", 0, 0, 0, _fixed(gamma))
    tags = {b"desc": _text(name), b"cprt": _text("No copyright"), b"wtpt": _xyz_tag(_D50)}
    tags |= {b"chad": struct.pack(">4sI9i", b"sf32", 0, *map(_fixed, adapt.ravel()))}
    tags |= {tag: _xyz_tag(column) for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    if cicp is not None:
        tags[b"cicp"] = struct.pack(">4sI4B", b"cicp", 0, *cicp, 0, 1)
    return _assembled(tags)


def _assembled(tags: dict[bytes, bytes]) -> bytes:
    at = _HEADER + 4 + 12 * len(tags)
    table, body, places = list[bytes](), list[bytes](), dict[bytes, int]()
    for signature, data in tags.items():
        if data not in places:
            places[data] = at
            body.append(data + bytes(-len(data) % 4))
            at += len(body[-1])
        table.append(struct.pack(">4sII", signature, places[data], len(data)))
    date = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
    head = struct.pack(">I4sI4s4s4s12s4s", at, bytes(4), 0x04400000, b"mntr", b"RGB ", b"XYZ ", date, b"acsp")
    head += bytes(68 - len(head)) + struct.pack(">3i", *map(_fixed, _D50))
    return b"".join([head.ljust(_HEADER, b"\0"), struct.pack(">I", len(tags)), *table, *body])


def tag_of(icc: bytes | None) -> int | None:
    """Return the colour primaries (H.273) of a profile with the sRGB curve, by its own tag; None: it has no such tag.

    No profile means sRGB.
    """
    if icc is None:
        return SRGB
    content = element(icc, b"cicp")
    if content is None or len(content) < 12 or content[8] not in PRIMARIES or content[9] != 13:
        return None
    return content[8]


def xyz(x: float, y: float) -> Floats:
    """Return the XYZ of a chromaticity at luminance 1.

    Raises:
        ZeroDivisionError: `y` is 0, no colour.
    """
    return np.array([x / y, 1.0, (1 - x - y) / y])


def to_xyz(primaries: tuple[float, ...], white: tuple[float, ...]) -> Floats:
    """Return the matrix from linear RGB to XYZ, 3 × 3, with `white` at RGB (1, 1, 1)."""
    columns = np.stack([xyz(x, y) for x, y in zip(primaries[::2], primaries[1::2], strict=True)], 1)
    return np.asarray(columns * np.linalg.solve(columns, xyz(*white)))


def adaptation(white: Floats) -> Floats:
    """Return the Bradford matrix from `white` to D50, the white of every profile."""
    scale = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD)


def element(icc: bytes, wanted: bytes) -> bytes | None:
    """Return the profile's element with this signature; None: it has none inside the profile."""
    count = min(int.from_bytes(icc[_HEADER : _HEADER + 4], "big"), 1000)
    for at in range(_HEADER + 4, min(_HEADER + 4 + 12 * count, len(icc) - 11), 12):
        signature, offset, length = struct.unpack_from(">4sII", icc, at)
        if signature == wanted and offset + length <= len(icc):
            return icc[offset : offset + length]
    return None


def _fixed(value: float) -> int:
    return round(float(value) * 65536)


def _xyz_tag(value: Floats) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *map(_fixed, value))


def _text(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(data), 28) + data
