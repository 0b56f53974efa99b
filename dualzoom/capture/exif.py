"""Reads lens, orientation and printable tags from an EXIF block; treats implausible values as missing.

exifread only ever gets blocks that `ifd` has parsed and serialised again, so a damaged block cannot mislead it.

Source: Exif 3.0 (CIPA DC-008), section 4.6.
"""

import io
import logging
import math
from typing import Any

from dualzoom.capture import ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Lens

_MAX_VALUE_BYTES = 4096  # descriptive values are shorter; lists of coordinates may be longer
_MAX_FOCAL_MM = 10_000.0  # longer than any lens; damaged rationals produce such numbers


def sanitised(block: bytes | None) -> bytes | None:
    """Return a copy of the block for reading: without thumbnail, maker note and values above 4 kB.

    Returns None if the block is missing or its structure is damaged.
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
            if tag != ifd.MAKER_NOTE and len(entry.data) <= _MAX_VALUE_BYTES
        }
        directories += directory.children.values()
    return serialise(parsed)


def describe(block: bytes | None) -> tuple[Lens, int | None]:
    """Return lens and orientation (1..8, or None if missing or invalid) of an EXIF block from `sanitised`."""
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


def printable_tags(block: bytes | None) -> dict[str, str]:
    """Return every tag of a block from `sanitised` as printable text, keyed by exifread's name ("EXIF FNumber")."""
    texts = {name: str(tag) for name, tag in _tags(block).items()}
    return {
        name: "".join(c if c.isprintable() else " " for c in text).strip() for name, text in texts.items()
    }


def _tags(block: bytes | None) -> dict[str, Any]:
    """Return the tags that exifread finds; an empty dict if it fails."""
    if block is None:
        return {}
    import exifread  # here, so that training can import the package without it

    logging.getLogger("exifread").setLevel(logging.CRITICAL)
    try:
        tags: dict[str, Any] = exifread.process_file(io.BytesIO(block), details=False)
    except Exception:  # noqa: BLE001 - a damaged value must not make a good photo unreadable
        return {}
    return tags


def _number(tags: dict[str, Any], name: str) -> float | None:
    try:
        value = float(tags[name].values[0])
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _focal(tags: dict[str, Any], name: str) -> float | None:
    """Return a plausible focal length or ratio; None otherwise (0 means "unknown" in EXIF)."""
    value = _number(tags, name)
    return value if value is not None and 0 < value <= _MAX_FOCAL_MM else None


def _text(tags: dict[str, Any], name: str) -> str | None:
    value = getattr(tags.get(name), "values", None)
    if not isinstance(value, str):
        return None
    return value.replace("\0", " ").strip() or None
