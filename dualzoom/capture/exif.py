"""What EXIF says about the lens and the orientation; silence where it says nonsense.

exifread sees only blocks that `ifd` has taken apart and written anew, so a damaged block cannot lead it
astray.
"""

import io
import logging
import math
from typing import Any

from dualzoom.capture import ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Lens

_MAX_WORDS = 4096  # bytes of a value that says something in words; a list of coordinates may be longer
_MAX_FOCAL_MM = 10_000.0  # beyond every lens; damaged rationals give such numbers


def sane(block: bytes | None) -> bytes | None:
    """The block written anew for reading only: no thumbnail, no maker note, no value beyond 4 kB.

    None where it cannot be followed.
    """
    parsed = ifd.parse(block) if block else None
    if parsed is None:
        return None
    parsed.thumbnail = None
    directories = [parsed.main]
    while directories:
        directory = directories.pop()
        directory.entries = {
            tag: entry
            for tag, entry in directory.entries.items()
            if tag != ifd.MAKER_NOTE and len(entry.data) <= _MAX_WORDS
        }
        directories += directory.children.values()
    return serialise(parsed)


def describe(block: bytes | None) -> tuple[Lens, int | None]:
    """Lens and orientation (1..8; None: not said, or not one of the eight) of an EXIF block from `sane`."""
    tags = _tags(block)
    orientation = _number(tags, "Image Orientation")
    lens = Lens(
        focal_mm=_focal(tags, "EXIF FocalLength"),
        focal_35mm=_focal(tags, "EXIF FocalLengthIn35mmFilm"),
        digital_zoom=_focal(tags, "EXIF DigitalZoomRatio"),
        make=_text(tags, "Image Make"),
        model=_text(tags, "Image Model"),
    )
    return lens, int(orientation) if orientation is not None and orientation in range(1, 9) else None


def readable(block: bytes | None) -> dict[str, str]:
    """Every tag of a block from `sane` by exifread's name ("EXIF FNumber"), as printable text; no maker notes."""
    texts = {name: str(tag) for name, tag in _tags(block).items()}
    return {
        name: "".join(c if c.isprintable() else " " for c in text).strip() for name, text in texts.items()
    }


def _tags(block: bytes | None) -> dict[str, Any]:
    """What exifread finds; nothing where it gives up."""
    if block is None:
        return {}
    import exifread  # here, so that training can import the package without it

    logging.getLogger("exifread").setLevel(logging.CRITICAL)
    try:
        tags: dict[str, Any] = exifread.process_file(io.BytesIO(block), details=False)
    except Exception:  # noqa: BLE001 - whatever a damaged value does to the reader, the photo is still good
        return {}
    return tags


def _number(tags: dict[str, Any], name: str) -> float | None:
    try:
        value = float(tags[name].values[0])
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _focal(tags: dict[str, Any], name: str) -> float | None:
    """A positive number in a lens's range; 0 means "unknown" in EXIF."""
    value = _number(tags, name)
    return value if value is not None and 0 < value <= _MAX_FOCAL_MM else None


def _text(tags: dict[str, Any], name: str) -> str | None:
    value = getattr(tags.get(name), "values", None)
    if not isinstance(value, str):
        return None
    return value.replace("\0", " ").strip() or None
