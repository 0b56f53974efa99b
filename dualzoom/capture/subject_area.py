"""Moves the subject's position to an upright frame of another size, or drops it.

EXIF counts whole pixels of the stored frame, before orientation is applied: SubjectArea is a point (x, y), a
circle (x, y, diameter) or a rectangle (x, y, width, height), where (x, y) is the centre; SubjectLocation is a
point. Pixel centres lie at integers, so the frame's edges lie at −½ and w − ½.

Source: Exif 3.0 (CIPA DC-008), section 4.6.6.7, tags 37396 and 41492.
"""

import struct

from dualzoom.capture import ifd
from dualzoom.geometry import Size

AREA, LOCATION = 0x9214, 0xA214
_LENGTHS = {AREA: (2, 3, 4), LOCATION: (2,)}
_ASPECT_TOLERANCE = 0.02  # sides are rounded, and some cameras store a few more rows than EXIF says
_MAX_SHORT = 65_535


def move_subject(
    exif: dict[int, ifd.Entry], stored: Size | None, orientation: int, size: Size, order: ifd.Order
) -> None:
    """Convert both tags in `exif` to pixels of an upright frame of `size`; drop those that cannot be converted.

    `stored` is the frame whose pixels they count, `orientation` (1..8) turns it upright; None: unknown, drop both.
    """
    for tag, lengths in _LENGTHS.items():
        if (entry := exif.pop(tag, None)) is None or stored is None:
            continue
        values = ifd.integers(entry, order)
        moved = _moved(values, stored, orientation, size) if len(values) in lengths else None
        if moved is not None:
            exif[tag] = ifd.Entry(ifd.SHORT, len(moved), struct.pack(f"{order}{len(moved)}H", *moved))


def _moved(values: tuple[int, ...], stored: Size, orientation: int, size: Size) -> tuple[int, ...] | None:
    """Return the position in the new frame; None if the frames differ in aspect ratio or it lies outside."""
    turned = orientation >= 5
    width, height = (stored.height, stored.width) if turned else (stored.width, stored.height)
    across, down = size.width / width, size.height / height
    if abs(across / down - 1) > _ASPECT_TOLERANCE:
        return None
    x, y = values[0] + 0.5, values[1] + 0.5  # from the frame's edges
    if not (0 < x < stored.width and 0 < y < stored.height):
        return None
    x, y = _upright(x, y, stored, orientation)
    sides = [side * across for side in (values[:1:-1] if turned else values[2:])]
    moved = [round(x * across - 0.5), round(y * down - 0.5), *map(round, sides)]
    return tuple(moved) if min(moved) >= 0 and max(moved) <= _MAX_SHORT else None


def _upright(x: float, y: float, stored: Size, orientation: int) -> tuple[float, float]:
    """Turn a point of the stored frame, measured from its edges, upright."""
    right, bottom = stored.width - x, stored.height - y
    return {
        2: (right, y),
        3: (right, bottom),
        4: (x, bottom),
        5: (y, x),
        6: (bottom, x),
        7: (bottom, right),
        8: (y, right),
    }.get(orientation, (x, y))
