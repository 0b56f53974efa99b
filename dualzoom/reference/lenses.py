"""Several lenses of one moment: which of them shows most, and where each of the others lies in it.

The order is the pictures' own, the files' focal lengths are a hint to begin with. A lens that is not found in the
widest, for its picture is too small there, is found through another: tele in wide and wide in ultra-wide make a
homography to start from, which is then refined and verified on the two photos themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError, SwappedError, about
from dualzoom.registration import Registration, register
from dualzoom.registration.plane import unit
from dualzoom.settings import RegistrationSettings
from dualzoom.stopwatch import Stopwatch

#: Through another lens the scale is known, so it may be larger than a search would trust: 13 mm to 240 mm.
_CHAIN_RATIO = 24.0


@dataclass(frozen=True, kw_only=True)
class Lenses:
    """Photos of one moment, the widest first. `teles`: with where each lies in `wide`, the wider first; `found` is None
    where it is still to be registered. `notes`: what the user should know of their order."""

    wide: Photo
    teles: tuple[tuple[Photo, Registration | None], ...]
    notes: tuple[str, ...] = ()


def arrange(
    wide: Photo,
    teles: Sequence[Photo],
    settings: RegistrationSettings | None = None,
    *,
    stopwatch: Stopwatch | None = None,
) -> Lenses:
    """Puts photos in order by their field of view, and registers all but the widest on it.

    A pair is left as it is given. Raises RegistrationError, naming the photo that belongs to none of the others.
    """
    if len(teles) < 2:
        return Lenses(wide=wide, teles=tuple((tele, None) for tele in teles))
    stopwatch, settings = stopwatch or Stopwatch(), settings or RegistrationSettings()
    given = [wide, *teles]
    order = _by_focal(given)
    with stopwatch("register"):
        for _ in given:
            found = _registered(order[0], order[1:], settings)
            if not isinstance(found, int):
                break
            order.insert(0, order.pop(found + 1))
        else:
            raise RegistrationError(order[0].name, "which of the photos is the widest is not to be found out")
    found.sort(key=lambda one: one[1].ratio * _side(order[0]) / _side(one[0]))
    names = [order[0].name, *(photo.name for photo, _ in found)]
    notes = [f"the photos were put in order, widest first: {', '.join(names)}"]
    moved = names != [photo.name for photo in given]
    return Lenses(wide=order[0], teles=tuple(found), notes=tuple(notes if moved else ()))


def _side(photo: Photo) -> int:
    return max(photo.size.width, photo.size.height)


def _by_focal(photos: list[Photo]) -> list[Photo]:
    """By 35 mm equivalent where all files have one, else as they are."""
    focal = {id(photo): photo.lens.focal_35mm or 0.0 for photo in photos}
    return sorted(photos, key=lambda photo: focal[id(photo)]) if all(focal.values()) else list(photos)


def _registered(
    wide: Photo, teles: list[Photo], settings: RegistrationSettings
) -> list[tuple[Photo, Registration]] | int:
    """Where each tele lies in the wide; or the number of one that shows more than the wide."""
    found: list[tuple[Photo, Registration]] = []
    for number, tele in enumerate(teles):
        with about(tele.name):
            try:
                found.append((tele, register(wide, tele, settings)))
            except SwappedError:
                return number
            except RegistrationError as error:
                found.append((tele, _through(wide, tele, found, settings, error)))
    return found


def _through(
    wide: Photo,
    tele: Photo,
    others: list[tuple[Photo, Registration]],
    settings: RegistrationSettings,
    refused: RegistrationError,
) -> Registration:
    """Where the tele lies, found through one of the lenses between; raises `refused` where none leads there."""
    for photo, between in reversed(others):
        try:
            inner = register(photo, tele, settings)
            start = unit(between.homography @ inner.homography)
            return register(wide, tele, replace(settings, max_ratio=_CHAIN_RATIO), start)
        except RegistrationError:
            continue
    raise refused
