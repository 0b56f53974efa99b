"""The metadata of the picture to show of an AVIF or HEIC file.

Source: ISO/IEC 23008-12:2022, annex A (Exif, XMP); ISO/IEC 14496-12 (item references).
"""

from dualzoom.capture.heif_items import Item, Items
from dualzoom.capture.photo import Metadata

_XMP_TYPE = b"application/rdf+xml"


def of(items: Items) -> Metadata:
    """Return EXIF, XMP and IPTC of the primary picture; the first of each where none says whose it is."""
    exif, xmp, iptc = list[bytes](), list[bytes](), list[bytes]()
    for item in _describing(items):
        if item.missing:
            continue
        if item.kind == b"Exif" and len(item.data) > 4:
            start = 4 + int.from_bytes(item.data[:4], "big")
            exif.append(bytes(item.data[start:]).removeprefix(b"Exif\0\0"))
        elif item.kind == b"mime" and item.content_type == _XMP_TYPE:
            xmp.append(bytes(item.data))
        elif item.kind == b"iptc":
            iptc.append(bytes(item.data))
    return Metadata(
        exif=next(iter(exif), b"") or None,
        xmp=next(iter(xmp), b"") or None,
        iptc=next(iter(iptc), b"") or None,
    )


def _describing(items: Items) -> list[Item]:
    """Return the metadata of the primary picture first, then metadata of no picture."""
    own = items.linked_to(items.primary, b"cdsc")
    return own + [item for item in items.by_number.values() if not item.targets(b"cdsc")]
