"""What metadata says of the field of view, made true for a frame cut to zoom Z.

The lens stays what it was (FocalLength); its 35 mm equivalent and the digital zoom ratio grow by Z, and so do the
pixels per length on the sensor. Where the subject lay is counted in pixels of another frame and left out.

Source: Exif 3.0 (CIPA DC-008), section 4.6.6; XMP part 2, the exif namespace.
"""

import struct
from dataclasses import replace
from fractions import Fraction

from dualzoom.capture import ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Lens, Metadata
from dualzoom.capture.subject_area import AREA, LOCATION

DIGITAL_ZOOM, FOCAL_35MM = 0xA404, 0xA405
FOCAL_PLANE = (0xA20E, 0xA20F)  # pixels per length on the sensor, a rational each
_RATIONAL, _MOST = 5, 1 << 32


def lens_at(lens: Lens, zoom: float) -> Lens:
    """The lens as the narrower frame has it."""
    focal = None if lens.focal_35mm is None else float(round(lens.focal_35mm * zoom))  # EXIF holds whole mm
    return replace(lens, focal_35mm=focal, digital_zoom=round((lens.digital_zoom or 1.0) * zoom, 4))


def narrowed(metadata: Metadata, lens: Lens, zoom: float) -> Metadata:
    """`metadata` (of a photo with `lens`) with the EXIF of its frame cut to 1/`zoom` of each side.

    XMP is left to `xmp.made_true`.
    """
    block = ifd.parse(metadata.exif) if metadata.exif else None
    if block is None:
        return metadata
    now = lens_at(lens, zoom)
    exif = block.main.children.setdefault(ifd.EXIF_IFD, ifd.Directory()).entries
    exif[DIGITAL_ZOOM] = _rational(ratio_of(now), block.order)
    if now.focal_35mm is not None:
        exif[FOCAL_35MM] = block.short(min(int(now.focal_35mm), 65535))
    for tag in (AREA, LOCATION):
        exif.pop(tag, None)
    scale_focal_plane(exif, Fraction(zoom).limit_denominator(10_000), block.order)
    return replace(metadata, exif=serialise(block))


def ratio_of(lens: Lens) -> Fraction:
    """The digital zoom ratio as EXIF and XMP hold it; 1 where it is not known."""
    return Fraction(lens.digital_zoom or 1.0).limit_denominator(10_000)


def scale_focal_plane(exif: dict[int, ifd.Entry], factor: Fraction, order: ifd.Order) -> None:
    """Pixels per length on the sensor times `factor`, so that programs still find the sensor's true size."""
    for tag in FOCAL_PLANE:
        entry = exif.get(tag)
        if entry is None or entry.kind != _RATIONAL or entry.count != 1 or factor == 1:
            continue
        above, below = struct.unpack(f"{order}II", entry.data)
        if above and below:
            exif[tag] = _rational(Fraction(above, below) * factor, order)


def _rational(value: Fraction, order: ifd.Order) -> ifd.Entry:
    """The nearest unsigned rational that EXIF can hold."""
    value, limit = min(value, Fraction(_MOST - 1)), _MOST - 1
    while value.numerator >= _MOST or value.denominator >= _MOST:
        value, limit = value.limit_denominator(limit), limit // 16
    return ifd.Entry(_RATIONAL, 1, struct.pack(f"{order}II", value.numerator, value.denominator))
