"""Makes the metadata of the result: the wide's, corrected for the new picture.

Keeps every EXIF tag with GPS and maker note, the ICC profile, XMP and IPTC. Corrects the EXIF tags that `exif_table`
lists and the XMP properties that `xmp_table` lists, and makes a thumbnail of the new picture. `Keep` decides
how much the result holds: "basic" drops GPS, maker notes, XMP and IPTC; "none" keeps only the ICC profile, without
which the colours would be wrong, and adds no provenance either.

Source: Exif 3.0 (CIPA DC-008), section 4.6.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from dualzoom.capture import apple_maker, exif_table, field_of_view, ifd, xmp, xmp_print
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Lens, Metadata, Photo, Pixels
from dualzoom.capture.sidecar import Sidecar
from dualzoom.capture.xmp_table import MOTION
from dualzoom.geometry import Size
from dualzoom.settings import Keep

_PRIVATE = (ifd.MAKER_NOTE, 0x9286, 0xA420, 0xA430, 0xA431, 0xA435)  # user comment, unique id, owner, serials
_USER_COMMENT, _LIVE_BIT = 0x9286, 1 << 23
_THUMBNAIL_SIDE, _THUMBNAIL_QUALITY = 160, 80


def metadata_for_output(
    wide: Photo,
    size: Size,
    software: str,
    *,
    provenance: Mapping[str, str] | None = None,
    keep: Keep = "all",
    zoom: float = 1.0,
    dpi: float | None = None,
) -> Metadata:
    """Return the wide's metadata for an upright result of `size` pixels that shows 1/`zoom` of each side.

    `dpi`: how fine it is to be printed; None: what the wide says stays.

    Writes `provenance` into the XMP unless `keep` is "none"; its keys must be XML names ("Model", "Tele"…). Replaces a
    damaged EXIF block by a new one.
    """
    kept = _select(wide.metadata, keep)
    if zoom != 1.0 and keep != "none":
        kept = field_of_view.with_field_of_view(kept, wide.lens, zoom)
    matched, _ = _matched(kept, size, wide.pixels, software, wide.lens, zoom, dpi)
    if dpi is not None and keep != "none":
        packet = xmp_print.with_resolution(matched.xmp, _ratio(dpi))
        matched = replace(matched, exif=exif_table.with_resolution(matched.exif, dpi), xmp=packet)
    packet = xmp.with_provenance(matched.xmp, provenance) if provenance and keep != "none" else matched.xmp
    return replace(matched, xmp=packet)


def match_frame(metadata: Metadata, size: Size, pixels: Pixels, *, software: str | None = None) -> Metadata:
    """Return `metadata` with orientation, sizes and thumbnail corrected for an upright frame of `size`.

    `pixels` (any size) show the same view, for the thumbnail. A second call changes nothing.
    """
    return _matched(metadata, size, pixels, software)[0]


def output_notes(wide: Photo, *, keep: Keep = "all", zoom: float = 1.0) -> tuple[str, ...]:
    """Return notes on what `metadata_for_output` drops because it would be wrong.

    Does not repeat a note of the wide's, and says nothing of what `keep` drops on purpose.
    """
    _, dropped = _matched(_select(wide.metadata, keep), wide.size, wide.pixels[:1, :1], None, wide.lens, zoom)
    carried = {"gain map": wide.gain_map, MOTION: wide.motion}  # what becomes of these is said elsewhere
    new = [
        name for name in dropped if carried.get(name) is None and not any(name in note for note in wide.notes)
    ]
    return (f"left out of the result: {', '.join(new)}",) if new else ()


def _matched(
    metadata: Metadata,
    size: Size,
    pixels: Pixels,
    software: str | None,
    lens: Lens | None = None,
    zoom: float = 1.0,
    dpi: float | None = None,
) -> tuple[Metadata, tuple[str, ...]]:
    """Do the work of `match_frame`, also for a crop to 1/`zoom` of each side; return the dropped content too."""
    block = (ifd.parse(metadata.exif) if metadata.exif else None) or ifd.Block()
    before, orientation = exif_table.stored_size(block), exif_table.stored_orientation(block)
    exif_table.apply(block, size, software)
    exif = block.main.children[ifd.EXIF_IFD].entries
    if block.thumbnail is not None:
        block.thumbnail = thumbnail(pixels)
    change = _change(before, orientation, size, Size.of(pixels), software, lens, zoom, dpi)
    packet, dropped = xmp.update(metadata.xmp, change) if metadata.xmp else (None, ())
    if _says_motion(exif.get(_USER_COMMENT)):
        del exif[_USER_COMMENT]
        dropped = (*dropped, MOTION)
    if (note := exif.get(ifd.MAKER_NOTE)) is not None:
        data, lost = apple_maker.corrected(note.data)
        exif[ifd.MAKER_NOTE] = replace(note, data=data)
        dropped = (*dropped, *lost)
    dropped = tuple(dict.fromkeys(dropped))
    return replace(metadata, exif=serialise(block), xmp=packet), dropped


def _change(
    before: Size | None,
    orientation: int,
    size: Size,
    shown: Size,
    software: str | None,
    lens: Lens | None,
    zoom: float,
    dpi: float | None,
) -> xmp.Change:
    """Return how the result differs from the picture of `before` pixels (None: `shown`), stored in `orientation`."""
    cropped = None if lens is None or zoom == 1.0 else field_of_view.lens_at(lens, zoom)
    return xmp.Change(
        size=size,
        before=_upright(before, orientation) or shown,
        software=software,
        turned=orientation != 1,
        zoom=zoom,
        ratio=None if cropped is None else field_of_view.ratio_of(cropped),
        focal_35mm=None if cropped is None else cropped.focal_35mm,
        dpi=None if dpi is None else _ratio(dpi),
    )


def _ratio(dpi: float) -> Fraction:
    return Fraction(dpi).limit_denominator(1000)


def sidecar_for_output(
    wide: Photo,
    size: Size,
    software: str,
    *,
    keep: Keep = "all",
    zoom: float = 1.0,
    dpi: float | None = None,
) -> Sidecar | None:
    """Return the wide's sidecar, changed as its packet is; None if there is none, or `keep` is not "all"."""
    if wide.sidecar is None or keep != "all":
        return None
    block = (ifd.parse(wide.metadata.exif) if wide.metadata.exif else None) or ifd.Block()
    before, orientation = exif_table.stored_size(block), exif_table.stored_orientation(block)
    change = _change(before, orientation, size, wide.size, software, wide.lens, zoom, dpi)
    packet, _ = xmp.update(wide.sidecar.packet, change)
    if packet is not None and dpi is not None:
        packet = xmp_print.with_resolution(packet, _ratio(dpi))
    return None if packet is None else replace(wide.sidecar, packet=packet)


def thumbnail(pixels: Pixels) -> bytes:
    """Encode `pixels` (H, W, 3) as a JPEG of at most 160 pixels a side."""
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
        return Metadata(icc=metadata.icc, camera=metadata.camera)
    block.main.children.pop(ifd.GPS_IFD, None)
    exif = block.main.children.get(ifd.EXIF_IFD, ifd.Directory()).entries
    for tag in _PRIVATE:
        exif.pop(tag, None)
    return replace(metadata, exif=serialise(block), xmp=None, iptc=None)


def _upright(stored: Size | None, orientation: int) -> Size | None:
    return Size(stored.height, stored.width) if stored is not None and orientation >= 5 else stored


def _says_motion(comment: ifd.Entry | None) -> bool:
    """Return whether a user comment is OPPO's "oplus_N" with the bit that marks a motion photo."""
    found = re.search(rb"oplus_(\d{1,12})", comment.data[:64]) if comment else None
    return found is not None and bool(int(found[1]) & _LIVE_BIT)
