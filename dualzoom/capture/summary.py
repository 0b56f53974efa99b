"""Summarises a photo in words, for pages and reports; no code computes with them."""

from dualzoom.capture import exif, profiles, xmp
from dualzoom.capture.photo import Photo

#: Row → EXIF tags; the first tag present counts. The GPS position stays out of reports for privacy.
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


def summarise(photo: Photo) -> dict[str, str]:
    """Return row → value in a fixed order, without rows that have no value."""
    size, metadata = photo.size, photo.metadata
    tags = exif.printable_tags(metadata.exif)
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
    rows["Beside the picture"] = _beside(photo)
    rows |= {f"dualzoom: {name}": value for name, value in xmp.provenance_of(metadata.xmp).items()}
    return {row: value for row, value in rows.items() if value}


def _beside(photo: Photo) -> str:
    """Say what lies beside the picture in its file: gain map, motion video."""
    parts = []
    if photo.gain_map is not None:
        parts.append(f"HDR gain map, {photo.gain_map.hdr_headroom:.1f} stops")
    if photo.motion is not None:
        parts.append("motion video")
    return "; ".join(parts)


def _text(name: str, value: str) -> str:
    """Format rationals of lengths and ratios as decimals; return all else unchanged.

    >>> _text("EXIF FNumber", "9/5"), _text("EXIF ExposureTime", "1/100")
    ('1.8', '1/100')
    """
    numerator, slash, denominator = value.partition("/")
    if name in _NUMBERS and slash and numerator.isdigit() and denominator.isdigit() and int(denominator):
        return f"{int(numerator) / int(denominator):g}"
    return value
