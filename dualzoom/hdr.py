"""Enlarges an HDR gain map with its picture.

A gain map is a fraction of its picture's size and smooth, except where the light itself has edges: a lamp, a window
frame, a horizon. Enlarged by itself, each such edge becomes a soft rim, seen as a halo. So near every place the map is
explained by the picture's own brightness Y: with a and b fitted over a small window on the map's grid,

    map ≈ a · Y + b        and enlarged        map' = a' · Y' + b' + rest'

where a' and b' are enlarged linearly, the rest (what the fit leaves over) by cubics, and Y' comes from the finished
result, whose edges are sharp. Laws: a flat map stays as it is; no value leaves the range of its 3 × 3 neighbours
before, so no halo can arise; the map keeps its share of the picture's size, up to 12 megapixels.

Source: He, Sun and Tang, "Guided image filtering" (2013); on a small grid: He and Sun, "Fast guided filter" (2015).
"""

from dataclasses import replace
from typing import Any, Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.photo import Photo, Pixels
from dualzoom.geometry import Size
from dualzoom.settings import ZoomSettings

#: (left, top, width, height) of the result's view in fractions of the wide's frame.
View = tuple[float, float, float, float]
WHOLE: View = (0.0, 0.0, 1.0, 1.0)
_WINDOW_PX = 3  # on the map's grid; a wider one blends lights with their surroundings (models/hdr.md)
_CALM = 0.03**2  # variance of Y below which the picture explains nothing: noise and JPEG blocks
_MAX_PIXELS = 12e6  # more is never seen in so smooth a picture, and costs memory
_LUMA = (0.2126, 0.7152, 0.0722)

Plane = NDArray[np.float32]


class _Box(Protocol):
    """A rectangle in the wide's pixels, as `framing` makes it."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


def carried(wide: Photo, pixels: Pixels, settings: ZoomSettings, box: _Box | None) -> Photo:
    """Return `wide` with the result's pixels, and what of its gain map and clip `settings` let through, for them.

    `box`: what the result shows; None: the whole frame. Less metadata than all means no clip: it tells the place, too,
    and who spoke.
    """
    gain_map, size = None, wide.size
    if wide.gain_map is not None and settings.hdr == "keep":
        view = WHOLE
        if box is not None:
            across, down = size.width, size.height
            view = (box.left / across, box.top / down, box.width / across, box.height / down)
        gain_map = enlarged(wide.gain_map, wide.pixels, pixels, view)
    motion = wide.motion if settings.motion == "keep" and settings.metadata == "all" else None
    return replace(wide, pixels=pixels, gain_map=gain_map, motion=motion, notes=())


def enlarged(gain_map: GainMap, wide: NDArray[Any], result: NDArray[Any], view: View = WHOLE) -> GainMap:
    """Return the map for `result`, which shows `view` of `wide`; both (H, W, 3) uint8 or uint16."""
    before, size = Size.of(gain_map.pixels), Size.of(result)
    part = min(before.width / wide.shape[1], (_MAX_PIXELS / size.area) ** 0.5)
    after = Size(
        max(1, min(size.width, round(size.width * part))), max(1, min(size.height, round(size.height * part)))
    )
    guide, sharp = _luma(wide, before), _luma(result, after)
    box = _box(view, before)
    channels = gain_map.pixels[..., np.newaxis] if gain_map.pixels.ndim == 2 else gain_map.pixels
    planes = [
        _guided(np.asarray(channels[..., c], np.float32), guide, sharp, box) for c in range(channels.shape[2])
    ]
    pixels = planes[0] if gain_map.pixels.ndim == 2 else np.stack(planes, axis=-1)
    return gain_map.with_pixels(pixels)


def _guided(plane: Plane, guide: Plane, sharp: Plane, box: View) -> NDArray[np.uint8]:
    """One channel: (h, w) of values 0..255 with guide (h, w) → (h', w') uint8 with guide `sharp` (h', w')."""
    mean_y, mean_p = _mean(guide), _mean(plane)
    variance = np.maximum(_mean(guide * guide) - mean_y * mean_y, np.float32(0))
    slope = cast(Plane, (_mean(guide * plane) - mean_y * mean_p) / (variance + np.float32(_CALM)))
    base = _mean(mean_p - slope * mean_y)
    slope = _mean(slope)
    rest = plane - (slope * guide + base)
    square = np.ones((3, 3), np.uint8)
    lowest, highest = cv2.erode(plane, square), cv2.dilate(plane, square)
    size = Size.of(sharp)
    slope, base, lowest, highest = (_placed(field, size, box) for field in (slope, base, lowest, highest))
    value = slope * sharp + base + _placed(rest, size, box, Image.Resampling.BICUBIC)
    return cast(NDArray[np.uint8], np.rint(np.clip(value, lowest, highest)).astype(np.uint8))


def _mean(plane: Plane) -> Plane:
    """The mean over the window around each place, inside the frame only."""
    side = (_WINDOW_PX, _WINDOW_PX)
    return cast(Plane, cv2.blur(plane, side, borderType=cv2.BORDER_REFLECT_101))


def _placed(
    field: NDArray[Any], size: Size, box: View, method: Image.Resampling = Image.Resampling.BILINEAR
) -> Plane:
    """A box of a field, in its pixels, at another size."""
    plane = Image.fromarray(np.ascontiguousarray(field, np.float32))
    return np.asarray(plane.resize((size.width, size.height), method, box=box))


def _luma(pixels: NDArray[Any], size: Size) -> Plane:
    """Brightness 0..1 as it is coded, (h, w) of `size`: a mean over the pixels that each place covers."""
    peak = float(np.iinfo(pixels.dtype).max)
    target = (size.width, size.height)
    small = cv2.resize(pixels, target, interpolation=cv2.INTER_AREA)
    return cast(Plane, (small.astype(np.float32) / peak) @ np.asarray(_LUMA, np.float32))


def _box(view: View, size: Size) -> View:
    """The view in pixels of a frame of `size`: (left, top, right, bottom), inside it."""
    left, top, width, height = view
    right, bottom = min(1.0, left + width), min(1.0, top + height)
    return left * size.width, top * size.height, right * size.width, bottom * size.height
