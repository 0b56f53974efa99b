"""Decodes a JPEG file with what lies behind its picture: an HDR gain map, and the clip of a motion photo.

A gain map is a JPEG picture of its own. Files say where it lies in up to three ways, and editors leave some of them
wrong; so each place is looked at, and the first picture there that describes itself as a gain map is taken. Law: what
lies behind never makes a good picture unreadable; what cannot be kept is left out with a note. Time is linear in the
file's bytes: at most `_MAX_PLACES` places are looked at.

Source: Ultra HDR Image Format 1.1; ISO 21496-1:2025; CIPA DC-007; Apple's auxiliary pictures as its phones write them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import apple_maker, gain_map_numbers, jpeg, motion, mpf
from dualzoom.capture.decoded import MOTION_DROPPED, Decoded
from dualzoom.capture.gain_map import GainMap, from_apple
from dualzoom.capture.heic_boxes import MOTION_TRAILER
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

GAIN_MAP_LEFT_OUT = "the base picture of an HDR photo is used; its gain map is left out"
_OTHERS_LEFT_OUT = "the first picture of a multi-picture file (MPO) is used; the others are left out"
_CLAIMS = (b"hdrgm:Version", b"HDRGainMap", b'Semantic="GainMap"')
_APPLE = b"urn:com:apple:photo:2020:aux:hdrgainmap"
_APPLE_HEADROOM = re.compile(rb"HDRGainMapHeadroom\s*(?:=\s*[\"']|>)\s*(\d{1,4}(?:\.\d{1,12})?)")
#: Words by which Apple's phones (and the standard, for depth) mark auxiliary pictures.
_AUXILIARY = (
    (b"AuxiliaryImageType>depth<", "depth map"),
    (b"AuxiliaryImageType>disparity<", "depth map"),
    (b"urn:mpeg:hevc:2015:auxid:2\0", "depth map"),
    (b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", "depth map"),
    (b"portraiteffectsmatte", "portrait data"),
    (b"semanticSegmentationMatte", "portrait data"),
    (b"aux:semantic", "portrait data"),
)
_MAX_PLACES, _PADDING = 6, 1 << 16
_ASPECT_TOLERANCE = 0.03  # the sides of small maps are rounded


class _UnusableError(Exception):
    """A gain map that cannot be kept; the text says why."""


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode a JPEG file as `jpeg.decode`, with its gain map and clip where it has them. Same errors."""
    base = jpeg.decode(path, data, settings)
    found = jpeg.segments(data)
    clip, note = motion.find(data, found.end, base.metadata.xmp)
    if clip is None and note is None and data.find(MOTION_TRAILER, found.end) >= 0:
        note = MOTION_DROPPED
    notes = [note] if note else []
    gain_map, reason = None, ""
    try:
        gain_map = _gain_map(path, data, found, base, settings)
    except _UnusableError as error:
        reason = f": {error}"
    if gain_map is None and (reason or _claims_gain_map(found)):
        notes.insert(0, GAIN_MAP_LEFT_OUT + (reason or ": there is none behind the picture"))
    elif gain_map is None and clip is None and _holds_pictures(data, found):
        notes.insert(0, _OTHERS_LEFT_OUT)
    notes += auxiliary_notes(data[found.end :])
    return replace(base, gain_map=gain_map, motion=clip, notes=(*notes, *base.notes))


def auxiliary_notes(data: bytes) -> tuple[str, ...]:
    """Return a note on pictures for editors (depth, mattes) that `data` says it holds; results go without them."""
    found = dict.fromkeys(name for mark, name in _AUXILIARY if mark in data)
    return tuple(f"the {name} beside the picture is left out" for name in found)


def apple_headroom(text: bytes) -> float | None:
    """Return the headroom that the XMP of Apple's newer maps states; None if it has none."""
    match = _APPLE_HEADROOM.search(text)
    return None if match is None else float(match[1])


def _holds_pictures(data: bytes, found: jpeg.Segments) -> bool:
    return bool(found.payloads(0xE2, mpf.MPF_ID)) and len(data) - found.end > 1024


def _claims_gain_map(found: jpeg.Segments) -> bool:
    xmp = b"".join(found.payloads(0xE1, jpeg.XMP_ID))
    return bool(found.payloads(0xE2, gain_map_numbers.ISO_ID)) or any(word in xmp for word in _CLAIMS)


def _gain_map(
    path: Path, data: bytes, found: jpeg.Segments, base: Decoded, settings: CaptureSettings
) -> GainMap | None:
    """Return the first gain map behind the picture; None if there is none. Raises _UnusableError."""
    for place in _places(data, found):
        picture = data[place:]
        inner = jpeg.segments(picture)
        xmp = b"".join(inner.payloads(0xE1, jpeg.XMP_ID))
        iso = next(iter(inner.payloads(0xE2, gain_map_numbers.ISO_ID)), b"")
        is_apple = _APPLE in xmp
        if not (is_apple or iso or b"GainMapMax" in xmp):
            continue
        _check_shape(inner, found)
        try:
            pixels = cast(NDArray[np.uint8], jpeg.decode(path, picture[: inner.end], settings).pixels)
        except CaptureError as error:
            raise _UnusableError("it cannot be decoded") from error
        if inner.channels == 1 and pixels.ndim == 3:
            pixels = pixels[..., 0]
        pixels = np.ascontiguousarray(pixels)
        if is_apple:
            return _of_apple(pixels, apple_headroom(xmp) or apple_maker.headroom(base.metadata.exif))
        return _of_standard(pixels, iso, xmp, jpeg.metadata(inner).icc)
    return None


def _of_apple(pixels: NDArray[np.uint8], headroom: float | None) -> GainMap:
    if headroom is None:
        raise _UnusableError("the photo does not say how bright it becomes")
    converted = from_apple(pixels if pixels.ndim == 2 else pixels[..., 0], headroom)
    if converted is None:
        raise _UnusableError("it makes nothing brighter")
    return converted


def _of_standard(pixels: NDArray[np.uint8], iso: bytes, xmp: bytes, icc: bytes | None) -> GainMap:
    numbers = (gain_map_numbers.from_iso(iso) if iso else None) or gain_map_numbers.from_xmp(xmp)
    if numbers is None:
        raise _UnusableError("its numbers are damaged, or of a kind that is not supported")
    found = GainMap(pixels=pixels, icc=icc, **numbers)
    if found.is_idle:
        raise _UnusableError("it makes nothing brighter")
    if not found.is_plausible:
        raise _UnusableError("its numbers make no sense")
    return found


def _check_shape(inner: jpeg.Segments, outer: jpeg.Segments) -> None:
    """Reject a map that is cut off, larger than its picture, of another shape, or neither grey nor RGB."""
    if not inner.end:
        raise _UnusableError("it is cut off")
    if inner.width < 1 or inner.height < 1 or inner.channels not in (1, 3):
        raise _UnusableError("it is damaged")
    if inner.width > outer.width or inner.height > outer.height:
        raise _UnusableError("it is larger than the picture")
    across, down = inner.width / outer.width, inner.height / outer.height
    rounding = 1 / min(inner.width, inner.height)
    if abs(across / down - 1) > _ASPECT_TOLERANCE + rounding:
        raise _UnusableError("its shape is not the picture's")


def _places(data: bytes, found: jpeg.Segments) -> Iterator[int]:
    """Yield offsets behind the base picture where other pictures begin."""
    seen: set[int] = set()
    waiting = [found.end]
    for payload in found.payloads(0xE2, mpf.MPF_ID):
        mark = data.find(mpf.MPF_ID + payload[:16], 0, found.end) + len(mpf.MPF_ID)
        waiting += [offset for offset, _ in mpf.pictures(payload, mark)]
    if (padded := data.find(b"\xff\xd8\xff", found.end, found.end + _PADDING)) >= 0:
        waiting.append(padded)
    while waiting and len(seen) < _MAX_PLACES:
        place = waiting.pop(0)
        if place in seen or place < found.end or data[place : place + 3] != b"\xff\xd8\xff":
            continue
        seen.add(place)
        yield place
        end = jpeg.segments(data[place:]).end
        if end:
            waiting.append(place + end)
