"""Adjusts the EXIF fields that describe the field of view to a frame cropped to zoom Z.

FocalLength keeps describing the lens; its 35 mm equivalent, the digital zoom ratio and the focal-plane resolution
grow by Z. The subject's position counts pixels of the uncropped frame and is dropped.

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
FOCAL_PLANE = (0xA20E, 0xA20F)  # pixels per unit of length on the sensor, one rational each
_RATIONAL, _RATIONAL_END = 5, 1 << 32


def lens_at(lens: Lens, zoom: float) -> Lens:
    """Return the lens data of a frame cropped to 1/`zoom` of each side."""
    focal = None if lens.focal_35mm is None else float(round(lens.focal_35mm * zoom))  # EXIF holds whole mm
    return replace(lens, focal_35mm=focal, digital_zoom=round((lens.digital_zoom or 1.0) * zoom, 4))


def with_field_of_view(metadata: Metadata, lens: Lens, zoom: float) -> Metadata:
    """Return `metadata` of a photo with `lens`, its EXIF adjusted to a crop to 1/`zoom` of each side.

    Leaves XMP to `xmp.update`.
    """
    block = ifd.parse(metadata.exif) if metadata.exif else None
    if block is None:
        return metadata
    cropped = lens_at(lens, zoom)
    exif = block.main.children.setdefault(ifd.EXIF_IFD, ifd.Directory()).entries
    exif[DIGITAL_ZOOM] = rational(ratio_of(cropped), block.order)
    if cropped.focal_35mm is not None:
        exif[FOCAL_35MM] = block.short(min(int(cropped.focal_35mm), 65535))
    for tag in (AREA, LOCATION):
        exif.pop(tag, None)
    factor = Fraction(zoom).limit_denominator(10_000)
    exif |= {tag: scaled_density(exif[tag], factor, block.order) for tag in FOCAL_PLANE if tag in exif}
    return replace(metadata, exif=serialise(block))


def ratio_of(lens: Lens) -> Fraction:
    """Return the digital zoom ratio as EXIF and XMP store it; 1 if unknown."""
    return Fraction(lens.digital_zoom or 1.0).limit_denominator(10_000)


def scaled_density(entry: ifd.Entry, factor: Fraction, order: ifd.Order) -> ifd.Entry:
    """Multiply pixels per unit of length by `factor`, so that programs still compute the sensor's true size.

    Returns any other entry than one positive rational unchanged.
    """
    if entry.kind != _RATIONAL or entry.count != 1 or factor == 1:
        return entry
    numerator, denominator = struct.unpack(f"{order}II", entry.data)
    return rational(Fraction(numerator, denominator) * factor, order) if numerator and denominator else entry


def rational(value: Fraction, order: ifd.Order) -> ifd.Entry:
    """Return the nearest rational of two unsigned 32-bit numbers."""
    value, limit = min(value, Fraction(_RATIONAL_END - 1)), _RATIONAL_END - 1
    while value.numerator >= _RATIONAL_END or value.denominator >= _RATIONAL_END:
        value, limit = value.limit_denominator(limit), limit // 16
    return ifd.Entry(_RATIONAL, 1, struct.pack(f"{order}II", value.numerator, value.denominator))
