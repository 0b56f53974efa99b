"""Reads AVIF pictures of 8, 10 and 12 bits; 10 and 12 bits become 16.

The decoder gets a file rebuilt from the picture's own items (with its cells and its alpha), so nothing else in the
file, such as an animation's other frames, is ever decoded. The container's turns decide, not the EXIF orientation.

Source: AV1 Image File Format 1.1 (AOM); ISO/IEC 23008-12 (irot, imir, clap); ITU-T H.273.
"""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture import heic_boxes, heif_items
from dualzoom.capture.decoded import COPY_AGAIN, FIRST_OF_ANIMATION, Decoded, check_size, decoding, full_scale
from dualzoom.capture.heif_items import Item, Items
from dualzoom.capture.photo import Metadata
from dualzoom.capture.picture_colours import from_tag
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

BRANDS = (b"avif", b"mif1", b"miaf")
ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_MAX_CELLS = 1024
#: EXIF orientation by quarter turns anti-clockwise, without and with a mirror image about the vertical axis after them.
_TURNED, _MIRRORED = (1, 8, 3, 6), (2, 7, 4, 5)


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the primary picture of an AVIF file, 8 or 16 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large or HDR (PQ, HLG).
    """
    import imagecodecs  # here, so that importing the package stays quick

    heic_boxes.check(path, data)
    with decoding(path, "AVIF"):
        items = heif_items.parse(data)
        picture = items.by_number.get(items.primary)
    if picture is None:
        raise CaptureError(path, "the AVIF file is truncated or damaged: it has no picture", COPY_AGAIN)
    with decoding(path, "AVIF"):
        alone, alpha = _alone(path, items, settings)
        pixels = imagecodecs.avif_decode(b"".join(heif_items.build(alone, BRANDS)))
        if pixels.ndim not in (2, 3) or pixels.shape[1::-1] != _size(picture):
            raise CaptureError(path, "the AVIF file contradicts itself about its size", COPY_AGAIN)
        pixels = _cropped(_at_16_bits(pixels, picture), picture)
        orientation = orientation_of(picture)
    icc, noted = colours(path, picture, "AVIF")
    notes = list(noted)
    if data[8:12] == b"avis" or any(kind == b"moov" for kind, _, _ in heic_boxes.boxes(data, 0, len(data))):
        notes.append(FIRST_OF_ANIMATION)
    if any(item.kind == b"tmap" for item in items.by_number.values()):
        notes.append("the base picture of an HDR photo is used; its gain map is left out")
    return Decoded(
        pixels=pixels,
        colour="grey" if pixels.ndim == 2 or pixels.shape[2] < 3 else "rgb",
        orientation=orientation,
        has_alpha=alpha is not None,
        premultiplied=bool(picture.targets(b"prem")),
        metadata=replace(metadata(items), icc=icc),
        notes=tuple(notes),
    )


def _alone(path: Path, items: Items, settings: CaptureSettings) -> tuple[Items, Item | None]:
    """Return the primary picture with its cells and its alpha plane as the only items, and that plane."""
    picture = items.by_number[items.primary]
    planes = (
        item
        for item in items.linked_to(items.primary, b"auxl")
        if (item.first(b"auxC") or b"")[4:].startswith(ALPHA)
    )
    alpha = next(planes, None)
    out, numbers = Items(primary=1), dict[int, int]()
    for item in (picture, alpha) if alpha else (picture,):
        cells = item.targets(b"dimg") if item.kind == b"grid" else ()
        if len(cells) > _MAX_CELLS or item.kind not in (b"av01", b"grid"):
            raise CaptureError(path, "the AVIF file is damaged, or of a kind no camera writes", COPY_AGAIN)
        kept = tuple(one for one in item.properties if one.kind not in (b"irot", b"imir", b"clap"))
        copy = replace(item, properties=kept, hidden=False, links=((b"auxl", (1,)),) if item is alpha else ())
        out.by_number[len(out.by_number) + 1] = copy
        for part in (item, *(items.by_number[cell] for cell in cells)):
            check_size(path, *_size(part), settings)
        for cell in cells:
            numbers.setdefault(cell, len(out.by_number) + 1)
            out.by_number[numbers[cell]] = replace(items.by_number[cell], links=(), hidden=True)
        if cells:
            copy.links = (*copy.links, (b"dimg", tuple(numbers[cell] for cell in cells)))
    return out, alpha


def _size(picture: Item) -> tuple[int, int]:
    """Return width and height of a picture item."""
    width, height = struct.unpack_from(">II", picture.first(b"ispe") or b"", 4)
    return width, height


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


def orientation_of(picture: Item) -> int:
    """Return the EXIF orientation that does what the container's turn (irot) and mirror (imir) do, in this order."""
    turns = (picture.first(b"irot") or b"\0")[0] & 3
    mirror = picture.first(b"imir")
    if mirror is None:
        return _TURNED[turns]
    return _MIRRORED[(turns + (2 if mirror[0] & 1 == 0 else 0)) % 4]


def _cropped(pixels: Any, picture: Item) -> Any:
    """Apply the clean aperture (clap) where it has whole pixels and lies inside; leave the rest as it is."""
    clap = picture.first(b"clap")
    if clap is None or len(clap) < 32:
        return pixels
    numbers = struct.unpack(">IIIIiIiI", clap[:32])
    if 0 in numbers[1::2]:
        return pixels
    width, height, x, y = (top / bottom for top, bottom in zip(numbers[::2], numbers[1::2], strict=True))
    left, top = x + (pixels.shape[1] - width) / 2, y + (pixels.shape[0] - height) / 2
    box = (left, top, width, height)
    inside = left >= 0 and top >= 0 and left + width <= pixels.shape[1] and top + height <= pixels.shape[0]
    if not inside or min(width, height) < 1 or any(value != int(value) for value in box):
        return pixels
    return pixels[int(top) : int(top + height), int(left) : int(left + width)]


def colours(path: Path, picture: Item, kind: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the ICC profile of an item, or that of its colour tag, and a note where neither is known.

    Raises:
        CaptureError: the colour tag says PQ or HLG.
    """
    found = {one.content[:4]: one.content[4:] for one in reversed(picture.properties) if one.kind == b"colr"}
    icc = found.get(b"prof") or found.get(b"rICC") or None
    if icc is not None or len(found.get(b"nclx", b"")) < 4:
        return icc, ()
    primaries, transfer = struct.unpack_from(">HH", found[b"nclx"])
    return from_tag(path, primaries, transfer, kind)


def metadata(items: Items) -> Metadata:
    """Return EXIF and XMP of the primary picture; the first of each where none says whose it is."""
    exif, xmp = list[bytes](), list[bytes]()
    for item in _describing(items):
        if item.kind == b"Exif" and len(item.data) > 4:
            start = 4 + int.from_bytes(item.data[:4], "big")
            exif.append(bytes(item.data[start:]).removeprefix(b"Exif\0\0"))
        elif item.kind == b"mime" and item.content_type == b"application/rdf+xml":
            xmp.append(bytes(item.data))
    return Metadata(exif=next(iter(exif), b"") or None, xmp=next(iter(xmp), b"") or None)


def _describing(items: Items) -> list[Item]:
    """Return the metadata of the primary picture first, then metadata of no picture."""
    own = items.linked_to(items.primary, b"cdsc")
    return own + [item for item in items.by_number.values() if not item.targets(b"cdsc")]
