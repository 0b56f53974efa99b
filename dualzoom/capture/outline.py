"""Reads the size and the colour profile of a photo without decoding a pixel, to foresee what its result will need.

Law: damage never makes it fail: it returns None then, and reading the photo says what is wrong.
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dualzoom.capture import (
    dng_tags,
    heic_boxes,
    heif_items,
    heif_picture,
    ifd,
    jpeg,
    jxl,
    png,
    sniff,
    tiff,
    webp,
)
from dualzoom.capture.decoded import decoding
from dualzoom.errors import CaptureError
from dualzoom.geometry import Size

_HEAD_BYTES = 4 << 20  # holds every segment before a JPEG's picture; a profile is seldom longer than 1 MB
_WIDTH, _HEIGHT = 256, 257
_Found = tuple[int, int, bytes | None]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a file says of its picture: the size as stored, and the profile (None: sRGB, or not known)."""

    path: Path
    size: Size
    icc: bytes | None


def outline(path: Path) -> Outline | None:
    """Return the outline of a photo; None for cameras' own raw files, and where the file does not say."""
    try:
        with path.open("rb") as file:
            kind = sniff.identify(path, file.read(sniff.HEAD_BYTES))
            file.seek(0)
            with decoding(path, kind):
                found = _found(path, kind, file)
    except (CaptureError, OSError, ValueError):
        return None
    if found is None or min(found[:2]) < 1:
        return None
    return Outline(path=path, size=Size(*found[:2]), icc=found[2])


def _found(path: Path, kind: sniff.Kind, file: BinaryIO) -> _Found | None:
    """Return width, height and profile.

    Raises:
        Exception: almost any, for a damaged file.
    """
    match kind:
        case "JPEG":
            head = jpeg.segments(file.read(_HEAD_BYTES))
            return head.width, head.height, jpeg.metadata(head).icc
        case "PNG":
            return _png(file)
        case "WebP":
            return _webp(file.read())
        case "JPEG XL":
            return jxl.outline(path, file.read())
        case "TIFF":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return _tiff(path, view)
        case "HEIC" | "AVIF":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                heic_boxes.check(path, view)
                items = heif_items.parse(view)
                picture = items.by_number[items.primary]
                return *heif_picture.size_of(picture), heif_picture.colours(path, items, kind)[0]
        case _:
            return None


def _png(file: BinaryIO) -> _Found:
    """Read the header and the profile; seeks past all other chunks before the picture."""
    width, height, icc = 0, 0, None
    for name, length in png.chunk_heads(file):
        if name == b"IDAT":
            break
        if name == b"IHDR":
            width, height = struct.unpack(">II", file.read(8))
        elif name == b"iCCP":
            icc = png.profile(file.read(min(length, _HEAD_BYTES)))
    return width, height, icc


def _webp(data: bytes) -> _Found | None:
    size = webp.size(data)
    return None if size is None else (*size, webp.metadata(data).icc)


def _tiff(path: Path, view: ifd.Buffer) -> _Found:
    """Read a TIFF's first directory, or a DNG's raw picture, whose colours development makes sRGB."""
    directories = tiff.directories(path, view)
    order, entries = directories[0]
    chosen = dng_tags.find_raw(directories) if tiff.is_dng(path, view) else None
    if chosen is not None:
        order, entries = chosen.order, chosen.entries
    (width,), (height,) = (ifd.integers(entries.get(tag), order) for tag in (_WIDTH, _HEIGHT))
    return width, height, None if chosen is not None else tiff.metadata(view).icc
