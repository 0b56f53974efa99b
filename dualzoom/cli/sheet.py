"""A sheet of crops: the same places in several pictures, side by side and enlarged."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region

Picture = NDArray[np.uint8]
_GAP_PX = 6
_TITLE_PX = 30
_PAPER, _INK = 255, (40, 40, 40)


def busiest(truth: Picture, inside: NDArray[np.bool_], *, side: int, count: int) -> list[Region]:
    """The `count` squares of `side` px with most detail that lie wholly `inside` and do not overlap.

    `truth`: (H, W, 3); `inside`: (H, W). Fewer where there are not so many.
    """
    detail = np.abs(cv2.Laplacian(cv2.cvtColor(truth, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    sums = cv2.boxFilter(detail, -1, (side, side))
    allowed = cv2.erode(inside.astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0).astype(bool)
    half = side // 2
    found: list[Region] = []
    while len(found) < count and allowed.any():
        y, x = np.unravel_index(np.argmax(np.where(allowed, sums, -1)), sums.shape)
        found.append(Region(int(x) - half, int(y) - half, side, side))
        allowed[max(0, y - side) : y + side, max(0, x - side) : x + side] = False
    return found


def sheet(pictures: Mapping[str, Picture], regions: Sequence[Region], *, zoom: int = 3) -> Picture:
    """One column a picture with its title, one row a region, every pixel `zoom` × `zoom`.

    `pictures`: title → (H, W, 3) uint8, all of one size; `regions` lie inside. Returns (h, w, 3) uint8.
    """
    rows = [_row([_crop(picture, region, zoom) for picture in pictures.values()]) for region in regions]
    gap = np.full((_GAP_PX, rows[0].shape[1], 3), _PAPER, np.uint8)
    body = [part for row in rows for part in (row, gap)]
    titles = _row([_title(title, region_width=regions[0].width * zoom) for title in pictures])
    return np.concatenate([titles, *body])


def _crop(picture: Picture, region: Region, zoom: int) -> Picture:
    return picture[region.slices].repeat(zoom, axis=0).repeat(zoom, axis=1)


def _row(cells: Sequence[Picture]) -> Picture:
    gap = np.full((cells[0].shape[0], _GAP_PX, 3), _PAPER, np.uint8)
    return np.concatenate([part for cell in cells for part in (gap, cell)] + [gap], axis=1)


def _title(text: str, *, region_width: int) -> Picture:
    strip = np.full((_TITLE_PX, region_width, 3), _PAPER, np.uint8)
    cv2.putText(strip, text, (4, _TITLE_PX - 9), cv2.FONT_HERSHEY_SIMPLEX, 0.6, _INK, 1, cv2.LINE_AA)
    return strip
