"""HEIC files for tests, where no encoder is at hand: `scene` of `faults`, encoded once without loss, in new containers.

golden/scene-8.heic and scene-10.heic hold it with 8 and 10 bits a channel, scene-alpha.heic with 8 bits and the
opacity of `disc`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.heif_items import Item, Property, build, parse

GOLDEN = Path(__file__).resolve().parent / "golden"
_BRANDS = (b"heic", b"mif1", b"heix", b"miaf")


def disc() -> NDArray[np.float64]:
    """A soft-edged disc of opacity, 96 × 128, 0..1."""
    y, x = np.mgrid[0:96, 0:128]
    return np.asarray(np.clip((45 - np.hypot(x - 64, y - 48)) / 10, 0, 1))


def heic(
    kind: str = "8",
    *,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    iptc: bytes | None = None,
    icc: bytes | None = None,
    nclx: tuple[int, int] | None = None,
    properties: tuple[Property, ...] = (),
) -> bytes:
    """A HEIC file of `scene-KIND` with these blocks; `exif` begins with its TIFF head, `nclx`: primaries, transfer."""
    items = parse((GOLDEN / f"scene-{kind}.heic").read_bytes())
    picture = items.by_number[items.primary]
    kept = tuple(one for one in picture.properties if one.kind != b"colr")
    tag = [number.to_bytes(2, "big") for number in (*(nclx or (1, 13)), 0)]
    colours = [Property(kind=b"colr", content=b"nclx" + b"".join(tag) + b"\x80")]
    colours += [Property(kind=b"colr", content=b"prof" + icc)] if icc else []
    items.by_number[items.primary] = replace(picture, properties=(*kept, *colours, *properties))
    blocks: list[Any] = []
    if exif:
        blocks.append(Item(kind=b"Exif", data=bytes(4) + exif))
    if xmp:
        blocks.append(Item(kind=b"mime", content_type=b"application/rdf+xml", data=xmp))
    if iptc:
        blocks.append(Item(kind=b"iptc", data=iptc))
    for block in blocks:
        block.links = ((b"cdsc", (items.primary,)),)
        items.by_number[max(items.by_number) + 1] = block
    return b"".join(build(items, _BRANDS))
