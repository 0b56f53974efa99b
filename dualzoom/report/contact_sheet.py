"""Contact sheets: the same place in several pictures, side by side and labelled. RGB uint8."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size

Picture = NDArray[np.uint8]

_GAP_PX = 4
_PAPER, _INK = 24, (236, 236, 236)


def crop(picture: Picture, region: Region, zoom: int = 1) -> Picture:
    """Cuts out the region and enlarges it `zoom` times without smoothing; dark outside the picture."""
    seen = region.clip(Size.of(picture))
    out = np.full((region.height, region.width, 3), _PAPER, np.uint8)
    if not seen.empty:
        out[seen.shift(-region.x, -region.y).slices] = picture[seen.slices]
    return out.repeat(zoom, 0).repeat(zoom, 1)


def label(picture: Picture, text: str, *, height: int = 26) -> Picture:
    """Puts a strip with the text above the picture; cuts the text to its width."""
    strip = np.full((height, picture.shape[1], 3), _PAPER, np.uint8)
    baseline = (6, height - 8)
    cv2.putText(strip, text, baseline, cv2.FONT_HERSHEY_SIMPLEX, height / 48, _INK, 1, cv2.LINE_AA)
    return np.concatenate([strip, picture])


def row(pictures: Sequence[Picture]) -> Picture:
    """Puts pictures of any heights side by side, aligned at the top."""
    return _join(pictures, axis=1)


def column(pictures: Sequence[Picture]) -> Picture:
    """Puts pictures of any widths one below the other, aligned at the left."""
    return _join(pictures, axis=0)


def contact_sheet(pictures: Mapping[str, Picture], regions: Sequence[Region], *, zoom: int = 1) -> Picture:
    """Lays out one row per region and one labelled column per picture; all pictures show the same frame.

    A picture of half the size of the largest (the wide) is shown pixel by pixel at twice the zoom.
    """
    largest = max(picture.shape[1] for picture in pictures.values())
    rows = []
    for region in regions:
        cells = []
        for name, picture in pictures.items():
            times = max(1, round(largest / picture.shape[1]))
            scaled = Region(
                region.x // times, region.y // times, region.width // times, region.height // times
            )
            cells.append(label(crop(picture, scaled, zoom * times), name))
        rows.append(row(cells))
    return column(rows)


def busiest(truth: NDArray[np.uint8], inside: NDArray[np.bool_], *, side: int, count: int) -> list[Region]:
    """Finds the `count` squares of `side` px with most detail that lie wholly `inside` and do not overlap.

    `truth`: (H, W, 3); `inside`: (H, W). Returns fewer where no more fit.
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


def best_covered(inside: NDArray[np.bool_], *, side: int) -> Region:
    """Finds the square of `side` px of which most lies `inside` (H, W); `side` is at most the shorter side."""
    covered = cv2.boxFilter(inside.astype(np.float32), -1, (side, side), anchor=(0, 0))
    whole = covered[: inside.shape[0] - side + 1, : inside.shape[1] - side + 1]
    y, x = np.unravel_index(np.argmax(whole), whole.shape)
    return Region(int(x), int(y), side, side)


def _join(pictures: Sequence[Picture], axis: int) -> Picture:
    if not pictures:
        raise ValueError("a contact sheet needs at least one picture")
    across = 1 - axis
    extent = max(picture.shape[across] for picture in pictures)
    padded_pictures: list[Picture] = []
    for picture in pictures:
        shape = list(picture.shape)
        shape[across] = extent
        padded = np.full(shape, _PAPER, np.uint8)
        padded[: picture.shape[0], : picture.shape[1]] = picture
        gap = list(shape)
        gap[axis] = _GAP_PX
        padded_pictures += [padded, np.full(gap, _PAPER, np.uint8)]
    return np.concatenate(padded_pictures[:-1], axis=axis)
