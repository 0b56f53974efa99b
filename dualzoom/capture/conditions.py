"""Under which conditions a photo was taken: photos that agree in these went through the same lens and processing."""

import math

from dualzoom.capture import exif
from dualzoom.capture.photo import Photo

_ISO_TAGS = ("EXIF ISOSpeedRatings", "EXIF PhotographicSensitivity")
_LENS_TAGS = ("EXIF LensModel", "EXIF FocalLength")


def conditions(photo: Photo) -> tuple[str, ...] | None:
    """Make, model, lens, size (either way up) and ISO to an octave; None where no camera is named.

    An ISO that the file does not tell is a condition of its own.
    """
    make, model = photo.lens.make, photo.lens.model
    if not (make or model):
        return None
    tags = exif.readable(photo.metadata.exif)
    lens = next((tags[name] for name in _LENS_TAGS if name in tags), "")
    iso = next((tags[name] for name in _ISO_TAGS if name in tags), "")
    octave = str(round(math.log2(int(iso)))) if iso.isdigit() and int(iso) > 0 else "?"
    sides = sorted((photo.size.width, photo.size.height))
    return (make or "", model or "", lens, f"{sides[0]}x{sides[1]}", octave)
