"""The picture to show of an AVIF or HEIC file: taken out of it with what it is made of, and described.

Decoders get a file rebuilt from these items alone. So no other picture, frame or block of the file can cost time or
memory, or meet a fault of a decoding library. The container's turns decide, not the EXIF orientation.

Source: ISO/IEC 23008-12:2022, sections 6.5 (ispe, irot, imir, colr, auxC), 6.6 (grid, iovl, iden); ISO/IEC 14496-12
(clap); ITU-T H.273.
"""

import struct
from dataclasses import replace
from pathlib import Path

from dualzoom.capture import heic_boxes, heif_items, heif_metadata
from dualzoom.capture.decoded import COPY_AGAIN, Decoded, check_size, decoding
from dualzoom.capture.heif_items import Item, Items
from dualzoom.capture.photo import Pixels
from dualzoom.capture.picture_colours import from_tag
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0")
_MAX_PARTS = 4096  # a picture of 200 megapixels in cells of 256 pixels has 3,100
_MAX_DEPTH = 3  # an overlay of grids of cells
_TURNS = (b"irot", b"imir", b"clap")
#: EXIF orientation by quarter turns anti-clockwise, without and with a mirror image about the vertical axis after them.
_TURNED, _MIRRORED = (1, 8, 3, 6), (2, 7, 4, 5)


def opened(path: Path, data: bytes, kind: str) -> tuple[Items, Item]:
    """Return the items of a file and the picture to show.

    Raises:
        CaptureError: the file is truncated or damaged, or its items ask for many times the bytes that it has.
    """
    heic_boxes.check(path, data)
    with decoding(path, kind):
        items = heif_items.parse(data)
    picture = items.by_number.get(items.primary)
    if picture is None:
        raise CaptureError(path, f"the {kind} file is truncated or damaged: it has no picture", COPY_AGAIN)
    if any(item.missing for item in items.linked_to(items.primary, b"cdsc")):
        raise CaptureError(
            path, f"the {kind} file is truncated: its metadata lies beyond its end", COPY_AGAIN
        )
    return items, picture


def described(path: Path, kind: str, items: Items, decoded: Decoded) -> Decoded:
    """Return the decoded picture cropped, with its orientation, colours, metadata and notes on what is left out.

    Raises:
        CaptureError: the picture is HDR (PQ, HLG), or its properties are damaged.
    """
    picture = items.by_number[items.primary]
    with decoding(path, kind):
        icc, noted = colours(path, items, kind)
        return replace(
            decoded,
            pixels=cropped(decoded.pixels, picture),
            orientation=orientation_of(picture),
            metadata=replace(heif_metadata.of(items), icc=icc),
            notes=(*decoded.notes, *noted, *_notes(items)),
        )


def _notes(items: Items) -> list[str]:
    """Return notes on pictures besides the primary one that a viewer could show."""
    notes, listed = [], items.by_number.items()
    auxiliaries = [
        item for _, item in listed if any(b"gainmap" in one.content.lower() for one in item.properties)
    ]
    if auxiliaries or any(item.kind == b"tmap" for _, item in listed):
        notes.append("the base picture of an HDR photo is used; its gain map is left out")
    parts = {part for _, item in listed for part in item.targets(b"dimg")}
    others = [
        number
        for number, item in listed
        if item.first(b"ispe") is not None
        and not (item.hidden or number in parts or number == items.primary or item.kind == b"tmap")
        and not any(link in (b"auxl", b"thmb") for link, _ in item.links)
    ]
    if others:
        notes.append("the primary picture of several is used")
    return notes


def alone(path: Path, items: Items, settings: CaptureSettings) -> tuple[Items, bool]:
    """Return the primary picture and all that it is made of as the only items, and whether it has an alpha plane.

    Its turns are left out.

    Raises:
        CaptureError: a part is missing or too large, or there are too many.
    """
    picture = items.by_number[items.primary]
    copier = _Copier(path, items, settings)
    copier.add(items.primary)
    copy = copier.out.by_number[1]
    copy.properties = tuple(one for one in picture.properties if one.kind not in _TURNS)
    copy.hidden = False
    return copier.out, items.primary in copier.planes


class _Copier:
    """Copies items with their parts and alpha planes under new numbers; each is copied once."""

    def __init__(self, path: Path, items: Items, settings: CaptureSettings) -> None:
        self.path, self.items, self.settings = path, items, settings
        self.out, self.known = Items(primary=1), dict[int, int]()
        self.planes = {
            picture: number
            for number, item in items.by_number.items()
            if (item.first(b"auxC") or b"")[4:].startswith(ALPHA)
            for picture in item.targets(b"auxl")
        }

    def add(self, number: int, depth: int = 0) -> int:
        """Copy item `number` with all that belongs to it, and return its new number."""
        if number in self.known:
            return self.known[number]
        item = self.items.by_number.get(number)
        if item is None or item.missing:
            raise CaptureError(
                self.path, "the file is truncated: a part of its picture is missing", COPY_AGAIN
            )
        if len(self.out.by_number) > _MAX_PARTS or depth > _MAX_DEPTH:
            raise CaptureError(self.path, "the file is damaged: its picture has too many parts", COPY_AGAIN)
        with decoding(self.path, "picture in this"):
            width, height = size_of(item)
        check_size(self.path, width, height, self.settings)
        new = len(self.out.by_number) + 1
        self.out.by_number[new] = copy = replace(item, links=(), hidden=True)
        if number in self.planes and self.planes[number] != number:
            plane = self.out.by_number[self.add(self.planes[number], depth + 1)]
            plane.links = (*plane.links, (b"auxl", (new,)))
        parts = tuple(self.add(part, depth + 1) for part in item.targets(b"dimg"))
        copy.links = (*copy.links, *(((b"dimg", parts),) if parts else ()))
        self.known[number] = new
        return new


def size_of(picture: Item) -> tuple[int, int]:
    """Return width and height of a picture item."""
    width, height = struct.unpack_from(">II", picture.first(b"ispe") or b"", 4)
    return width, height


def orientation_of(picture: Item) -> int:
    """Return the EXIF orientation that does what the container's turn (irot) and mirror (imir) do, in this order."""
    turns = (picture.first(b"irot") or b"\0")[0] & 3
    mirror = picture.first(b"imir")
    if mirror is None:
        return _TURNED[turns]
    return _MIRRORED[(turns + (2 if mirror[0] & 1 == 0 else 0)) % 4]


def cropped(pixels: Pixels, picture: Item) -> Pixels:
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


def colours(path: Path, items: Items, kind: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the ICC profile of the primary picture, or that of its colour tag, and a note where neither is known.

    Raises:
        CaptureError: the colour tag says PQ or HLG.
    """
    picture = items.by_number[items.primary]
    parts = [items.by_number[part] for part in picture.targets(b"dimg")[:1] if part in items.by_number]
    known = (
        *picture.properties,
        *(one for part in parts for one in part.properties),
    )  # a grid's cells may say it
    found = {one.content[:4]: one.content[4:] for one in reversed(known) if one.kind == b"colr"}
    icc = found.get(b"prof") or found.get(b"rICC") or None
    if icc is not None or len(found.get(b"nclx", b"")) < 4:
        return icc, ()
    primaries, transfer = struct.unpack_from(">HH", found[b"nclx"])
    return from_tag(path, primaries, transfer, kind)
