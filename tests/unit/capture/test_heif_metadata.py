"""Metadata is that of the primary picture, in whatever order the file lists it."""

from dualzoom.capture import heif_metadata
from dualzoom.capture.heif_items import Item, Items
from dualzoom.capture.photo import Metadata


def exif(text: bytes, *links) -> Item:
    return Item(kind=b"Exif", data=b"\0\0\0\6Exif\0\0" + text, links=links)


def test_the_primary_pictures_own_blocks_count_first():
    items = Items(primary=1, by_number={
        2: exif(b"other", (b"cdsc", (9,))),
        3: exif(b"free"),
        4: exif(b"own", (b"cdsc", (1,))),
        5: Item(kind=b"mime", data=b"no", content_type=b"text/plain", links=((b"cdsc", (1,)),)),
        6: Item(kind=b"mime", data=b"<x/>", content_type=b"application/rdf+xml", links=((b"cdsc", (1,)),)),
        7: Item(kind=b"iptc", data=b"i"),
    })  # fmt: skip
    assert heif_metadata.of(items) == Metadata(exif=b"own", xmp=b"<x/>", iptc=b"i")
    del items.by_number[4]
    assert heif_metadata.of(items).exif == b"free"


def test_empty_and_missing_blocks_are_none():
    items = Items(
        primary=1, by_number={2: Item(kind=b"iptc"), 3: exif(b"cut"), 4: Item(kind=b"Exif", data=b"\0")}
    )
    items.by_number[3].missing = True
    assert heif_metadata.of(items) == Metadata()
