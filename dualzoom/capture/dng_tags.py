"""Finds the raw picture of a DNG file among its directories, and reads numbers of any type.

A DNG's first directory describes camera and colours. The raw picture is that directory itself or one of its SubIFDs;
others hold previews, smaller copies and masks.

Source: DNG specification 1.7, chapters 3 and 4; TIFF 6.0, section 2.
"""

import struct
from dataclasses import dataclass

from dualzoom.capture import ifd

Entries = dict[int, ifd.Entry]

RAW_KINDS = (32803, 34892)  # photometric interpretations: colour filter array, linear raw
UNCOMPRESSED, LOSSLESS_JPEG, LOSSY_JPEG, JPEG_XL = 1, 7, 34892, 52546  # compressions
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, SAMPLES = 256, 257, 258, 259, 262, 277
PLANAR, SAMPLE_FORMAT, SUBFILE = 284, 339, 254
_REALS = {11: "f", 12: "d"}
_RATIONALS = {5: "I", 10: "i"}


@dataclass(frozen=True)
class RawDirectory:
    """The directory of the raw picture and the file's first one, which are often the same."""

    order: ifd.Order
    first: Entries
    entries: Entries

    def whole(self, tag: int, default: int = 0) -> int:
        """Return the first whole number of a tag of the raw picture."""
        return next(iter(ifd.integers(self.entries.get(tag), self.order)), default)


def find_raw(directories: list[tuple[ifd.Order, Entries]]) -> RawDirectory | None:
    """Return the largest raw picture, full ones before reduced ones; None if there is none."""
    if not directories:
        return None
    order, first = directories[0]
    found = [RawDirectory(order, first, entries) for _, entries in directories]
    raw = [one for one in found if one.whole(PHOTOMETRIC) in RAW_KINDS]
    return max(
        raw, key=lambda one: (one.whole(SUBFILE) == 0, one.whole(WIDTH) * one.whole(HEIGHT)), default=None
    )


def numbers(entry: ifd.Entry | None, order: ifd.Order) -> tuple[float, ...]:
    """Return the numbers of an entry: whole, real or rational; none if one of them is no number."""
    if entry is None:
        return ()
    if entry.kind in _REALS:
        return struct.unpack(f"{order}{entry.count}{_REALS[entry.kind]}", entry.data)
    if entry.kind in _RATIONALS:
        parts = struct.unpack(f"{order}{2 * entry.count}{_RATIONALS[entry.kind]}", entry.data)
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return tuple(top / bottom for top, bottom in pairs) if all(bottom for _, bottom in pairs) else ()
    return tuple(map(float, ifd.integers(entry, order)))
