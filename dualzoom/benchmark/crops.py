"""The same places in all rows, side by side: what numbers do not say.

Places are chosen on the input before anything is enlarged, so no row can choose them: the busiest that the tele
sees, and one that it does not.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.benchmark.subject import Picture, Subject
from dualzoom.evaluation.picture import busiest, column, crop, label, row
from dualzoom.geometry import Region, Size

_SIDE_PX, _ZOOM = 60, 3  # a place on the input's grid; each pixel of a result is shown as 3 × 3
_INSIDE, _OUTSIDE = 3, 1


def places(subject: Subject) -> list[Region]:
    """Squares on the input's grid; fewer in pictures too small for all."""
    size = Size.of(subject.wide)
    side = min(_SIDE_PX, min(size.width, size.height) // 4)
    seen = np.zeros(subject.wide.shape[:2], np.uint8)
    if subject.overlay is None:
        return busiest(subject.wide, seen == 0, side=side, count=_INSIDE)
    corners = np.rint(subject.overlay.registration.overlap).astype(np.int32)
    cv2.fillConvexPoly(seen, cv2.convexHull(corners), 1)
    inside = busiest(subject.wide, seen > 0, side=side, count=_INSIDE)
    return inside + busiest(subject.wide, seen == 0, side=side, count=_OUTSIDE)


def cells(picture: Picture, regions: list[Region]) -> list[Picture]:
    """The places cut out of a result."""
    return [crop(picture, region.scale(2), _ZOOM) for region in regions]


def sheet(subject: Subject, made: Mapping[str, list[Picture]], regions: list[Region]) -> Picture:
    """A line for each place: the rows by label, and the truth, or the tele as it was laid over the wide."""
    last = {"truth": cells(subject.truth, regions)} if subject.truth is not None else {}
    if subject.truth is None and subject.overlay is not None:
        last = {"tele": [crop(_tele(subject, region), _all(region), _ZOOM) for region in regions]}
    columns = {**made, **last}
    lines = [
        row([label(parts[number], f"{name}") for name, parts in columns.items()])
        for number in range(len(regions))
    ]
    return column([label(column(lines), subject.name)])


def _all(region: Region) -> Region:
    return Region.full(region.scale(2).size)


def _tele(subject: Subject, region: Region) -> Picture:
    """The tele in the wide's colours, dark where it is not valid: (2h, 2w, 3) of a region of the input."""
    assert subject.overlay is not None
    rgb, validity = subject.overlay.reference.tile(region.scale(2))
    shown: NDArray[np.float32] = np.where(validity[..., None] > 0, rgb, 0)
    return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
