"""Metadata of the result: the wide's, made true for the new picture.

Kept: every EXIF tag with GPS and maker note, ICC bytes, XMP, IPTC. Made true: orientation 1, pixel sizes,
pixels per length on the sensor, place of the subject, thumbnail, software; in XMP what `xmp_table`
lists. `Keep` decides how much travels:
"basic" leaves out GPS, maker notes, XMP and IPTC; "none" leaves only the ICC profile, without which the
colours would be wrong; not even the provenance note.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from dualzoom.capture import field_of_view, ifd, xmp
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Lens, Metadata, Photo, Pixels
from dualzoom.capture.subject_area import settle_subject
from dualzoom.capture.xmp_table import MOTION
from dualzoom.geometry import Size
from dualzoom.settings import Keep

ORIENTATION, SOFTWARE, WIDTH, LENGTH = 274, 305, 256, 257
EXIF_VERSION, PIXEL_X, PIXEL_Y = 0x9000, 0xA002, 0xA003
_STORAGE = (
    258,
    259,
    262,
    273,
    277,
    278,
    279,
    284,
    317,
    322,
    323,
    324,
    325,
    330,
    513,
    514,
)  # of another picture
_PRIVATE = (ifd.MAKER_NOTE, 0x9286, 0xA420, 0xA430, 0xA431, 0xA435)  # user comment, unique id, owner, serials
_USER_COMMENT, _LIVE_BIT = 0x9286, 1 << 23
_DEEP_SUFFIXES = (".png", ".tif", ".tiff")
_THUMBNAIL_SIDE, _THUMBNAIL_QUALITY = 160, 80


def metadata_for_output(
    wide: Photo,
    size: Size,
    software: str,
    *,
    note: Mapping[str, str] | None = None,
    keep: Keep = "all",
    zoom: float = 1.0,
) -> Metadata:
    """The wide's metadata for a result of `size` pixels that shows the same view upright, or 1/`zoom` of its sides.

    `note` is written into the XMP as provenance (names must be XML names: "Model", "Tele"…), unless nothing is to
    be kept. An EXIF block that cannot be followed is replaced by a new one.
    """
    kept = _select(wide.metadata, keep)
    if zoom != 1.0 and keep != "none":
        kept = field_of_view.narrowed(kept, wide.lens, zoom)
    settled, _ = _settled(kept, size, wide.pixels, software, wide.lens, zoom)
    packet = xmp.with_note(settled.xmp, note) if note and keep != "none" else settled.xmp
    return Metadata(exif=settled.exif, icc=settled.icc, xmp=packet, iptc=settled.iptc)


def settle(metadata: Metadata, size: Size, pixels: Pixels, *, software: str | None = None) -> Metadata:
    """`metadata` with all it says of orientation, size and thumbnail true for an upright frame of `size`.

    `pixels` (any size) shows the view, for the thumbnail. Settling twice changes nothing more.
    """
    return _settled(metadata, size, pixels, software)[0]


def losses(wide: Photo, *, keep: Keep = "all", zoom: float = 1.0) -> tuple[str, ...]:
    """What `metadata_for_output` must leave out because it would be untrue, and what a JPEG result cannot hold: notes.

    What reading the wide has told already is not told again, and what is not kept by choice not at all.
    """
    notes = []
    suffix = "" if wide.source is None else wide.source.suffix.lower()
    if wide.bit_depth == 16 and suffix not in _DEEP_SUFFIXES:  # whose results become JPEG unless asked
        notes.append(
            f"{wide.name} has more than 8 bits a channel: a JPEG result keeps 8, a PNG or TIFF result all"
        )
    _, lost = _settled(_select(wide.metadata, keep), wide.size, wide.pixels[:1, :1], None, wide.lens, zoom)
    new = [name for name in lost if not any(name in note for note in wide.notes)]
    return (*notes, *([f"left out of the result: {', '.join(new)}"] if new else ()))


def _settled(
    metadata: Metadata,
    size: Size,
    pixels: Pixels,
    software: str | None,
    lens: Lens | None = None,
    zoom: float = 1.0,
) -> tuple[Metadata, tuple[str, ...]]:
    """`settle`, for a frame cut to 1/`zoom` of its sides as well, and what is lost by it."""
    block = (ifd.parse(metadata.exif) if metadata.exif else None) or ifd.Block()
    main = block.main.entries
    said = ifd.integers(main.get(ORIENTATION), block.order)
    orientation = said[0] if len(said) == 1 and said[0] in range(1, 9) else 1
    for tag in _STORAGE:
        main.pop(tag, None)
    main[ORIENTATION] = block.short(1)
    if software:
        main[SOFTWARE] = ifd.text(software)
    for tag, side in ((WIDTH, size.width), (LENGTH, size.height)):
        if tag in main:
            main[tag] = block.integer(side)
    exif = block.main.children.setdefault(ifd.EXIF_IFD, ifd.Directory()).entries
    before = _stored(block, exif)
    settle_subject(exif, before, orientation, size, block.order)
    _scale_focal_plane(block, exif, before, size)
    exif.setdefault(EXIF_VERSION, ifd.Entry(ifd.UNDEFINED, 4, b"0232"))
    exif[PIXEL_X], exif[PIXEL_Y] = block.integer(size.width), block.integer(size.height)
    if block.thumbnail is not None:
        block.thumbnail = thumbnail(pixels)
    now = None if lens is None or zoom == 1.0 else field_of_view.lens_at(lens, zoom)
    change = xmp.Change(
        size=size,
        before=_upright(before, orientation) or Size.of(pixels),
        software=software,
        turned=orientation != 1,
        zoom=zoom,
        ratio=None if now is None else field_of_view.ratio_of(now),
        focal_35mm=None if now is None else now.focal_35mm,
    )
    packet, lost = xmp.made_true(metadata.xmp, change) if metadata.xmp else (None, ())
    if _says_motion(exif.get(_USER_COMMENT)):
        del exif[_USER_COMMENT]
        lost = tuple(dict.fromkeys((*lost, MOTION)))
    return Metadata(exif=serialise(block), icc=metadata.icc, xmp=packet, iptc=metadata.iptc), lost


def thumbnail(pixels: Pixels) -> bytes:
    """A JPEG of at most 160 px a side."""
    import cv2  # here, so that importing the package stays quick
    import imagecodecs

    size = Size.of(pixels)
    scale = min(1.0, _THUMBNAIL_SIDE / max(size.width, size.height))
    target = (max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    small = cv2.resize(pixels, target, interpolation=cv2.INTER_AREA)
    if small.dtype == np.uint16:
        small = (np.asarray(small, np.uint16) >> 8).astype(np.uint8)
    return bytes(imagecodecs.jpeg8_encode(small, level=_THUMBNAIL_QUALITY))


def _select(metadata: Metadata, keep: Keep) -> Metadata:
    if keep == "all":
        return metadata
    block = ifd.parse(metadata.exif) if metadata.exif else None
    if keep == "none" or block is None:
        return Metadata(icc=metadata.icc)
    block.main.children.pop(ifd.GPS_IFD, None)
    exif = block.main.children.get(ifd.EXIF_IFD, ifd.Directory()).entries
    for tag in _PRIVATE:
        exif.pop(tag, None)
    return Metadata(exif=serialise(block), icc=metadata.icc)


def _stored(block: ifd.Block, exif: dict[int, ifd.Entry]) -> Size | None:
    """The frame's size as the EXIF block itself has it, before orientation; None where it does not say."""
    sides = [number for tag in (PIXEL_X, PIXEL_Y) for number in ifd.integers(exif.get(tag), block.order)]
    return Size(*sides) if len(sides) == 2 and min(sides) > 0 else None


def _upright(stored: Size | None, orientation: int) -> Size | None:
    return Size(stored.height, stored.width) if stored is not None and orientation >= 5 else stored


def _says_motion(comment: ifd.Entry | None) -> bool:
    """Whether a user comment is OPPO's "oplus_N" with the bit that makes its gallery look for a video."""
    found = re.search(rb"oplus_(\d{1,12})", comment.data[:64]) if comment else None
    return found is not None and bool(int(found[1]) & _LIVE_BIT)


def _scale_focal_plane(block: ifd.Block, exif: dict[int, ifd.Entry], before: Size | None, size: Size) -> None:
    """Sensor pixels per length grow with the picture, so that programs still find the sensor's true size."""
    if before is not None:
        new, old = max(size.width, size.height), max(before.width, before.height)
        field_of_view.scale_focal_plane(exif, Fraction(new, old), block.order)
