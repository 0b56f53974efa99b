"""The tele laid over the wide: registered, in the wide's colours, with its validity."""

from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.capture.profiles import to_wide_space
from dualzoom.registration import Registration, Warper, register
from dualzoom.settings import ColourSettings, RegistrationSettings
from dualzoom.tiling.patches import fit_colour
from dualzoom.tiling.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Where the tele lies, and what it shows of any region of the 2× grid."""

    registration: Registration
    reference: Reference


def overlay(wide: Photo, tele: Photo) -> Overlay:
    """Register a pair and fit its colours, as `zoom` does by default; raises RegistrationError, CaptureError."""
    registration = register(wide, tele, RegistrationSettings())
    warper = Warper(to_wide_space(tele, wide).pixels, registration)
    colour = fit_colour(wide.pixels, warper, registration, ColourSettings())
    return Overlay(registration=registration, reference=Reference(wide.pixels, warper, colour, registration))
