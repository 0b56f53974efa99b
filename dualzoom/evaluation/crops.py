"""Crops: the same places of all results, side by side.

The places are chosen on the input before any method works, so none can influence the choice: the busiest that the
tele sees, and one that it does not.
"""

from collections.abc import Mapping
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.case import Case, Picture
from dualzoom.geometry import Region, Size
from dualzoom.report.contact_sheet import busiest, column, crop, label, row

_SIDE_PX, _ZOOM = 60, 3  # side of a place on the input's grid; each pixel of a result becomes 3 × 3


def places(case: Case, side_px: int = _SIDE_PX) -> list[Region]:
    """Chooses squares of at most `side_px` on the input's grid: one of each third of the tele's view, one outside.

    Fewer where none fits.
    """
    frame = Region.full(Size.of(case.wide))
    window = frame if case.aligned is None else case.aligned.registration.window
    side = min(side_px, frame.width // 4, frame.height // 4, window.width // 4, window.height // 2)
    if case.aligned is None:
        return _busy_thirds(case.wide, np.ones(case.wide.shape[:2], np.bool_), window, side)
    seen = np.zeros(case.wide.shape[:2], np.uint8)
    corners = np.rint(case.aligned.registration.overlap).astype(np.int32)
    cv2.fillConvexPoly(seen, cv2.convexHull(corners), 1)
    inside = _busy_thirds(case.wide, seen > 0, window, side)
    return inside + busiest(case.wide, seen == 0, side=side, count=1)


def _busy_thirds(wide: Picture, seen: NDArray[np.bool_], window: Region, side: int) -> list[Region]:
    """One busy square of each third from left to right: three of one facade would show less."""
    found = []
    edges = [window.x + window.width * third // 3 for third in range(4)]
    for left, right in pairwise(edges):
        here = np.zeros_like(seen)
        here[:, left:right] = seen[:, left:right]
        found += busiest(wide, here, side=side, count=1)
    return found


def cells(picture: Picture, regions: list[Region]) -> list[Picture]:
    """Cuts the places out of a result (2H, 2W, 3), enlarged."""
    return [crop(picture, region.scale(2), _ZOOM) for region in regions]


def sheet(case: Case, cut: Mapping[str, list[Picture]], regions: list[Region]) -> Picture:
    """Lays out a line for each place: each method's cell by label, then the truth, or else the aligned tele."""
    last = {"truth": cells(case.truth, regions)} if case.truth is not None else {}
    if case.truth is None and case.aligned is not None:
        last = {"tele": [crop(tele_at(case, region.scale(2)), _all(region), _ZOOM) for region in regions]}
    columns = {**cut, **last}
    lines = [
        row([label(parts[number], f"{name}") for name, parts in columns.items()])
        for number in range(len(regions))
    ]
    return column([label(column(lines), case.name)])


def _all(region: Region) -> Region:
    return Region.full(region.scale(2).size)


def tele_at(case: Case, region: Region) -> Picture:
    """Returns the tele in a region of the 2× grid (h, w, 3), in the wide's colours; black where it is not valid."""
    assert case.aligned is not None
    rgb, validity = case.aligned.tile(region)
    shown: NDArray[np.float32] = np.where(validity[..., None] > 0, rgb, 0)
    return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
