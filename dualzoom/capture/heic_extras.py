"""Decodes a HEIC file with what it holds beside its picture: an HDR gain map (Apple's, or by the standard), and a clip.

Law: neither ever makes a good picture unreadable; what cannot be kept is left out with a note.

Source: ISO/IEC 23008-12 (auxiliary pictures, tmap); Apple, "Applying Apple HDR effect to your photos".
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import apple_maker, heic, heic_boxes, heif_gain_map, heif_picture, jpeg_extras, motion
from dualzoom.capture.decoded import MOTION_DROPPED, Decoded
from dualzoom.capture.gain_map import GainMap, from_apple
from dualzoom.capture.heif_items import Items
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

_AUXILIARY = b"urn:com:apple:photo:2020:aux:hdrgainmap"
_TONE_MAP = b"\0\0tmap"  # the kind of an item: a picture made of base and gain map by ISO 21496-1


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode a HEIC file as `heic.decode`, with its gain map and clip where it has them. Same errors."""
    base = heic.decode(path, data, settings)
    clip, note = None, None
    if heic_boxes.has_motion_video(data):
        clip, note = motion.find(data, _behind_head(data), base.metadata.xmp)
        note = note if clip or note else MOTION_DROPPED
    gain_map = _gain_map(path, data, base, settings)
    notes = [
        text
        for text in base.notes
        if text != MOTION_DROPPED and not (gain_map is not None and heif_gain_map.LEFT_OUT in text)
    ]
    items = _list_of_items(data)
    if gain_map is None and _TONE_MAP in items and not any(heif_gain_map.LEFT_OUT in text for text in notes):
        notes.append(jpeg_extras.GAIN_MAP_LEFT_OUT)
    notes += [*([note] if note else ()), *jpeg_extras.auxiliary_notes(items)]
    return replace(base, gain_map=gain_map, motion=clip, notes=tuple(notes))


def _list_of_items(data: bytes) -> bytes:
    """Return the `meta` box, which names the kind of each picture."""
    return b"".join(
        data[start:end] for kind, start, end in heic_boxes.boxes(data, 0, len(data)) if kind == b"meta"
    )


def _behind_head(data: bytes) -> int:
    """Return where the first box ends: it names the file's own kind and begins no clip."""
    return next((end for _, _, end in heic_boxes.boxes(data, 0, len(data))), 0)


def _gain_map(path: Path, data: bytes, base: Decoded, settings: CaptureSettings) -> GainMap | None:
    """Return Apple's gain map in the standard form, or one of the standard's own; None: there is none to be used."""
    items, _ = heif_picture.opened(path, data, "HEIC")
    return _apple(path, data, items, base, settings) or heif_gain_map.read(
        path, items, base.pixels.shape[:2], _READER, settings
    )


def _apple(path: Path, data: bytes, items: Items, base: Decoded, settings: CaptureSettings) -> GainMap | None:
    headroom = jpeg_extras.apple_headroom(data) or apple_maker.headroom(base.metadata.exif)
    if headroom is None or _AUXILIARY not in data:
        return None
    numbers = [
        number
        for number, item in items.by_number.items()
        if (item.first(b"auxC") or b"")[4:].startswith(_AUXILIARY) and items.primary in item.targets(b"auxl")
    ]
    if not numbers:
        return None
    try:
        frame = base.pixels.shape[:2]
        pixels = heif_gain_map.picture(path, items, numbers[0], frame, _READER, settings, alike=True)
    except CaptureError:
        return None
    if pixels is None:
        return None
    return from_apple(pixels[..., 0] if pixels.ndim == 3 else pixels, headroom)


def _decoded(data: bytes) -> NDArray[Any]:
    """Decode a file of one picture, full scale of its type."""
    import pi_heif

    file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    return np.array(file[file.primary_index])  # a copy: the library frees its own memory with `file`


_READER = heif_gain_map.Reader(heic.BRANDS, _decoded)
