"""Before and after of one photo on a page (see `report.shell`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import Photo, summarise, to_wide_space
from dualzoom.errors import UsageError
from dualzoom.framing import Framing
from dualzoom.report.pictures import crops, map_picture, whole
from dualzoom.report.shell import render

_SHAPES_AGREE = 0.01  # cropping by a pixel or two is no other frame


@dataclass(frozen=True)
class Fact:
    """One row of the table: a name, and its value before and after (empty: unknown)."""

    name: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the value differs before and after."""
        return self.before != self.after


def page(
    before: Photo,
    after: Photo,
    *,
    contribution: NDArray[np.uint8] | None = None,
    view: Framing | None = None,
    title: str = "",
    remarks: Sequence[str] = (),
) -> bytes:
    """Builds the page; returns UTF-8.

    `before` and `after` show the same frame, at any sizes; or `after` shows this `view` of it. `contribution`: (H, W)
    uint8 on the grid of `before`, 255 where the result takes the tele's detail in full. `remarks`: further text, a line
    each. Raises UsageError where the photos' shapes differ, CaptureError for a damaged colour profile.
    """
    alike = to_wide_space(before, after)
    if view is not None:
        alike = alike.with_pixels(view.of(alike.pixels, before.size))
        contribution = None if contribution is None else view.of(contribution, before.size)
    _check_shapes(alike, after)
    return render(
        "page",
        title=title or f"{_name(before)} → {_name(after)}",
        remarks=remarks,
        whole=whole(alike, after),
        crops=crops(alike, after, contribution),
        map=None if contribution is None else map_picture(contribution),
        facts=_facts(before, after),
    )


def _check_shapes(before: Photo, after: Photo) -> None:
    ratio = before.size.width * after.size.height / (after.size.width * before.size.height)
    if abs(ratio - 1) > _SHAPES_AGREE:
        reason = f"its shape differs from that of {before.name}, so they cannot lie on one another"
        raise UsageError(after.name, reason, "compare photos of the same frame")


def _facts(before: Photo, after: Photo) -> list[Fact]:
    first, second = summarise(before), summarise(after)
    names = [*first, *(name for name in second if name not in first)]
    return [Fact(name, first.get(name, ""), second.get(name, "")) for name in names]


def _name(photo: Photo) -> str:
    return photo.source.name if photo.source is not None else "photo"
