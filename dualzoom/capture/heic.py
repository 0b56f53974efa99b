"""Reads HEIC photos with libheif. 10 and 12 bits become 16.

libheif gets a file rebuilt from the picture's own items; all else is read here.

Source: ISO/IEC 23008-12 (HEIF).
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from dualzoom.capture import heic_boxes, heif_items, heif_picture
from dualzoom.capture.decoded import COPY_AGAIN, MOTION_DROPPED, Decoded, decoding
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

BRANDS = (b"heic", b"mif1", b"heix")


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the primary picture of a HEIC file, 8 or 16 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large or HDR (PQ, HLG).
    """
    import pi_heif  # here, so that importing the package stays quick

    items, picture = heif_picture.opened(path, data, "HEIC")
    kept, _ = heif_picture.alone(path, items, settings)
    with decoding(path, "HEIC"):
        file = pi_heif.open_heif(
            io.BytesIO(b"".join(heif_items.build(kept, BRANDS))), convert_hdr_to_8bit=False
        )
        frame = file[file.primary_index]
        mode, bits = str(frame.mode), int(frame.info["bit_depth"])
        pixels = np.array(frame)  # a copy: the library frees its own memory with `file`
    if pixels.ndim not in (2, 3) or pixels.shape[1::-1] != heif_picture.size_of(picture):
        raise CaptureError(path, "the HEIC file contradicts itself about its size", COPY_AGAIN)
    if pixels.dtype == np.uint16:
        pixels = pixels | (
            pixels >> bits
        )  # libheif aligns samples left: fill the low bits, so that white is 65535
    decoded = Decoded(
        pixels=cast(Pixels, pixels),
        colour="grey" if mode.startswith(("L", "I")) else "rgb",
        has_alpha="A" in mode or "a" in mode,
        premultiplied="a" in mode,
    )
    found = heif_picture.described(path, "HEIC", items, decoded)
    return (
        found
        if not heic_boxes.has_motion_video(data)
        else replace(found, notes=(MOTION_DROPPED, *found.notes))
    )
