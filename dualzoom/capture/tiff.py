"""Reads TIFF files of 8 and 16 bits; `raw` reads DNG files.

Before anything is decoded, every strip and tile must lie inside the file: a decoder would fill the missing ones of a
truncated file with grey.

Source: TIFF 6.0; DNG specification 1.7 (which tags mark a DNG).
"""

import logging
import struct
from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture import ifd
from dualzoom.capture.decoded import COPY_AGAIN, Decoded, check_size, decoding
from dualzoom.capture.photo import Metadata, Pixels
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

DNG_VERSION = 50706
_JPEG = (6, 7)  # compressions
EXTENTS = ((273, 279), (324, 325), (513, 514))  # strips, tiles, old JPEG: offsets and byte counts
#: Tags of the main directory that describe the photo; those that describe its storage are dropped.
DESCRIPTIVE = frozenset(
    {269, 270, 271, 272, 274, 282, 283, 285, 296, 305, 306, 315, 316, 529, 531, 532, 700, 33432}
)
DESCRIPTIVE |= frozenset({18246, 18249, 40091, 40092, 40093, 40094, 40095, 50708, 50827})
DESCRIPTIVE -= {700}  # `Metadata` holds XMP by itself
_MAX_OVERLAP, _OVERLAP_SLACK = 2, 1 << 20  # honest writers share strips and tiles only where they are blank
_OVERLAPPING = "the file is damaged: its directories overlap"
_MULTIPLIED, _UNMULTIPLIED = 1, 2  # extra samples that are opacity
_BITS = 258
_SAVE_AS_RGB = "save it as 8- or 16-bit RGB first"


def check_complete(path: Path, data: ifd.Buffer) -> None:
    """Reject a file whose directories point beyond its end.

    Raises:
        CaptureError: the file is truncated, has no directory, or its directories overlap.
    """
    empty, named = True, 0
    for order, entries in directories(path, data):
        empty = empty and not entries
        for offsets_tag, lengths_tag in EXTENTS:
            offsets = ifd.integers(entries.get(offsets_tag), order)
            lengths = ifd.integers(entries.get(lengths_tag), order)
            named += sum(lengths)
            if any(at + length > len(data) for at, length in zip(offsets, lengths, strict=False)):
                raise CaptureError(
                    path, "the file is truncated: picture data lies beyond its end", COPY_AGAIN
                )
    if named > _MAX_OVERLAP * len(data) + _OVERLAP_SLACK:
        raise CaptureError(path, _OVERLAPPING, COPY_AGAIN)
    if empty:
        raise CaptureError(path, "the file is truncated or damaged: it has no directory", COPY_AGAIN)


def directories(path: Path, data: ifd.Buffer) -> list[tuple[ifd.Order, dict[int, ifd.Entry]]]:
    """Return all image directories (`ifd.walk`).

    Raises:
        CaptureError: the directories overlap.
    """
    try:
        return list(ifd.walk(data))
    except ifd.OverlapError:
        raise CaptureError(path, _OVERLAPPING, COPY_AGAIN) from None


def is_dng(path: Path, data: ifd.Buffer) -> bool:
    """Return whether this TIFF structure is a DNG."""
    return any(DNG_VERSION in entries for _, entries in directories(path, data)[:1])


def decode(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> Decoded:
    """Decode the first full picture of a TIFF file.

    Raises:
        CaptureError: the file is truncated, damaged or too large, or its samples have other than 1, 8 or 16 bits.
    """
    import tifffile  # here, so that reading a JPEG does not wait for it

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # our one-line error replaces its messages
    with decoding(path, "TIFF"), tifffile.TiffFile(path) as file:
        page = _first_full(file)
        _check_page(path, page, settings)
        _check_depth(path, data, page)
        pixels, colour = _rgb_or_grey(path, page, page.asarray(maxworkers=2))
        several, extra = _has_second(file), tuple(map(int, page.extrasamples))
    notes = ("the first picture of several is used",) if several else ()
    return Decoded(
        pixels=pixels,
        colour=colour,
        metadata=metadata(data),
        notes=notes,
        has_alpha=extra[:1] in ((_MULTIPLIED,), (_UNMULTIPLIED,)),
        premultiplied=extra[:1] == (_MULTIPLIED,),
    )


def _has_second(file: Any) -> bool:
    """Return whether a second page follows; asking for the number of pages would parse all of them."""
    try:
        return file.pages[1] is not None
    except IndexError:
        return False


def _first_full(file: Any) -> Any:
    """Return the first page that is not a preview of another."""
    pages = (page for page in file.pages[:64] if not page.is_reduced)
    return next(pages, file.pages[0])


def _check_page(path: Path, page: Any, settings: CaptureSettings) -> None:
    check_size(path, page.imagewidth, page.imagelength, settings)
    if page.is_tiled and page.tilewidth * page.tilelength > settings.max_megapixels * 1e6:
        raise CaptureError(path, "the TIFF file's tiles are larger than any picture", COPY_AGAIN)
    if page.samplesperpixel > 6 or page.imagedepth != 1:
        raise CaptureError(path, f"the TIFF file has {page.samplesperpixel} channels", _SAVE_AS_RGB)
    bits, kind = page.bitspersample, page.sampleformat
    if bits not in (1, 8, 16) or kind not in (None, 1):
        reason = f"{bits}-bit {'floating-point ' if kind == 3 else ''}samples are not supported"
        raise CaptureError(path, reason, _SAVE_AS_RGB)


def _check_depth(path: Path, data: ifd.Buffer, page: Any) -> None:
    """Reject a page whose bits per sample are there but unreadable: the decoder would take them as the default, 1."""
    if _BITS in page.tags:
        return
    big, order = page.parent.is_bigtiff, page.parent.byteorder
    directory = bytes(data[page.offset : page.offset + 8 + 20 * 4096])
    form, size = (f"{order}Q", 20) if big else (f"{order}H", 12)
    (count,) = struct.unpack_from(form, directory)
    start = struct.calcsize(form)
    places = range(start, min(start + size * count, len(directory) - 1), size)
    named = (struct.unpack_from(f"{order}H", directory, at)[0] for at in places)
    if page.samplesperpixel > 1 or _BITS in named:
        raise CaptureError(path, "the TIFF file is damaged: its bits per sample cannot be read", COPY_AGAIN)


def _rgb_or_grey(path: Path, page: Any, pixels: Any) -> tuple[Pixels, Any]:
    """Return the pixels with channels last and their colours; expands palettes and inverts white-is-zero grey."""
    photometric = page.photometric
    if photometric in (0, 1) and page.samplesperpixel <= 2:
        pixels = pixels.astype(np.uint8) * np.uint8(255) if pixels.dtype == bool else pixels
        pixels = pixels if page.planarconfig == 1 or pixels.ndim == 2 else pixels[0]
        return (np.iinfo(pixels.dtype).max - pixels if photometric == 0 else pixels), "grey"
    if photometric == 3 and page.colormap is not None:
        return np.moveaxis(page.colormap, 0, -1)[pixels], "rgb"
    in_jpeg = photometric == 6 and int(page.compression) in _JPEG  # the JPEG decoder returns RGB
    if photometric == 2 or in_jpeg or (photometric == 5 and page.samplesperpixel >= 4):
        pixels = pixels if page.planarconfig == 1 else np.moveaxis(pixels, 0, -1)
        return pixels, "cmyk" if photometric == 5 else "rgb"
    name = {6: "YCbCr", 8: "CIELAB", 32844: "LogL", 32845: "LogLuv"}.get(
        int(photometric), f"photometric {int(photometric)}"
    )
    raise CaptureError(path, f"a TIFF file with {name} colours is not supported", _SAVE_AS_RGB)


def metadata(data: ifd.Buffer) -> Metadata:
    """Return the metadata blocks in the main directory."""
    from dualzoom.capture.ifd_write import serialise

    block = ifd.parse(data)
    if block is None:
        return Metadata()
    entries = block.main.entries
    raw = {tag: entries[tag].data if tag in entries else None for tag in (34675, 700, 33723)}
    block.main.entries = {tag: entry for tag, entry in entries.items() if tag in DESCRIPTIVE}
    block.thumbnail = None  # the second directory of a file is another picture
    exif = serialise(block) if block.main.entries or block.main.children else None
    return Metadata(exif=exif, icc=raw[34675], xmp=raw[700], iptc=raw[33723])
