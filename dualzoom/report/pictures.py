"""The pictures of a page, as data: nothing is fetched, neither from the network nor from the disk.

Both photos are in one colour profile, and every picture carries it. Lanczos enlarges "before" to the grid of "after",
as an ordinary program would.
"""

import base64
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import Metadata, Photo, Pixels, at_depth, jpeg_bytes, png_bytes
from dualzoom.framing import Box, resample
from dualzoom.geometry import Region, Size
from dualzoom.report.contact_sheet import best_covered, busiest

#: The longer side of the whole picture on the page, the greatest side of a crop, and how many of them.
PREVIEW_PX, CROP_PX, CROPS = 1600, 400, 4
#: Shares of a crop's side tried in turn where what it should show is narrow.
_SHRUNK = (1.0, 0.75, 0.5, 0.25)
_PREVIEW_QUALITY, _CROP_QUALITY = 92, 95  # both keep colours at full resolution


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The same place before and after, as data URIs; `size` in CSS pixels, `place` in words."""

    before: str
    after: str
    size: Size
    place: str


def whole(before: Photo, after: Photo) -> Comparison:
    """Shrinks both whole frames to the screen."""
    size = preview_size(after.size)
    pictures = [shrunk(photo.pixels, size) for photo in (before, after)]
    uris = [jpeg(picture, after.metadata.icc, _PREVIEW_QUALITY) for picture in pictures]
    return Comparison(before=uris[0], after=uris[1], size=size, place="the whole frame")


def crops(before: Photo, after: Photo, contribution: NDArray[np.uint8] | None) -> list[Comparison]:
    """Crops busy places, pixel by pixel: three where the tele contributed, one where it did not; four without a map."""
    size = after.size
    side = min(CROP_PX, max(min(size.width, size.height) // 3, 1))  # several, even of a small picture
    found = []
    for region, place in _places(after, contribution, side):
        scale = before.size.width / size.width
        box = Box(region.x, region.y, region.width, region.height).scale(scale)
        pictures = [resample(before.pixels, box, region.size), after.pixels[region.slices]]
        uris = [jpeg(picture, after.metadata.icc, _CROP_QUALITY) for picture in pictures]
        where = f"{place}, at {region.x}, {region.y}"
        found.append(Comparison(before=uris[0], after=uris[1], size=region.size, place=where))
    return found


def map_picture(contribution: NDArray[np.uint8]) -> str:
    """Shrinks the map to the screen, as a grey picture."""
    return _uri("png", png_bytes(shrunk(contribution, preview_size(Size.of(contribution)))))


def preview_size(size: Size) -> Size:
    """Returns the size of a frame on the page; never enlarges."""
    scale = min(1.0, PREVIEW_PX / max(size.width, size.height))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def shrunk(pixels: NDArray[Any], size: Size) -> NDArray[Any]:
    """Resizes a whole frame."""
    return resample(pixels, Box(0, 0, pixels.shape[1], pixels.shape[0]), size)


def jpeg(pixels: NDArray[Any], icc: bytes | None, quality: int) -> str:
    """Encodes a JPEG with its colour profile; returns a data URI."""
    eight = cast(Pixels, np.ascontiguousarray(at_depth(cast(Pixels, pixels), 8)))
    return _uri("jpeg", jpeg_bytes(eight, Metadata(icc=icc), quality))


def _uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _places(after: Photo, contribution: NDArray[np.uint8] | None, side: int) -> list[tuple[Region, str]]:
    """Finds places with detail on a small picture."""
    small = preview_size(after.size)
    picture = np.asarray(at_depth(cast(Pixels, shrunk(after.pixels, small)), 8), np.uint8)
    scale = after.size.width / small.width
    across = max(1, int(side / scale))
    found = _wanted(picture, contribution, across)
    return [(_enlarged(region, scale, side, across, after.size), place) for region, place in found]


def _wanted(
    picture: NDArray[np.uint8], contribution: NDArray[np.uint8] | None, side: int
) -> list[tuple[Region, str]]:
    """Returns squares of the small picture: of `side` px, or less where the tele's share has no room for that."""
    if contribution is None:
        everywhere = np.ones(picture.shape[:2], bool)
        return [(region, "a busy place") for region in busiest(picture, everywhere, side=side, count=CROPS)]
    share = cv2.resize(contribution, picture.shape[1::-1])
    inside = share > 0.5 * float(share.max(initial=0))  # relative, so that a weak setting has places, too
    seen = _shrunk_to_fit(picture, inside, side, CROPS - 1)
    if not seen and inside.any():
        seen = [best_covered(inside, side=max(1, int(side * _SHRUNK[-1])))]
    alone = _shrunk_to_fit(picture, ~inside, side, 1)
    return [
        *((region, "with the tele's detail") for region in seen),
        *((region, "from the wide alone") for region in alone),
    ]


def _shrunk_to_fit(
    picture: NDArray[np.uint8], inside: NDArray[np.bool_], side: int, count: int
) -> list[Region]:
    """Finds the busiest squares wholly inside, at the largest share of `side` that fits; none where none does."""
    for share in _SHRUNK:
        if found := busiest(picture, inside, side=max(1, int(side * share)), count=count):
            return found
    return []


def _enlarged(region: Region, scale: float, side: int, across: int, frame: Size) -> Region:
    """Scales a square of the small picture to the result's pixels; exactly `side` px where it was not shrunk."""
    length = side if region.width == across else max(1, int(region.width * scale))
    x, y = (
        min(round(start * scale), end - length)
        for start, end in zip((region.x, region.y), (frame.width, frame.height), strict=True)
    )
    return Region(x, y, length, length)
