"""Decodes a HEIC file with what it holds beside its picture: Apple's HDR gain map, and the clip of a motion photo.

Law: neither ever makes a good picture unreadable; what cannot be kept is left out with a note.

Source: ISO/IEC 23008-12 (auxiliary pictures); Apple, "Applying Apple HDR effect to your photos".
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import apple_maker, heic, heic_boxes, heif_items, heif_picture, jpeg_extras, motion
from dualzoom.capture.decoded import MOTION_DROPPED, Decoded, decoding
from dualzoom.capture.gain_map import GainMap, from_apple
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

_AUXILIARY = b"urn:com:apple:photo:2020:aux:hdrgainmap"
_OTHER_NOTE = "gain map is left out"
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
        if text != MOTION_DROPPED and not (gain_map is not None and _OTHER_NOTE in text)
    ]
    items = _list_of_items(data)
    if gain_map is None and _TONE_MAP in items and not any(_OTHER_NOTE in text for text in notes):
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
    """Return Apple's gain map in the standard form; None if there is none, or it cannot be used."""
    headroom = jpeg_extras.apple_headroom(data) or apple_maker.headroom(base.metadata.exif)
    if headroom is None or _AUXILIARY not in data:
        return None
    try:
        with decoding(path, "HEIC"):
            pixels = _auxiliary(path, data, base.pixels.shape[:2], settings)
    except CaptureError:
        return None
    return None if pixels is None else from_apple(pixels, headroom)


def _auxiliary(
    path: Path, data: bytes, frame: tuple[int, ...], settings: CaptureSettings
) -> NDArray[np.uint8] | None:
    """Return the auxiliary picture, (H, W) uint8, if it is no larger than `frame` and of its shape.

    The library gets it alone, as `heic` gives it the primary picture.
    """
    import pi_heif

    items, _ = heif_picture.opened(path, data, "HEIC")
    numbers = [
        number
        for number, item in items.by_number.items()
        if (item.first(b"auxC") or b"")[4:].startswith(_AUXILIARY) and items.primary in item.targets(b"auxl")
    ]
    if not numbers:
        return None
    width, height = heif_picture.size_of(items.by_number[numbers[0]])
    across, down = width / frame[1], height / frame[0]
    if not 0 < across <= 1 or not 0 < down <= 1 or abs(across / down - 1) > 0.05:
        return None
    kept, _ = heif_picture.alone(path, replace(items, primary=numbers[0]), settings)
    map_item = kept.by_number[kept.primary]
    map_item.properties = tuple(one for one in map_item.properties if one.kind != b"auxC")
    file = pi_heif.open_heif(io.BytesIO(b"".join(heif_items.build(kept, heic.BRANDS))))
    pixels = np.array(file[file.primary_index])  # a copy: the library frees its own memory with `file`
    pixels = pixels[..., 0] if pixels.ndim == 3 else pixels
    good = pixels.dtype == np.uint8 and pixels.shape == (height, width)
    return cast(NDArray[np.uint8], np.ascontiguousarray(pixels)) if good else None
