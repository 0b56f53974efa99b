"""What the files say about the scale between the two photos, before a pixel is looked at.

Notation: ratio = tele px per wide px (linear) for the same far thing. A lens of 35 mm equivalent f₃₅ on a frame with
diagonal d px has a focal length of f₃₅·d / 43.27 px, so ratio = (f₃₅ᵗ·dᵗ) / (f₃₅ʷ·dʷ).
Focal lengths in millimetres alone say nothing between two sensors of unknown size, which is what a phone has.
"""

import math
from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.settings import RegistrationSettings

DIAGONAL_35MM = math.hypot(36.0, 24.0)
#: 35 mm equivalents are whole numbers (13 for 13.4), makers round freely, and lenses breathe when they focus.
_TOLERANCE = 1.25


@dataclass(frozen=True, kw_only=True)
class Prior:
    """The ratios worth trying first, and where they come from.

    `expected` is None where the files are silent; `low` and `high` bound what is searched.
    """

    low: float
    high: float
    expected: tuple[float, ...] = ()
    source: str = "none"

    def agrees(self, ratio: float) -> bool:
        """Whether a found ratio is what the files promised (True where they promise nothing)."""
        return not self.expected or any(1 / _TOLERANCE <= ratio / e <= _TOLERANCE for e in self.expected)


def focal_px(photo: Photo) -> float | None:
    """Focal length in pixels of the photo's frame, from the 35 mm equivalent; None where EXIF is silent."""
    if not photo.lens.focal_35mm:
        return None
    return photo.lens.focal_35mm * math.hypot(photo.size.width, photo.size.height) / DIAGONAL_35MM


def expect(wide: Photo, tele: Photo, settings: RegistrationSettings) -> Prior:
    """The prior of a pair.

    Some makers count digital zoom into the 35 mm equivalent and some do not: both readings are
    tried where the two photos' digital zooms differ. Raises RegistrationError when the photos are swapped.
    """
    if wide.lens.focal_35mm and tele.lens.focal_35mm and tele.lens.focal_35mm < 0.9 * wide.lens.focal_35mm:
        lengths = f"{tele.lens.focal_35mm:.0f} mm against {wide.lens.focal_35mm:.0f} mm"
        raise RegistrationError(
            tele.name, f"it is the wider of the two ({lengths})", "give the wide photo first"
        )
    low, high = settings.min_ratio, settings.max_ratio
    f_wide, f_tele = focal_px(wide), focal_px(tele)
    if f_wide is None or f_tele is None:
        return Prior(low=low, high=high)
    ratio = f_tele / f_wide
    zoom = (tele.lens.digital_zoom or 1.0) / (wide.lens.digital_zoom or 1.0)
    readings = [ratio] if abs(zoom - 1) < 0.02 else [ratio, ratio * zoom]
    expected = tuple(r for r in readings if low / _TOLERANCE <= r <= high * _TOLERANCE)
    return Prior(low=low, high=high, expected=expected, source="35 mm equivalents")
