"""From two photos to the aligned tele: register, denoise beside it → warp → fit colours, in one place."""

from concurrent.futures import ThreadPoolExecutor

from dualzoom.capture.photo import Photo
from dualzoom.capture.profiles import to_wide_space
from dualzoom.errors import about
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.denoise import denoise
from dualzoom.reference.fit_colour import fit_colour
from dualzoom.registration import Registration, Warper, register
from dualzoom.settings import ColourSettings, RegistrationSettings
from dualzoom.stopwatch import Stopwatch


def build(
    wide: Photo,
    tele: Photo,
    registration: RegistrationSettings | None = None,
    colour: ColourSettings | None = None,
    *,
    found: Registration | None = None,
    stopwatch: Stopwatch | None = None,
) -> AlignedTele:
    """Register `tele` on `wide` and match its colours; settings left out are those of `zoom`.

    `found`: where it lies, if known.
    `stopwatch` times the stages "register" and "colour". Raises RegistrationError, CaptureError, both naming the tele.
    """
    stopwatch = stopwatch or Stopwatch()
    with ThreadPoolExecutor(1) as beside:
        clean = beside.submit(lambda: denoise(to_wide_space(tele, wide).pixels))
        with stopwatch("register"), about(tele.name):
            found = found or register(wide, tele, registration or RegistrationSettings())
    with stopwatch("colour"), about(tele.name):
        pixels, denoised = clean.result()
        warper = Warper(pixels, found)
        colours = fit_colour(wide.pixels, warper, found, colour or ColourSettings())
        return AlignedTele(wide.pixels, warper, colours, found, denoised=denoised)
