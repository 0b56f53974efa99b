"""The pixels per metre of a PNG (chunk pHYs), by the resolution that its EXIF block states.

Programs that print read this chunk; few look into EXIF inside a PNG.

Source: PNG, third edition (W3C), section 11.3.4.3; TIFF 6.0, section 8 (XResolution, ResolutionUnit).
"""

import math
import struct

from dualzoom.capture import dng_tags, ifd

_RESOLUTIONS, _UNIT = (282, 283), 296
_PER_METRE = {2: 1 / 0.0254, 3: 100.0}  # units: inch, centimetre
_METRE, _MOST = 1, (1 << 31) - 1


def content(exif: bytes | None) -> bytes | None:
    """Return the content of the chunk; None where the block states no resolution in a unit of length."""
    block = ifd.parse(exif) if exif else None
    if block is None:
        return None
    entries, order = block.main.entries, block.order
    unit = next(iter(ifd.integers(entries.get(_UNIT), order)), 2)  # TIFF's default is the inch
    values = [value for tag in _RESOLUTIONS for value in dng_tags.numbers(entries.get(tag), order)[:1]]
    dots = [round(value * _PER_METRE.get(unit, 0.0)) for value in values if math.isfinite(value)]
    if len(dots) != 2 or not all(0 < one <= _MOST for one in dots):
        return None
    return struct.pack(">IIB", *dots, _METRE)
