"""Encodes a photo as the parts of a linear DNG file: demosaiced, 16 bits, linear light, for raw developers.

Where the photo comes from a raw file, its pixels go back to that camera's own channels, and the file has the camera's
matrices and white balance: a developer treats it as it would treat the raw file. Else the channels are those of the
photo's profile, neutral is 1 1 1, and a straight tone curve says that the picture has been rendered already.

    first directory: metadata, colours, preview (sRGB, JPEG) → SubIFD: the picture, in tiles of lossless JPEG

Source: DNG specification 1.7, chapters 2 to 6; TIFF 6.0; ITU-T T.81, process 14.
"""

import os
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import camera, dng_colours, ifd, linear_light, profiles
from dualzoom.capture.dng_tags import PHOTOMETRIC, RAW_KINDS
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Photo, Pixels
from dualzoom.capture.tiff_write import check_places
from dualzoom.errors import CaptureError

TILE = 256
_PREVIEW_SIDE, _PREVIEW_QUALITY = 1024, 85
_VERSION, _BACKWARD = bytes((1, 4, 0, 0)), bytes((1, 1, 0, 0))
_PEAK = 65535
_JPEG, _YCBCR = 7, 6
_RATIONAL, _SRATIONAL, _FLOAT, _BYTE = 5, 10, 11, 1
_DENOMINATOR = 1_000_000


def dng_parts(photo: Photo, metadata: Metadata) -> list[bytes | memoryview]:
    """Encode a photo as a DNG file; `metadata` is already true for its frame.

    Raises:
        CaptureError: the photo's profile is damaged, or a table.
        ValueError: the file would be larger than 4 GB.
    """
    if not linear_light.has_matrix(photo.metadata.icc or profiles.srgb(), photo.name):
        reason = "its colour profile is a table, which a DNG cannot hold"
        raise CaptureError(photo.name, reason, "convert the photo to sRGB first, or write a TIFF")
    linear = linear_light.to_linear(photo)
    colours = dng_colours.for_output(linear, metadata.camera)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        tiles = list(pool.map(_encoded, _tiles(linear.pixels, colours.from_linear)))
    preview = _preview(photo)
    exif = linear_light.uncalibrated(metadata.exif)
    block = (ifd.parse(exif) if exif else None) or ifd.Block()
    block.thumbnail = None
    picture = ifd.Directory(_picture(block, linear.pixels))
    block.main.children[ifd.SUB_IFDS] = picture
    _describe(block, metadata, colours, preview)
    for _ in range(2):  # the offsets' own place must be known first
        start = len(serialise(block))
        block.main.entries[273] = block.integer(start)
        at = start + len(preview.data) + len(preview.data) % 2
        check_places(at + sum(map(len, tiles)))
        offsets = at + np.cumsum([0, *(len(tile) for tile in tiles[:-1])])
        places, lengths = (324, 325) if 324 in picture.entries else (273, 279)
        picture.entries[places] = _longs(block, offsets.tolist())
        picture.entries[lengths] = _longs(block, [len(tile) for tile in tiles])
    return [serialise(block), preview.data + bytes(len(preview.data) % 2), *tiles]


def _tiles(pixels: Pixels, matrix: NDArray[np.float64] | None) -> Iterator[NDArray[np.uint16]]:
    """Yield the tiles row by row in the file's channels; those at the edges are filled up by repeating the edge.

    A picture narrower than a tile is one strip: LibRaw mistakes the rows of tiles wider than the picture.
    """
    if pixels.shape[1] < TILE:
        yield _converted(cast(NDArray[np.uint16], pixels), matrix)
        return
    for y in range(0, pixels.shape[0], TILE):
        rows = _converted(cast(NDArray[np.uint16], pixels[y : y + TILE]), matrix)
        for x in range(0, pixels.shape[1], TILE):
            tile = rows[:, x : x + TILE]
            missing = ((0, TILE - tile.shape[0]), (0, TILE - tile.shape[1]), (0, 0))
            yield np.ascontiguousarray(np.pad(tile, missing, mode="edge"))


def _converted(rows: NDArray[np.uint16], matrix: NDArray[np.float64] | None) -> NDArray[np.uint16]:
    if matrix is None:
        return rows
    channels: NDArray[np.floating[Any]] = rows.astype(np.float32) @ matrix.T.astype(np.float32)
    return np.asarray(np.clip(np.rint(channels), 0, _PEAK), np.uint16)


def _encoded(tile: NDArray[np.uint16]) -> bytes:
    """Encode a tile as lossless JPEG of three components, each predicted from its left neighbour."""
    import imagecodecs

    data = bytes(imagecodecs.jpeg_encode(tile, lossless=True, predictor=1, bitspersample=16))
    return data + bytes(len(data) % 2)  # tiles begin at even offsets


class _Preview:
    """A small rendered copy, sRGB, as JPEG."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        import imagecodecs

        self.height, self.width = pixels.shape[:2]
        self.data = bytes(
            imagecodecs.jpeg8_encode(
                pixels, level=_PREVIEW_QUALITY, colorspace="RGB", outcolorspace="YCBCR", subsampling="420"
            )
        )


def _preview(photo: Photo) -> _Preview:
    import cv2

    scale = min(1.0, _PREVIEW_SIDE / max(photo.size.width, photo.size.height))
    size = (max(1, round(photo.size.width * scale)), max(1, round(photo.size.height * scale)))
    small = np.asarray(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA))
    if photo.metadata.icc is not None:
        source = np.ascontiguousarray(small)
        small = profiles.transform(
            cast(Pixels, source), photo.metadata.icc, profiles.srgb(), "rgb", path=Path(photo.name)
        )
    return _Preview(np.asarray(small // (257 if small.dtype == np.uint16 else 1), np.uint8))


def _picture(block: ifd.Block, pixels: Pixels) -> dict[int, ifd.Entry]:
    """Return the directory of the picture itself, without the tiles' places."""
    height, width = pixels.shape[:2]
    cut = {322: TILE, 323: TILE, 324: 0, 325: 0} if width >= TILE else {278: height, 273: 0, 279: 0}
    return {
        **{tag: block.integer(value) for tag, value in cut.items()},
        254: block.integer(0),
        256: block.integer(width),
        257: block.integer(height),
        258: _shorts(block, 16, 16, 16),
        259: block.short(_JPEG),
        PHOTOMETRIC: block.short(RAW_KINDS[1]),
        277: block.short(3),
        284: block.short(1),
        50713: _shorts(block, 1, 1),  # BlackLevelRepeatDim
        50714: _shorts(block, 0, 0, 0),  # BlackLevel
        50717: _shorts(block, _PEAK, _PEAK, _PEAK),  # WhiteLevel
        50718: _rationals(block, (1.0, 1.0), _RATIONAL),  # DefaultScale
        50719: _longs(block, [0, 0]),  # DefaultCropOrigin
        50720: _longs(block, [width, height]),  # DefaultCropSize
        50780: _rationals(block, (1.0,), _RATIONAL),  # BestQualityScale
        50829: _longs(block, [0, 0, height, width]),  # ActiveArea
    }


def _describe(
    block: ifd.Block, metadata: Metadata, colours: dng_colours.OutputColours, preview: _Preview
) -> None:
    """Complete the first directory: the preview's layout, versions, model, colours, XMP and IPTC."""
    entries = block.main.entries
    model = entries.get(camera.MODEL)
    entries.update({
        254: block.integer(1),  # a preview
        256: block.integer(preview.width),
        257: block.integer(preview.height),
        258: _shorts(block, 8, 8, 8),
        259: block.short(_JPEG),
        262: block.short(_YCBCR),
        274: block.short(1),
        277: block.short(3),
        278: block.integer(preview.height),
        279: block.integer(len(preview.data)),
        284: block.short(1),
        530: _shorts(block, 2, 2),
        531: block.short(1),
        50706: ifd.Entry(_BYTE, 4, _VERSION),
        50707: ifd.Entry(_BYTE, 4, _BACKWARD),
        camera.MODEL: model if model is not None and model.kind == ifd.ASCII else ifd.text(_model(entries)),
        50728: _rationals(block, colours.neutral, _RATIONAL),  # AsShotNeutral
        50970: block.integer(2),  # PreviewColorSpace: sRGB
    })  # fmt: skip
    for tag, values in colours.tags:
        entries[tag] = _colour_entry(block, tag, values)
    if colours.rendered:  # a straight tone curve, and no black point of the developer's own
        entries[50936] = ifd.text("dualzoom linear")  # ProfileName
        entries[50940] = ifd.Entry(_FLOAT, 4, struct.pack(f"{block.order}4f", 0, 0, 1, 1))  # ProfileToneCurve
        entries[50941] = block.integer(0)  # ProfileEmbedPolicy: allow copying
        entries[51110] = block.integer(1)  # DefaultBlackRender: none
    for tag, kind, data in ((700, _BYTE, metadata.xmp), (33723, ifd.UNDEFINED, metadata.iptc)):
        if data:
            entries[tag] = ifd.Entry(kind, len(data), data)


def _model(entries: dict[int, ifd.Entry]) -> str:
    """Return make and model, or our own name."""
    names = [
        entries[tag].data.partition(b"\0")[0].decode("ascii", "replace")
        for tag in (271, 272)
        if tag in entries
    ]
    return " ".join(name.strip() for name in names if name.strip()) or "dualzoom"


def _colour_entry(block: ifd.Block, tag: int, values: tuple[float, ...]) -> ifd.Entry:
    if tag in camera.ILLUMINANTS:
        return block.short(int(values[0]))
    return _rationals(block, values, _RATIONAL if tag == camera.ANALOG_BALANCE else _SRATIONAL)


def _shorts(block: ifd.Block, *values: int) -> ifd.Entry:
    return ifd.Entry(ifd.SHORT, len(values), struct.pack(f"{block.order}{len(values)}H", *values))


def _longs(block: ifd.Block, values: list[int]) -> ifd.Entry:
    return ifd.Entry(ifd.LONG, len(values), struct.pack(f"{block.order}{len(values)}I", *values))


def _rationals(block: ifd.Block, values: tuple[float, ...], kind: int) -> ifd.Entry:
    numbers = [number for value in values for number in (round(value * _DENOMINATOR), _DENOMINATOR)]
    letter = "I" if kind == _RATIONAL else "i"
    return ifd.Entry(kind, len(values), struct.pack(f"{block.order}{len(numbers)}{letter}", *numbers))
