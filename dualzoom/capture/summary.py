"""What a photo's file says, in words for people: for pages and reports, never for computing."""

from dualzoom.capture import exif, profiles, xmp
from dualzoom.capture.photo import Photo

#: Row → EXIF tags, the first that is there counts. Where the photo was taken is nobody's business on a page.
_ROWS = {
    "Camera": ("Image Make",),
    "Model": ("Image Model",),
    "Lens": ("EXIF LensModel",),
    "Taken": ("EXIF DateTimeOriginal", "Image DateTime"),
    "Focal length, mm": ("EXIF FocalLength",),
    "… as on 35 mm": ("EXIF FocalLengthIn35mmFilm",),
    "Digital zoom": ("EXIF DigitalZoomRatio",),
    "Exposure, s": ("EXIF ExposureTime",),
    "Aperture": ("EXIF FNumber",),
    "ISO": ("EXIF ISOSpeedRatings", "EXIF PhotographicSensitivity"),
    "Artist": ("Image Artist",),
    "Copyright": ("Image Copyright",),
    "Software": ("Image Software",),
}
_NUMBERS = ("EXIF FocalLength", "EXIF FNumber", "EXIF DigitalZoomRatio")


def facts(photo: Photo) -> dict[str, str]:
    """Row → value, in a fixed order; rows of which nothing is known are left out."""
    size, metadata = photo.size, photo.metadata
    tags = exif.readable(metadata.exif)
    rows = {
        "File": photo.source.name if photo.source is not None else "",
        "Pixels": f"{size.width} × {size.height} ({size.area / 1e6:.1f} megapixels)",
        "Bits a channel": str(photo.bit_depth),
        "Colours": profiles.description(metadata.icc),
    }
    for row, names in _ROWS.items():
        rows[row] = next((_text(name, tags[name]) for name in names if name in tags), "")
    rows["Place (GPS)"] = "yes" if any(name.startswith("GPS") for name in tags) else ""
    rows["XMP, IPTC"] = ", ".join(
        name for name, block in (("XMP", metadata.xmp), ("IPTC", metadata.iptc)) if block
    )
    rows |= {f"dualzoom: {name}": value for name, value in xmp.note_of(metadata.xmp).items()}
    return {row: value for row, value in rows.items() if value}


def _text(name: str, value: str) -> str:
    """Rationals of lengths and ratios as decimals; all else as it stands.

    >>> _text("EXIF FNumber", "9/5"), _text("EXIF ExposureTime", "1/100")
    ('1.8', '1/100')
    """
    above, slash, below = value.partition("/")
    if name in _NUMBERS and slash and above.isdigit() and below.isdigit() and int(below):
        return f"{int(above) / int(below):g}"
    return value
