"""Registers a photo taken from another place: several homographies, one for each plane of the scene.

From elsewhere a facade, its steps and the wall behind its columns each move by a homography of their own, farther apart
than dense displacement can bridge. Features are matched once over both whole photos (SIFT: it bears other light and
slants better than ORB). The plane that most agree on is registered as a tele is; its points are taken out and the rest
asked again, until too few agree. Each plane is a registration of its own, with its displacement, and says by its
confidence where it holds.
"""

from dataclasses import replace

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.geometry import Size
from dualzoom.registration.align import Alignment, track_points
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.gray import luma
from dualzoom.registration.locate import matched_points
from dualzoom.registration.plane import transform
from dualzoom.registration.plausible import implausible
from dualzoom.registration.register import complete, register
from dualzoom.registration.robust import errors, refit, robust_homography
from dualzoom.registration.types import Matrix, Points, Registration
from dualzoom.registration.verify import LEAST_POINTS, spread
from dualzoom.settings import RegistrationSettings
from dualzoom.stopwatch import Stopwatch

#: Planes at most: each costs about what a tele costs.
MOST_PLANES = 3
#: Px of the wide within which a feature belongs to a plane; within which the next one looks for its own.
_TAKEN_PX, _SIGMA_PX = 6.0, 2.0
_LEAST_PARTS = 3  # of 64 parts of the photo that a further plane's points lie in


def relaxed(settings: RegistrationSettings) -> RegistrationSettings:
    """What two cameras may show that do not stand side by side."""
    return replace(
        settings,
        min_ratio=0.75,
        least_overlap=0.05,
        least_agreeing=0.38,  # parallax leaves less of a plane; of wrong places up to 0.37 agree
        most_squeeze=2.5,
        most_tilt=8.0,
    )


def register_planes(
    wide: Photo, photo: Photo, settings: RegistrationSettings | None = None
) -> tuple[Registration, ...]:
    """Finds where `photo` shows what the wide shows, the plane with most points first.

    Raises RegistrationError where not even one plane can be shown to be in both.
    """
    settings = relaxed(settings or RegistrationSettings())
    first = register(wide, photo, settings)
    pair = GreyPair(luma(wide.pixels), luma(photo.pixels))
    there, here = matched_points(pair.wide, pair.tele, first.ratio, settings)
    found = [first]
    rest = errors(first.homography, there, here) > _TAKEN_PX
    while len(found) < MOST_PLANES and rest.sum() >= LEAST_POINTS:
        alignment = _next_plane(pair, there[rest], here[rest], settings)
        if alignment is None:
            break
        found.append(complete(pair, alignment, "planes", Stopwatch()))
        rest &= errors(alignment.homography, there, here) > _TAKEN_PX
    return tuple(found)


def _next_plane(
    pair: GreyPair, there: Points, here: Points, settings: RegistrationSettings
) -> Alignment | None:
    """The plane that most of the points left agree on, refined; None where there is none."""
    tele, wide = Size.of(pair.tele), Size.of(pair.wide)
    homography = robust_homography(there, here, _SIGMA_PX)
    if homography is None:
        return None
    inside = errors(homography, there, here) < 3 * _SIGMA_PX
    if inside.sum() < LEAST_POINTS or spread(there[inside], tele) < _LEAST_PARTS:
        return None
    if implausible(homography, tele, wide, settings):
        return None
    refined = _refined(pair, homography)
    return None if refined is None or implausible(refined.homography, tele, wide, settings) else refined


def _refined(pair: GreyPair, homography: Matrix) -> Alignment | None:
    """To a fraction of a pixel, from this start alone: another plane may have more points."""
    grid = pair.on_common_grid(homography)
    on_wide, on_tele, tried = track_points(grid)
    there, here = transform(grid.to_tele, on_tele), transform(grid.to_wide, on_wide)
    step = float(grid.to_wide[0, 0])
    fitted = refit(homography, there, here, 0.5 * step)
    if fitted is None:
        return None
    inside = errors(fitted, there, here) < 1.5 * step
    if np.count_nonzero(inside) < LEAST_POINTS:
        return None
    return Alignment(fitted, there[inside], here[inside], len(here), tried)
