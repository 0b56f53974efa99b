"""Panels: the same places of all results for the page that shows them at 100 and 200 %.

As for `crops`, the places are chosen on the input before any method works.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dualzoom.evaluation import crops
from dualzoom.evaluation.case import Case, Picture
from dualzoom.geometry import Region
from dualzoom.report.contact_sheet import busiest
from dualzoom.report.side_by_side import Panel

_SIDE_PX = 160  # of a place on the input's grid: 320 pixels of a result


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place on the 2× grid, the part of it that is shown closer (in its own pixels), and its name."""

    place: Region
    close: Region
    where: str


def spots(case: Case) -> list[Spot]:
    """Chooses the places, as `crops.places` does but larger, and the busiest quarter of each."""
    found = []
    for number, region in enumerate(crops.places(case, _SIDE_PX)):
        seen = case.wide[region.slices]
        side = min(region.width, region.height) // 2
        (close,) = busiest(seen, np.ones(seen.shape[:2], np.bool_), side=side, count=1)
        inside = case.aligned is not None and case.aligned.registration.window.contains(region)
        kind = "a busy place" if case.aligned is None else "in the tele's view" if inside else "outside it"
        place = region.scale(2)
        where = f"{number + 1}: {kind}, at {place.x}, {place.y}"
        found.append(Spot(place=place, close=close.scale(2), where=where))
    return found


def cut(picture: Picture, places: list[Spot]) -> list[Picture]:
    """Copies the places out of a result (2H, 2W, 3), so that the result itself can go."""
    return [picture[spot.place.slices].copy() for spot in places]


def panels(case: Case, made: Mapping[str, list[Picture]], places: list[Spot]) -> tuple[Panel, ...]:
    """Lays the places of all methods (by label) side by side, then the truth's, or else the aligned tele's."""
    found = []
    for number, spot in enumerate(places):
        pictures = {label: parts[number] for label, parts in made.items()} | _held_against(case, spot)
        close = {label: picture[spot.close.slices] for label, picture in pictures.items()}
        found.append(Panel(where=spot.where, pictures=pictures, close=close))
    return tuple(found)


def _held_against(case: Case, spot: Spot) -> dict[str, Picture]:
    """Returns the truth of a place, or the tele where it shows it."""
    if case.truth is not None:
        return {"truth": case.truth[spot.place.slices]}
    tele = None if case.aligned is None else crops.tele_at(case, spot.place)
    return {"tele": tele} if tele is not None and tele.any() else {}
