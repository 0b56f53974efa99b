"""Reads AVIF pictures of 8, 10 and 12 bits; 10 and 12 bits become 16.

The decoder gets a file rebuilt from the picture's own items (with its cells and its alpha), so nothing else in the
file, such as an animation's other frames, is ever decoded; a gain map by the standard (`heif_gain_map`) likewise. The
container's turns decide, not the EXIF orientation.

Source: AV1 Image File Format 1.1 (AOM); ISO/IEC 23008-12 (irot, imir, clap); ITU-T H.273.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture import av1_header, heic_boxes, heif_gain_map, heif_items, heif_picture
from dualzoom.capture.decoded import COPY_AGAIN, FIRST_OF_ANIMATION, Decoded, decoding, full_scale
from dualzoom.capture.heif_items import Item
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

BRANDS = (b"avif", b"mif1", b"miaf")
_KINDS = (b"av01", b"grid")


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the primary picture of an AVIF file, 8 or 16 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large or HDR (PQ, HLG).
    """
    import imagecodecs  # here, so that importing the package stays quick

    items, picture = heif_picture.opened(path, data, "AVIF")
    kept, alpha = heif_picture.alone(path, items, settings)
    if any(item.kind not in _KINDS for item in kept.by_number.values()):
        raise CaptureError(path, "the AVIF file is damaged, or of a kind no camera writes", COPY_AGAIN)
    with decoding(path, "AVIF"):
        coded = [item for item in kept.by_number.values() if item.kind == b"av01"]
        if any(set(av1_header.sizes(item.data)) != {heif_picture.size_of(item)} for item in coded):
            raise CaptureError(path, "the AVIF file contradicts itself about its size", COPY_AGAIN)
        pixels = imagecodecs.avif_decode(b"".join(heif_items.build(kept, BRANDS)))
        if pixels.ndim not in (2, 3) or pixels.shape[1::-1] != heif_picture.size_of(picture):
            raise CaptureError(path, "the AVIF file contradicts itself about its size", COPY_AGAIN)
        pixels = _at_16_bits(pixels, picture)
    moving = data[8:12] == b"avis" or any(
        kind == b"moov" for kind, _, _ in heic_boxes.boxes(data, 0, len(data))
    )
    described = heif_picture.described(
        path,
        "AVIF",
        items,
        Decoded(
            pixels=pixels,
            colour="grey" if pixels.ndim == 2 or pixels.shape[2] < 3 else "rgb",
            has_alpha=alpha,
            premultiplied=bool(picture.targets(b"prem")),
            notes=(FIRST_OF_ANIMATION,) if moving else (),
        ),
    )
    gain_map = heif_gain_map.read(path, items, described.pixels.shape[:2], _READER, settings)
    if gain_map is None:
        return described
    notes = tuple(note for note in described.notes if heif_gain_map.LEFT_OUT not in note)
    return replace(described, gain_map=gain_map, notes=notes)


def _part(data: bytes) -> Any:
    """Decode a file of a gain map alone."""
    import imagecodecs

    items = heif_items.parse(data)
    picture = items.by_number[items.primary]
    coded = [item for item in items.by_number.values() if item.kind == b"av01"]
    if any(set(av1_header.sizes(item.data)) != {heif_picture.size_of(item)} for item in coded):
        raise ValueError("it contradicts itself about its size")
    return _at_16_bits(imagecodecs.avif_decode(data), picture)


_READER = heif_gain_map.Reader(BRANDS, _part)


def _at_16_bits(pixels: Any, picture: Item) -> Any:
    """Stretch 10 or 12 bits to 16, so that white is 65535; the sequence's own configuration tells the depth."""
    if pixels.dtype == np.uint8:
        return pixels
    flags = (picture.first(b"av1C") or bytes(4))[2]
    bits = (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    if picture.kind == b"grid":  # its cells have the configuration
        bits = (picture.first(b"pixi") or b"\0\0\0\0\1\x0a")[5]
    if not 8 < bits <= 12:
        bits = 12 if int(pixels.max(initial=0)) > 1023 else 10
    return full_scale(pixels, bits)
