"""The picture that a lens of another zoom would have taken, cut from the enlarged frame.

Notation: Z is the zoom against the wide (1: its whole frame). A `Box` has real-valued edges in the wide's pixels:
pixel i covers [i, i + 1), so a point given by pixel centres (a homography's) lies at +0.5.

The frame narrows as a zoom lens does between the two cameras: towards one fixed point, so that at the tele's own
zoom its centre stands in the middle. With d the way from the wide's centre to the tele's, Z_t the tele's zoom:

    centre(Z) = centre + d · min(1, (1 − 1/Z) / (1 − 1/Z_t)),      extent(Z) = frame / Z

Centre, extent and filter are continuous in Z, so the picture is: a step of ε changes it by O(ε).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.errors import UsageError
from dualzoom.geometry import Size
from dualzoom.registration import Registration
from dualzoom.settings import FramingSettings, PrintSettings

#: How far beyond the tele's zoom one may go, and how far without a tele: to the enlarged frame's own pixels.
BEYOND_TELE, WITHOUT_TELE = 1.2, 2.0
#: Rows of the result made at a time: floats of the whole frame would take gigabytes.
_BAND_PX, _LANCZOS_LOBES = 256, 3


@dataclass(frozen=True)
class Box:
    """A rectangle with real-valued edges, in the wide's pixels."""

    left: float
    top: float
    width: float
    height: float

    def scale(self, factor: float) -> "Box":
        """The same rectangle in a frame enlarged `factor` times."""
        return Box(self.left * factor, self.top * factor, self.width * factor, self.height * factor)


@dataclass(frozen=True)
class Aim:
    """What to zoom towards: the tele's centre (x, y) in the wide's pixels, measured from the frame's edges, and
    its zoom: the wide's field of view over the tele's, both along their longer sides."""

    x: float
    y: float
    zoom: float

    @classmethod
    def of(cls, found: Registration) -> "Aim":
        """The tele that a registration found."""
        tele, wide = found.tele_size, found.wide_size
        x, y, w = found.homography @ [(tele.width - 1) / 2, (tele.height - 1) / 2, 1.0]
        shares = max(wide.width, wide.height) / max(tele.width, tele.height)
        return cls(float(x / w) + 0.5, float(y / w) + 0.5, found.ratio * shares)


@dataclass(frozen=True)
class Framing:
    """What the result shows: the zoom, its box on the wide, and the result's size in pixels.

    `doubled`: the enlarged frame holds too few pixels for it and is doubled once more (`second_pass`).
    """

    zoom: float
    box: Box
    size: Size
    doubled: bool = False

    @property
    def enlarged(self) -> float:
        """Pixels of the result for one of the frame at twice the wide's size."""
        return self.size.width / (2 * self.box.width)

    def of(self, pixels: NDArray[Any], wide: Size) -> NDArray[Any]:
        """This part of the wide's whole frame at any fineness: (H, W[, C]) -> (size[, C]), same type."""
        return resample(pixels, self.box.scale(pixels.shape[1] / wide.width), self.size)


def framing(settings: FramingSettings, wide: Size, aim: Aim | None) -> Framing | None:
    """The framing asked for; None where the whole frame at twice its size is wanted.

    Raises UsageError where the zoom or the size makes no sense for this pair, or two sizes are asked for.
    """
    _check_one_size(settings)
    if settings.scale == 4:
        return Framing(1.0, box_at(1.0, wide, None), wide.scale(4), doubled=True)
    if settings.at is None and settings.long_side_px is None and settings.sheet is None:
        return None
    zoom = 1.0 if settings.at is None else settings.at
    limit = WITHOUT_TELE if aim is None else aim.zoom * BEYOND_TELE
    if not 1.0 <= zoom <= max(1.0, limit):
        whose = "without a tele" if aim is None else "with this tele"
        raise UsageError(
            "zoom", f"{zoom:g} is not between 1 and {limit:.2f}, the most {whose}", "choose one in between"
        )
    size = result_size(settings, wide)
    return Framing(zoom, box_at(zoom, wide, aim), size, doubled=size.width > 2 * wide.width)


def result_size(settings: FramingSettings, wide: Size) -> Size:
    """The result's size, which the tele does not change.

    Raises UsageError where the size makes no sense for this wide, or two sizes are asked for.
    """
    _check_one_size(settings)
    if settings.at is None and settings.long_side_px is None and settings.sheet is None:
        return wide.scale(settings.scale or 2)
    zoom = 1.0 if settings.at is None else settings.at
    most = max(2.0, 4.0 / zoom)  # times the wide: the second doubling's pixels, or the first one's
    if settings.sheet is not None:
        return _on_sheet(settings.sheet, wide, most)
    return _size(settings.long_side_px, wide, most)


def _check_one_size(settings: FramingSettings) -> None:
    sizes = [settings.long_side_px, settings.sheet, settings.scale]
    if sum(size is not None for size in sizes) > 1 or (
        settings.scale is not None and settings.at is not None
    ):
        raise UsageError("size", "it is given more than once", "choose one of scale, long side and sheet")


def box_at(zoom: float, wide: Size, aim: Aim | None) -> Box:
    """Where the frame of zoom `zoom` ≥ 1 lies on the wide; inside the frame."""
    width, height = wide.width / zoom, wide.height / zoom
    x, y = wide.width / 2, wide.height / 2
    if aim is not None:
        way = min(1.0, (1 - 1 / zoom) / max(1 - 1 / aim.zoom, 1e-6))
        x, y = x + (aim.x - x) * way, y + (aim.y - y) * way
    left = min(max(x - width / 2, 0.0), wide.width - width)
    top = min(max(y - height / 2, 0.0), wide.height - height)
    return Box(left, top, width, height)


def resample(pixels: NDArray[Any], box: Box, size: Size) -> NDArray[Any]:
    """A box of a picture at another size: (H, W[, C]) uint8 or uint16 -> (size[, C]), the same type.

    `box`: in these pixels, inside the picture. Lanczos of three lobes, stretched where the picture is made smaller
    so that nothing aliases; in floats, rounded once.
    """
    out = np.empty((size.height, size.width, *pixels.shape[2:]), pixels.dtype)
    peak = float(np.iinfo(pixels.dtype).max)
    for top in range(0, size.height, _BAND_PX):
        bottom = min(top + _BAND_PX, size.height)
        step = box.height / size.height
        band = Box(box.left, box.top + top * step, box.width, (bottom - top) * step)
        values = _resampled(pixels, band, Size(size.width, bottom - top))
        out[top:bottom] = np.rint(np.clip(values, 0.0, peak)).reshape(out[top:bottom].shape)
    return out


def _resampled(pixels: NDArray[Any], box: Box, size: Size) -> NDArray[np.float32]:
    """One band in floats, (h, w, C); only what its filter reaches is converted."""
    rows, top = _reach(box.top, box.height, size.height, pixels.shape[0])
    columns, left = _reach(box.left, box.width, size.width, pixels.shape[1])
    part = pixels[rows, columns].reshape(rows.stop - rows.start, columns.stop - columns.start, -1)
    height, width = part.shape[:2]
    edges = (left, top, min(left + box.width, width), min(top + box.height, height))
    channels = [
        Image.fromarray(np.ascontiguousarray(part[..., channel], np.float32)).resize(
            (size.width, size.height), Image.Resampling.LANCZOS, box=edges
        )
        for channel in range(part.shape[2])
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _reach(start: float, extent: float, count: int, frame_px: int) -> tuple[slice, float]:
    """Whole pixels that the filter touches along one axis, and where the box starts among them."""
    support = _LANCZOS_LOBES * max(1.0, extent / count) + 1
    first = max(0, int(np.floor(start - support)))
    last = min(frame_px, int(np.ceil(start + extent + support)))
    return slice(first, last), max(0.0, start - first)


def _size(long_side_px: int | None, wide: Size, most: float) -> Size:
    """The result's size: the wide's, or the same shape with another longer side, up to `most` times the wide's."""
    if long_side_px is None:
        return wide
    longest = max(wide.width, wide.height)
    limit = int(most * longest)
    if not 16 <= long_side_px <= limit:
        reason = f"{long_side_px} px is not between 16 and {limit}, {most:.3g} times the wide's"
        raise UsageError("long side", reason, "choose one in between")
    return _shaped(wide, long_side_px / longest)


def _on_sheet(sheet: PrintSettings, wide: Size, most: float) -> Size:
    """The largest size of the wide's shape that fits on a sheet, laid as the wide lies; at most `most` times it."""
    short_mm, long_mm = sorted(sheet.sides_mm)
    if not (short_mm > 0 and sheet.dpi > 0):
        raise UsageError("sheet", f"{short_mm:g} mm at {sheet.dpi:g} dpi is nothing", "choose more of both")
    per_mm = sheet.dpi / 25.4
    short, longest = sorted((wide.width, wide.height))
    scale = min(short_mm * per_mm / short, long_mm * per_mm / longest)
    if not 16 / longest <= scale <= most:
        reason = f"it would need {scale * longest:.0f} px, which is not between 16 and {int(most * longest)}"
        raise UsageError("sheet", reason, "choose another size or other dpi")
    return _shaped(wide, scale)


def _shaped(wide: Size, scale: float) -> Size:
    return Size(max(1, round(wide.width * scale)), max(1, round(wide.height * scale)))
