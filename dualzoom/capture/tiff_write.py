"""Encodes pixels and metadata as the parts of a TIFF file.

The file is the EXIF block in its own byte order, with the picture's tags added and the strips behind it: so EXIF, GPS
and maker note stay unchanged. Deflate with horizontal prediction is lossless.

Source: TIFF 6.0, sections 8 and 14; Adobe's Deflate technote.
"""

import struct
import sys
from typing import cast

import imagecodecs
import numpy as np

from dualzoom.capture import ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Pixels

_STRIP_ROWS = 64
_MAX_BYTES = (1 << 32) - 1
_UNMULTIPLIED = 2  # the kind of the extra channel: opacity by which the colours are not multiplied
_LEVEL = 3  # level 6 takes twice as long for 2 % fewer bytes


def tiff_parts(pixels: Pixels, metadata: Metadata, alpha: Pixels | None = None) -> list[bytes | memoryview]:
    """Encode (H, W, 3) RGB and its opacity (H, W), uint8 or uint16, as a TIFF file of the same depth."""
    if alpha is not None:
        pixels = cast(Pixels, np.dstack([pixels, alpha]))
    block = (ifd.parse(metadata.exif) if metadata.exif else None) or ifd.Block()
    block.thumbnail = None  # a second directory would be a second picture
    strips = [
        _strip(pixels[y : y + _STRIP_ROWS], block.order) for y in range(0, pixels.shape[0], _STRIP_ROWS)
    ]
    _describe(block, pixels, metadata)
    _locate(block, strips, 0)
    start = len(serialise(block))
    _locate(block, strips, start)
    return [serialise(block), *strips]


def check_places(end: int) -> None:
    """Reject a file of so many bytes: places in TIFF, and so in DNG, are 32-bit numbers.

    Raises:
        ValueError: it is too large.
    """
    if end > _MAX_BYTES:
        raise ValueError(f"the file would have {end / 1e9:.1f} GB, and places beyond 4 GB have no number")


def _strip(rows: Pixels, order: ifd.Order) -> bytes:
    differences = imagecodecs.delta_encode(np.ascontiguousarray(rows), axis=1)
    if rows.dtype == np.uint16 and (order == "<") != (sys.byteorder == "little"):
        differences = differences.byteswap()
    data = imagecodecs.deflate_encode(differences.tobytes(), level=_LEVEL, raw=False)
    return bytes(data) + bytes(len(data) % 2)  # strips begin at even offsets


def _describe(block: ifd.Block, pixels: Pixels, metadata: Metadata) -> None:
    height, width, channels = pixels.shape
    entries = block.main.entries
    entries[256], entries[257] = block.integer(width), block.integer(height)
    bits = struct.pack(f"{block.order}{channels}H", *[pixels.itemsize * 8] * channels)
    entries[258] = ifd.Entry(ifd.SHORT, channels, bits)
    values = {259: 8, 262: 2, 277: channels, 278: _STRIP_ROWS, 284: 1, 317: 2}
    entries.update({tag: block.short(value) for tag, value in values.items()})
    entries.pop(338, None)
    if channels == 4:
        entries[338] = block.short(_UNMULTIPLIED)
    if 282 not in entries or 283 not in entries:
        entries[282] = entries[283] = ifd.Entry(5, 1, struct.pack(f"{block.order}II", 72, 1))
        entries[296] = block.short(2)  # per inch
    for tag, kind, data in ((34675, 7, metadata.icc), (700, 1, metadata.xmp), (33723, 7, metadata.iptc)):
        if data:
            entries[tag] = ifd.Entry(kind, len(data), data)


def _locate(block: ifd.Block, strips: list[bytes], start: int) -> None:
    """Enter where the strips lie.

    Raises:
        ValueError: a place has no 32-bit number.
    """
    lengths = [len(strip) for strip in strips]
    check_places(start + sum(lengths))
    offsets = [start + sum(lengths[:index]) for index in range(len(strips))]
    for tag, numbers in ((273, offsets), (279, lengths)):
        data = struct.pack(f"{block.order}{len(numbers)}I", *numbers)
        block.main.entries[tag] = ifd.Entry(ifd.LONG, len(numbers), data)
