"""Unpacks DNG files whose raw data LibRaw does not decode into plain DNG files in memory, which it then develops.

These are JPEG XL, and lossless JPEG in several strips, of which LibRaw often sees only the first. Levels,
linearisation, colours and crops stay as they are, so that such a file is developed exactly like its twin in tiles of
lossless JPEG. Runs in the guarded child process.

Source: DNG specification 1.7.1: Compression, RowInterleaveFactor, ColumnInterleaveFactor; TIFF 6.0, section 15.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import dng_tags, ifd, jpeg, jxl, jxl_header
from dualzoom.capture.dng_tags import RawDirectory
from dualzoom.capture.ifd_write import serialise

_STRIPS, _TILES = (273, 279), (324, 325)
_ROWS_PER_STRIP, _TILE_SIDES, _WHITE = 278, (322, 323), 50717
_ROW_INTERLEAVE, _COLUMN_INTERLEAVE = 50975, 52547
_STORAGE = frozenset({
    254, 255, 256, 257, 258, 259, 262, 266, 270, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 330, 338, 339,
    347, 513, 514, 529, 530, 531, 532, 700, 33723, 34675, 0x8769, 0x8825, 50740, 50975, 52547,
})  # fmt: skip
_MAX_INTERLEAVE = 16


class UnpackError(Exception):
    """The raw data is damaged, or of a kind that is not read; the message says which."""


@dataclass(frozen=True)
class _Grid:
    """How the picture is cut: tiles or strips of `height` × `width`, row by row."""

    height: int
    width: int
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]


def is_needed(raw: RawDirectory) -> bool:
    """Return whether LibRaw cannot decode the raw picture by itself."""
    compression = raw.whole(dng_tags.COMPRESSION)
    strips = ifd.integers(raw.entries.get(_STRIPS[0]), raw.order)
    return compression == dng_tags.JPEG_XL or (compression == dng_tags.LOSSLESS_JPEG and len(strips) > 1)


def check(raw: RawDirectory) -> None:
    """Reject what cannot be unpacked before anything is decoded.

    Raises:
        UnpackError: the samples are no whole numbers of 8 to 16 bits, planes lie apart, or tiles are missing.
    """
    bits = ifd.integers(raw.entries.get(dng_tags.BITS), raw.order)
    if raw.whole(dng_tags.SAMPLE_FORMAT, 1) != 1 or not bits or not all(8 <= number <= 16 for number in bits):
        raise UnpackError(f"packed raw data of {max(bits, default=0)}-bit or floating-point samples")
    samples = raw.whole(dng_tags.SAMPLES, 1)
    expected = 1 if raw.whole(dng_tags.PHOTOMETRIC) == dng_tags.RAW_KINDS[0] else samples
    if samples not in (1, 3) or samples != expected or (samples > 1 and raw.whole(dng_tags.PLANAR, 1) != 1):
        raise UnpackError(f"packed raw data of {samples} samples a pixel")
    _grid(raw)


def plain(data: ifd.Buffer, raw: RawDirectory) -> bytes:
    """Return a classic DNG file with the same raw picture, uncompressed at 16 bits, and the same rules for it.

    Raises:
        UnpackError: the data is damaged, or of a kind that is not read.
    """
    check(raw)
    pixels = _deinterleaved(_unpacked(data, raw), raw)
    samples = pixels.astype(np.dtype(np.uint16).newbyteorder(raw.order), copy=False)
    kept = {tag: entry for tag, entry in raw.first.items() if tag not in _STORAGE}
    kept |= {tag: entry for tag, entry in raw.entries.items() if tag not in _STORAGE}
    block = ifd.Block(order=raw.order, main=ifd.Directory(kept))
    channels = raw.whole(dng_tags.SAMPLES, 1)
    values = {254: 0, 258: 16, 259: 1, 262: raw.whole(dng_tags.PHOTOMETRIC), 277: channels, 284: 1}
    kept |= {tag: block.integer(value) if tag == 254 else block.short(value) for tag, value in values.items()}
    kept[258] = ifd.Entry(ifd.SHORT, channels, struct.pack(f"{raw.order}{channels}H", *[16] * channels))
    sides = (raw.whole(dng_tags.WIDTH), raw.whole(dng_tags.HEIGHT))
    for tag, value in ((256, sides[0]), (257, sides[1]), (278, sides[1]), (273, 0), (279, samples.nbytes)):
        kept[tag] = block.integer(value)
    if _WHITE not in kept:  # by default what the stored bits can hold, which are 16 from here on
        white = [2**number - 1 for number in ifd.integers(raw.entries.get(dng_tags.BITS), raw.order)]
        white = (white * channels)[:channels]
        kept[_WHITE] = ifd.Entry(ifd.LONG, channels, struct.pack(f"{raw.order}{channels}I", *white))
    block.main.entries = kept
    kept[273] = block.integer(len(serialise(block)))
    return b"".join([serialise(block), samples.reshape(-1).view(np.uint8).data])


def _grid(raw: RawDirectory) -> _Grid:
    """Return the cut of the picture; every piece must be there."""
    width, height = raw.whole(dng_tags.WIDTH), raw.whole(dng_tags.HEIGHT)
    tiled = _TILES[0] in raw.entries
    if tiled:
        piece = (raw.whole(_TILE_SIDES[1]), raw.whole(_TILE_SIDES[0]))
    else:
        piece = (min(raw.whole(_ROWS_PER_STRIP, height), height), width)
    offsets, lengths = (
        ifd.integers(raw.entries.get(tag), raw.order) for tag in (_TILES if tiled else _STRIPS)
    )
    if min(*piece, width, height) < 1 or piece[0] * piece[1] > 4 * width * height + (1 << 20):
        raise UnpackError("tiles of an impossible size")
    count = -(-height // piece[0]) * -(-width // piece[1])
    if not len(offsets) == len(lengths) == count:
        raise UnpackError(f"{len(offsets)} tiles where {count} are needed")
    return _Grid(*piece, offsets, lengths)


def _unpacked(data: ifd.Buffer, raw: RawDirectory) -> NDArray[np.uint16]:
    """Decode all pieces into (H, W, C) uint16."""
    width, height, channels = (raw.whole(tag) for tag in (dng_tags.WIDTH, dng_tags.HEIGHT, dng_tags.SAMPLES))
    channels = max(channels, 1)
    out = np.empty((height, width, channels), np.uint16)
    grid = _grid(raw)
    decoded = _jpeg_xl if raw.whole(dng_tags.COMPRESSION) == dng_tags.JPEG_XL else _lossless_jpeg
    for top, left, piece in _pieces(data, grid, width):
        rows, columns = min(grid.height, height - top), min(grid.width, width - left)
        pixels = decoded(piece, (rows, columns), (grid.height, grid.width), channels)
        out[top : top + rows, left : left + columns] = pixels[:rows, :columns]
    return out


def _jpeg_xl(piece: bytes, least: tuple[int, int], most: tuple[int, int], channels: int) -> Any:
    """Decode a piece of JPEG XL, (h, w, C), whose size lies between both."""
    import imagecodecs

    found = jxl_header.size(jxl.unpacked(piece).stream)
    if found is None:
        raise UnpackError("a tile is no JPEG XL picture")
    if not (least[1] <= found[0] <= most[1] and least[0] <= found[1] <= most[0]):
        raise UnpackError(
            f"a tile of {found[0]}×{found[1]} pixels where one of {least[1]}×{least[0]} belongs"
        )
    pixels: Any = imagecodecs.jpegxl_decode(piece, numthreads=2)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.shape != (found[1], found[0], channels):
        raise UnpackError("a tile's channels are not those of the picture")
    return pixels


def _lossless_jpeg(piece: bytes, least: tuple[int, int], most: tuple[int, int], channels: int) -> Any:
    """Decode a strip of lossless JPEG, (h, w, C); its frame may count several pixels of a mosaic as one."""
    import imagecodecs

    found = jpeg.segments(piece)
    height, values = found.height, found.width * found.channels
    if not (least[0] <= height <= most[0] and values == least[1] * channels):
        raise UnpackError(
            f"a strip of {found.width}×{height} pixels where one of {least[1]}×{least[0]} belongs"
        )
    pixels: Any = imagecodecs.jpeg_decode(piece)
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.size != height * values:
        raise UnpackError("a strip's channels are not those of the picture")
    return pixels.reshape(height, least[1], channels)


def _pieces(data: ifd.Buffer, grid: _Grid, width: int) -> Iterator[tuple[int, int, bytes]]:
    across = -(-width // grid.width)
    for number, (at, length) in enumerate(zip(grid.offsets, grid.lengths, strict=True)):
        row, column = divmod(number, across)
        yield row * grid.height, column * grid.width, bytes(data[at : at + length])


def _deinterleaved(pixels: NDArray[np.uint16], raw: RawDirectory) -> NDArray[np.uint16]:
    """Put rows and columns back that are stored field after field, as is done with the colours of a mosaic."""
    for axis, tag in ((0, _ROW_INTERLEAVE), (1, _COLUMN_INTERLEAVE)):
        factor = raw.whole(tag, 1)
        if not 1 <= factor <= _MAX_INTERLEAVE:
            raise UnpackError(f"{factor} interleaved fields")
        if factor > 1:
            length = pixels.shape[axis]
            places = np.concatenate([np.arange(field, length, factor) for field in range(factor)])
            out = np.empty_like(pixels)
            out[(slice(None),) * axis + (places,)] = pixels
            pixels = out
    return pixels
