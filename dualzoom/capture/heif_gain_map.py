"""Reads the gain map of a HEIC or AVIF file by the standard: an item of kind `tmap`, which a viewer shows in HDR.

    tmap ─dimg→ (base picture, gain map); its own bytes: a version, then the block of ISO 21496-1

The base is the picture that is shown here; a `tmap` over any other, or one whose base is the HDR picture, is not used.

Source: ISO/IEC 23008-12, amendment on tone map derivations (tmap); ISO 21496-1:2025, annex C.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import colour_tag, gain_map_numbers, heif_items, heif_picture, orientation
from dualzoom.capture.decoded import decoding
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.heif_items import Item, Items
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

Frame: TypeAlias = tuple[int, ...]  # (H, W)
#: Words of the note that the gain map could not be kept.
LEFT_OUT = "gain map is left out"
_KIND, _VERSION, _SRGB_CURVE = b"tmap", 0, 13
_ASPECT_TOLERANCE = 0.05  # the sides of small maps are rounded
_LYING = 5  # orientations from here on swap the sides


@dataclass(frozen=True)
class Reader:
    """A library for a file of a single picture: `decode` returns (H, W[, C]), uint8 or full-scale uint16."""

    brands: tuple[bytes, ...]
    decode: Callable[[bytes], NDArray[Any]]


@dataclass(frozen=True)
class _Found:
    """The item that describes the map, and the number of the map's own."""

    described: Item
    number: int


def read(path: Path, items: Items, frame: Frame, reader: Reader, settings: CaptureSettings) -> GainMap | None:
    """Return the gain map of the primary picture, whose stored pixels are `frame`; None: none that can be used.

    The map is turned as the picture is stored.
    """
    found = _find(items)
    numbers = None if found is None else _numbers(found.described)
    if found is None or numbers is None:
        return None
    try:
        pixels = picture(path, items, found.number, frame, reader, settings)
    except CaptureError:
        return None
    if pixels is not None and pixels.ndim == 3 and len(numbers["lowest"]) == 1:
        pixels = np.ascontiguousarray(pixels[..., 0]) if _is_grey(pixels) else None
    if pixels is None:
        return None
    made = GainMap(pixels=pixels, icc=_icc(found.described), **numbers)
    return made if made.is_plausible and not made.is_idle else None


def picture(
    path: Path,
    items: Items,
    number: int,
    frame: Frame,
    reader: Reader,
    settings: CaptureSettings,
    *,
    alike: bool = False,
) -> NDArray[np.uint8] | None:
    """Return item `number`, (H, W) or (H, W, 3) uint8, if it is no larger than `frame` and of its shape.

    It is turned as the primary picture is stored; `alike`: it is already, whatever its own turns say. The library gets
    it alone, as it gets the primary picture.

    Raises:
        CaptureError: the item is damaged.
    """
    with decoding(path, "gain map of this"):
        item = items.by_number[number]
        width, height = heif_picture.size_of(item)
        own, wanted = (heif_picture.orientation_of(one) for one in (item, items.by_number[items.primary]))
        own = wanted if alike else own
        sides = (height, width) if (own >= _LYING) != (wanted >= _LYING) else (width, height)
        across, down = sides[0] / frame[1], sides[1] / frame[0]
        if not 0 < across <= 1 or not 0 < down <= 1 or abs(across / down - 1) > _ASPECT_TOLERANCE:
            return None
        kept, _ = heif_picture.alone(path, replace(items, primary=number), settings)
        alone = kept.by_number[kept.primary]
        alone.properties = tuple(one for one in alone.properties if one.kind != b"auxC")
        pixels = reader.decode(b"".join(heif_items.build(kept, reader.brands)))
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.dtype != np.uint8 or pixels.shape[:2] != (height, width):
        return None
    if pixels.ndim == 3:
        pixels = pixels[..., :3] if pixels.shape[2] >= 3 else pixels[..., 0]
    if own != wanted:
        pixels = orientation.upright(orientation.upright(pixels, own), orientation.inverse(wanted))
    return cast(NDArray[np.uint8], np.ascontiguousarray(pixels))


def _find(items: Items) -> _Found | None:
    for item in items.by_number.values():
        parts = item.targets(b"dimg")
        if item.kind == _KIND and not item.missing and len(parts) == 2 and parts[0] == items.primary:
            return _Found(item, parts[1]) if parts[1] in items.by_number else None
    return None


def _numbers(described: Item) -> gain_map_numbers.Numbers | None:
    data = bytes(described.data[:4096])
    return gain_map_numbers.from_iso(data[1:]) if data[:1] == bytes([_VERSION]) else None


def _is_grey(pixels: NDArray[np.uint8]) -> bool:
    return bool(np.ptp(pixels, axis=2).max(initial=0) <= 2)  # a decoder's rounding


def _icc(described: Item) -> bytes | None:
    """Return the profile of the HDR picture, or that of its colour tag with the curve of sRGB."""
    found = {
        one.content[:4]: one.content[4:] for one in reversed(described.properties) if one.kind == b"colr"
    }
    icc = found.get(b"prof") or found.get(b"rICC")
    if icc or len(found.get(b"nclx", b"")) < 2:
        return icc or None
    (primaries,) = struct.unpack_from(">H", found[b"nclx"])
    return colour_tag.profile(primaries, _SRGB_CURVE) if primaries in colour_tag.PRIMARIES else None
