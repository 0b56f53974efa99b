"""Where in the picture the subject lies: made true for a frame turned upright and of another size, or left out.

EXIF counts whole pixels of the stored frame, before orientation is applied: SubjectArea is a point (x, y), a
circle (x, y, diameter) or a rectangle (x, y, width, height), the first two its centre; SubjectLocation a
point. Pixel centres lie at integers, so the frame's edges at −½ and w − ½.

Source: Exif 3.0 (CIPA DC-008), section 4.6.6.7, tags 37396 and 41492.
"""

import struct

from dualzoom.capture import ifd
from dualzoom.geometry import Size

AREA, LOCATION = 0x9214, 0xA214
_LENGTHS = {AREA: (2, 3, 4), LOCATION: (2,)}
_SAME_SHAPE = 0.02  # sides are rounded, and some cameras store a few rows more than they speak of
_MOST = 65_535


def settle_subject(
    exif: dict[int, ifd.Entry], stored: Size | None, orientation: int, size: Size, order: ifd.Order
) -> None:
    """Make both tags in `exif` true for an upright frame of `size`; drop what cannot be.

    `stored`: the frame that they speak of, to be turned by `orientation` (1..8); None where it is not known.
    """
    for tag, lengths in _LENGTHS.items():
        if (entry := exif.pop(tag, None)) is None or stored is None:
            continue
        values = ifd.integers(entry, order)
        moved = _moved(values, stored, orientation, size) if len(values) in lengths else None
        if moved is not None:
            exif[tag] = ifd.Entry(ifd.SHORT, len(moved), struct.pack(f"{order}{len(moved)}H", *moved))


def _moved(values: tuple[int, ...], stored: Size, orientation: int, size: Size) -> tuple[int, ...] | None:
    """The place on the new frame; None where the frames differ in shape, or it lies outside."""
    turned = orientation >= 5
    width, height = (stored.height, stored.width) if turned else (stored.width, stored.height)
    across, down = size.width / width, size.height / height
    if abs(across / down - 1) > _SAME_SHAPE:
        return None
    x, y = values[0] + 0.5, values[1] + 0.5  # from the frame's edges
    if not (0 < x < stored.width and 0 < y < stored.height):
        return None
    x, y = _upright(x, y, stored, orientation)
    sides = [side * across for side in (values[:1:-1] if turned else values[2:])]
    moved = [round(x * across - 0.5), round(y * down - 0.5), *map(round, sides)]
    return tuple(moved) if min(moved) >= 0 and max(moved) <= _MOST else None


def _upright(x: float, y: float, stored: Size, orientation: int) -> tuple[float, float]:
    """A point of the stored frame, from its edges, in the frame turned upright."""
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
