"""The shooting conditions of a photo: photos that agree in them passed through the same lens and processing."""

import math

from dualzoom.capture import exif
from dualzoom.capture.photo import Photo

_ISO_TAGS = ("EXIF ISOSpeedRatings", "EXIF PhotographicSensitivity")
_LENS_TAGS = ("EXIF LensModel", "EXIF FocalLength")


def conditions(photo: Photo) -> tuple[str, ...] | None:
    """Return make, model, lens, size in pixels and ISO rounded to a power of two; None if the file names no camera.

    The size ignores orientation ("3000x4000"). A missing ISO is "?" and agrees only with another missing ISO.
    """
    make, model = photo.lens.make, photo.lens.model
    if not (make or model):
        return None
    tags = exif.printable_tags(photo.metadata.exif)
    lens = next((tags[name] for name in _LENS_TAGS if name in tags), "")
    iso = next((tags[name] for name in _ISO_TAGS if name in tags), "")
    octave = str(round(math.log2(int(iso)))) if iso.isdigit() and int(iso) > 0 else "?"
    sides = sorted((photo.size.width, photo.size.height))
    return (make or "", model or "", lens, f"{sides[0]}x{sides[1]}", octave)
