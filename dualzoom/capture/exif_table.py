"""The one table of EXIF tags that are wrong for the new picture, and the action for each.

All other tags stay unchanged, maker notes too (for Apple's see `apple_maker`): their content is the maker's own and
may still count old pixels.

Source: Exif 3.0 (CIPA DC-008), section 4.6; TIFF 6.0; TIFF/EP (ISO 12234-2); DNG specification 1.7; for
Microsoft's thumbnail tags exiftool's list of tags.
"""

from fractions import Fraction
from typing import Literal

from dualzoom.capture import ifd
from dualzoom.capture.field_of_view import FOCAL_PLANE, rational, scaled_density
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.subject_area import AREA, LOCATION, move_subject
from dualzoom.geometry import Size

Action = Literal[
    "orientation",  # becomes 1
    "width", "height",  # becomes the side of the result
    "software",  # becomes the name of this program, if one is given
    "version",  # is added if missing
    "subject",  # moves with the pixels, or is dropped (`subject_area`)
    "density",  # pixels per unit of length on the sensor: scaled
    "drop",  # describes how the old picture was stored, or counts its pixels
]  # fmt: skip

ORIENTATION, SOFTWARE, EXIF_VERSION, PIXEL_X, PIXEL_Y = 274, 305, 0x9000, 0xA002, 0xA003
_RESOLUTION, _RESOLUTION_UNIT = (282, 283), 296
#: Tags that every result has; the others change only if the wide has them.
REQUIRED = frozenset({ORIENTATION, SOFTWARE, EXIF_VERSION, PIXEL_X, PIXEL_Y})

_DROPPED = (
    (254, "NewSubfileType"), (255, "SubfileType"), (258, "BitsPerSample"), (259, "Compression"),
    (262, "PhotometricInterpretation"), (266, "FillOrder"), (273, "StripOffsets"), (277, "SamplesPerPixel"),
    (278, "RowsPerStrip"), (279, "StripByteCounts"), (284, "PlanarConfiguration"), (317, "Predictor"),
    (320, "ColorMap"), (322, "TileWidth"), (323, "TileLength"), (324, "TileOffsets"), (325, "TileByteCounts"),
    (330, "SubIFDs"),
    (338, "ExtraSamples"), (339, "SampleFormat"), (347, "JPEGTables"), (513, "JPEGInterchangeFormat"),
    (514, "JPEGInterchangeFormatLength"), (530, "YCbCrSubSampling"), (33550, "ModelPixelScale"),
    (33922, "ModelTiepoint"), (34264, "ModelTransformation"), (34377, "PhotoshopSettings"),  # with an old preview
    (50718, "DefaultScale"), (50719, "DefaultCropOrigin"), (50720, "DefaultCropSize"), (50780, "BestQualityScale"),
    (50829, "ActiveArea"), (50830, "MaskedAreas"), (51089, "OriginalDefaultFinalSize"),
    (51090, "OriginalBestQualityFinalSize"), (51091, "OriginalDefaultCropSize"), (51125, "DefaultUserCrop"),
    *((tag, "Thumbnail…") for tag in (*range(0x5012, 0x5020), *range(0x5020, 0x5036), 0x503B)),
)  # fmt: skip
#: Action by directory (main, Exif, interoperability) and tag.
TABLE: dict[str, dict[int, Action]] = {
    "main": {
        ORIENTATION: "orientation",
        SOFTWARE: "software",
        256: "width",
        257: "height",
        **{tag: "drop" for tag, _ in _DROPPED},
    },
    "exif": {
        EXIF_VERSION: "version",
        PIXEL_X: "width",
        PIXEL_Y: "height",
        AREA: "subject",
        LOCATION: "subject",
        FOCAL_PLANE[0]: "density",
        FOCAL_PLANE[1]: "density",
        0x9102: "drop",  # CompressedBitsPerPixel
    },
    "interoperability": {0x1001: "width", 0x1002: "height"},  # RelatedImageWidth, RelatedImageLength
}


def stored_size(block: ifd.Block) -> Size | None:
    """Return the size of the stored frame by the EXIF block, before orientation; None if it has none."""
    exif = block.main.children.get(ifd.EXIF_IFD, ifd.Directory()).entries
    sides = [side for tag in (PIXEL_X, PIXEL_Y) for side in ifd.integers(exif.get(tag), block.order)]
    return Size(*sides) if len(sides) == 2 and min(sides) > 0 else None


def stored_orientation(block: ifd.Block) -> int:
    """Return the orientation by the EXIF block; 1 if it has none or an invalid one."""
    values = ifd.integers(block.main.entries.get(ORIENTATION), block.order)
    return values[0] if len(values) == 1 and values[0] in range(1, 9) else 1


def apply(block: ifd.Block, size: Size, software: str | None) -> None:
    """Correct `block` in place for an upright frame of `size` that shows the same view."""
    before, orientation = stored_size(block), stored_orientation(block)
    exif = block.main.children.setdefault(ifd.EXIF_IFD, ifd.Directory())
    move_subject(exif.entries, before, orientation, size, block.order)
    directories = {
        "main": block.main.entries,
        "exif": exif.entries,
        "interoperability": exif.children.get(ifd.INTEROP_IFD, ifd.Directory()).entries,
    }
    for name, entries in directories.items():
        for tag, action in TABLE[name].items():
            if tag in entries or tag in REQUIRED:
                _apply(block, entries, tag, action, size, before, software)


def with_resolution(exif: bytes | None, dpi: float) -> bytes:
    """Return an EXIF block that says how many pixels are printed on an inch."""
    block = (ifd.parse(exif) if exif else None) or ifd.Block()
    entries, inch = block.main.entries, 2
    for tag in _RESOLUTION:
        entries[tag] = rational(Fraction(dpi).limit_denominator(1000), block.order)
    entries[_RESOLUTION_UNIT] = block.short(inch)
    return serialise(block)


def _apply(
    block: ifd.Block, entries: dict[int, ifd.Entry], tag: int, action: Action, size: Size, before: Size | None,
    software: str | None,
) -> None:  # fmt: skip
    match action:
        case "orientation":
            entries[tag] = block.short(1)
        case "width" | "height":
            entries[tag] = block.integer(size.width if action == "width" else size.height)
        case "software" if software:
            entries[tag] = ifd.text(software)
        case "version":
            entries.setdefault(tag, ifd.Entry(ifd.UNDEFINED, 4, b"0232"))
        case "density" if before is not None:
            new, old = max(size.width, size.height), max(before.width, before.height)
            entries[tag] = scaled_density(entries[tag], Fraction(new, old), block.order)
        case "drop":
            del entries[tag]
