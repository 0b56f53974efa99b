"""Whether the two photos were given the wrong way round, by what they show: asked only after the tele was not found.

The first photo is the tele when it is found in the second, as firmly as a tele must be in a wide, and shows less of
the scene. Focal lengths in the files have no say: those can be wrong.
"""

from dataclasses import replace

from dualzoom.geometry import Size
from dualzoom.registration.align import refine_homography
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.locate import attempts
from dualzoom.registration.plane import area, corners, density, transform
from dualzoom.registration.plausible import implausible
from dualzoom.registration.prior import Prior, Reading
from dualzoom.registration.types import Matrix
from dualzoom.registration.verify import verify
from dualzoom.settings import RegistrationSettings


def swapped_ratio(pair: GreyPair, prior: Prior, settings: RegistrationSettings) -> float | None:
    """Pixels of the first photo for one of the second where the first is the tele; None where it is not.

    `prior`: of the pair as it was given.
    """
    turned = GreyPair(pair.tele, pair.wide)
    size_of_first = Size.of(turned.tele)
    for candidate in attempts(turned.wide, turned.tele, _turned(prior), settings, methods=("orb",)):
        if not _shows_less(candidate.homography, turned):
            continue
        if implausible(candidate.homography, size_of_first, Size.of(turned.wide), settings):
            continue
        alignment = refine_homography(turned, candidate.homography, settings)
        if alignment is not None and not verify(turned, alignment).reason:
            return 1 / density(alignment.homography, size_of_first)
    return None


def _turned(prior: Prior) -> Prior:
    """What the files promise of the photos in the other order."""
    return replace(prior, readings=tuple(Reading(ratio=1 / r.ratio) for r in prior.readings))


def _shows_less(homography: Matrix, turned: GreyPair) -> bool:
    """Whether the outline of the photo taken for a tele is smaller than the frame of the other."""
    outline = transform(homography, corners(Size.of(turned.tele)))
    return area(outline) < Size.of(turned.wide).area
