"""Reads HEIC photos with libheif.

libheif applies the container's own rotation, so the EXIF orientation does not count. 10 and 12 bits become 16.

Source: ISO/IEC 23008-12 (HEIF); ITU-T H.273 (colour description).
"""

import io
from pathlib import Path
from typing import Any, cast

import numpy as np

from dualzoom.capture import heic_boxes
from dualzoom.capture.decoded import MOTION_DROPPED, Colour, Decoded, check_size, decoding
from dualzoom.capture.photo import Metadata, Pixels
from dualzoom.capture.picture_colours import from_tag
from dualzoom.settings import CaptureSettings


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the primary picture of a HEIC file, 8 or 16 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large or HDR (PQ, HLG).
    """
    import pi_heif  # here, so that importing the package stays quick

    heic_boxes.check(path, data)
    with decoding(path, "HEIC"):
        file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        picture = file[file.primary_index]
        width, height = picture.size
        check_size(path, width, height, settings)
        mode, info = str(picture.mode), cast(dict[str, Any], picture.info)
        icc, noted = info.get("icc_profile") or None, tuple[str, ...]()
        if icc is None:
            icc, noted = from_tag(
                path, _tag(info, "color_primaries"), _tag(info, "transfer_characteristics"), "HEIC"
            )
        pixels = np.asarray(picture)
    colour: Colour = "grey" if mode.startswith(("L", "I")) else "rgb"
    if pixels.dtype == np.uint16:
        # libheif aligns samples left: fill the low bits, so that white is 65535.
        pixels = pixels | (pixels >> int(info["bit_depth"]))
    exif = info.get("exif")
    return Decoded(
        pixels=cast(Pixels, pixels),
        colour=colour,
        orientation=1,
        metadata=Metadata(
            exif=exif.removeprefix(b"Exif\0\0") if exif else None,
            icc=icc,
            xmp=info.get("xmp") or None,
            iptc=_iptc(info),
        ),
        notes=(*noted, *_notes(len(file), info, heic_boxes.has_motion_video(data))),
        has_alpha=mode.endswith(("A", "A;16", "a", "a;16")),
        premultiplied=mode.endswith(("a", "a;16")),
    )


def _iptc(info: dict[str, Any]) -> bytes | None:
    """Return the IPTC records among the file's other metadata; None if there are none."""
    blocks = (block for block in info.get("metadata") or () if block.get("type") == "iptc")
    return next((bytes(block["data"]) for block in blocks if block.get("data")), None)


def _tag(info: dict[str, Any], name: str) -> int:
    """A number of the colour tag (nclx); 2, which means unspecified, where there is none."""
    return int((info.get("nclx_profile") or {}).get(name, 2))


def _notes(pictures: int, info: dict[str, Any], motion: bool) -> tuple[str, ...]:
    notes = []
    if motion:
        notes.append(MOTION_DROPPED)
    if any("gainmap" in str(name).lower() for name in info.get("aux", {})):
        notes.append("the base picture of an HDR photo is used; its gain map is left out")
    if pictures > 1:
        notes.append("the primary picture of several is used")
    return tuple(notes)
