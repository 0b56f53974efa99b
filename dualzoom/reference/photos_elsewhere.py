"""From a photo of the same thing, taken from elsewhere or at another time, to references: one for each plane."""

from dualzoom.capture.photo import Photo
from dualzoom.capture.profiles import to_wide_space
from dualzoom.errors import RegistrationError, SwappedError, about
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.denoise import denoise
from dualzoom.reference.elsewhere import Elsewhere
from dualzoom.reference.fit_colour import fit_colour
from dualzoom.reference.worth import worth
from dualzoom.registration import Warper, register_planes
from dualzoom.settings import ColourSettings, RegistrationSettings
from dualzoom.stopwatch import Stopwatch

#: Share of the frame in which a photo must be believed to be used at all: less is likely an accident.
_LEAST_COVERAGE = 0.005
_NEXT_STEP = "leave it out, or take one from nearer"


def build_elsewhere(
    wide: Photo,
    photo: Photo,
    registration: RegistrationSettings | None = None,
    colour: ColourSettings | None = None,
    *,
    stopwatch: Stopwatch | None = None,
) -> tuple[Elsewhere, ...]:
    """Registers `photo` on `wide` plane by plane and matches its colours.

    Raises RegistrationError, naming the photo, where it does not match, holds no more detail than the wide, or is
    believed almost nowhere.
    """
    stopwatch = stopwatch or Stopwatch()
    with stopwatch("register"), about(photo.name):
        try:
            planes = register_planes(wide, photo, registration)
        except SwappedError as error:
            reason = "it shows the scene smaller than the wide does, and so holds no more detail"
            raise RegistrationError(photo.name, reason, _NEXT_STEP) from error
    with stopwatch("colour"), about(photo.name):
        pixels, denoised = denoise(to_wide_space(photo, wide).pixels)
        found, refused = [], RegistrationError(photo.name, "its colours do not fit the wide's", _NEXT_STEP)
        for plane in planes:
            warper = Warper(pixels, plane)
            try:
                colours = fit_colour(wide.pixels, warper, plane, colour or ColourSettings())
            except RegistrationError as error:
                refused = error
                continue
            found.append(AlignedTele(wide.pixels, warper, colours, plane, denoised=denoised))
        if not found:
            raise refused
    with stopwatch("worth"), about(photo.name):
        return _believed(wide, photo, found)


def _believed(wide: Photo, photo: Photo, planes: list[AlignedTele]) -> tuple[Elsewhere, ...]:
    """The planes that hold detail somewhere; raises RegistrationError where none does."""
    first = planes[0]
    value = worth(wide.pixels, first, first.registration.window)
    if not value.used:
        raise RegistrationError(photo.name, str(value.reason), _NEXT_STEP)
    weighed = [Elsewhere(plane, value.share) for plane in planes]
    believed = tuple(plane for plane in weighed if plane.coverage() >= _LEAST_COVERAGE)
    if not believed:
        reason = "almost nowhere does it show the same as the wide, and larger"
        raise RegistrationError(photo.name, reason, _NEXT_STEP)
    return believed
