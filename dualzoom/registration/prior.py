"""What the files say about the scale between the two photos, before a pixel is looked at. A hint, never a verdict.

Notation: ratio = tele px per wide px (linear) for the same far thing. A lens of 35 mm equivalent f₃₅ on a frame with
diagonal d px has a focal length of f₃₅·d / 43.27 px, so ratio = (f₃₅ᵗ·dᵗ) / (f₃₅ʷ·dʷ).
Focal lengths in millimetres alone say nothing between two sensors of unknown size, which is what a phone has.

The same two numbers can be read in up to four ways. Some makers count digital zoom into the 35 mm equivalent and
some do not. And when somebody has cropped a photo, EXIF still describes the frame as it was taken: a cropped tele has
fewer pixels, but as many for each of the wide as before, so that ratio = f₃₅ᵗ / f₃₅ʷ.
"""

import math
from dataclasses import dataclass

from dualzoom.capture.photo import Lens, Photo
from dualzoom.settings import RegistrationSettings

#: 35 mm equivalents are whole numbers (13 for 13.4), makers round freely, and lenses breathe when they focus.
_TOLERANCE = 1.25
_SAME = 0.02  # relative difference below which two readings are one


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One ratio that EXIF may mean; `condition`: what must have happened for it to hold ("": nothing)."""

    ratio: float
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What EXIF promises, and the bounds of the search.

    `readings`: all that the two 35 mm equivalents may mean, the likeliest first; empty where the files are silent.
    `focal_35mm`: the two numbers themselves, wide and tele. `low`, `high`: the ratios searched.
    """

    low: float
    high: float
    readings: tuple[Reading, ...] = ()
    focal_35mm: tuple[float, float] | None = None

    @property
    def expected(self) -> tuple[float, ...]:
        """The promised ratios that are worth a try: those near the searched range."""
        near = (self.low / _TOLERANCE, self.high * _TOLERANCE)
        return tuple(r.ratio for r in self.readings if near[0] <= r.ratio <= near[1])

    @property
    def swapped(self) -> bool:
        """Whether the files call the first photo's lens the longer one."""
        return self.focal_35mm is not None and self.focal_35mm[1] < 0.9 * self.focal_35mm[0]

    def agrees(self, ratio: float) -> bool:
        """Whether a found ratio is one that the files promise (True where they promise nothing)."""
        return not self.readings or any(
            1 / _TOLERANCE <= ratio / r.ratio <= _TOLERANCE for r in self.readings
        )

    def note(self, ratio: float) -> str | None:
        """What to tell the user where the found ratio contradicts EXIF; None where it does not."""
        if self.focal_35mm is None or self.agrees(ratio):
            return None
        promised = ", or ".join(
            f"{r.ratio:.2f} if {r.condition}" if r.condition else f"{r.ratio:.2f}" for r in self.readings
        )
        wide, tele = self.focal_35mm
        return (
            f"the pictures show a ratio of {ratio:.2f} tele pixels to one of the wide; "
            f"the files' {wide:g} mm and {tele:g} mm (as on 35 mm film) mean {promised}: the pictures are believed"
        )


def expect(wide: Photo, tele: Photo, settings: RegistrationSettings) -> Prior:
    """Reads a pair's prior out of both files; without readings where a 35 mm equivalent is missing or senseless."""
    low, high = settings.min_ratio, settings.max_ratio
    of_wide, of_tele = _positive(wide.lens.focal_35mm), _positive(tele.lens.focal_35mm)
    if of_wide is None or of_tele is None:
        return Prior(low=low, high=high)
    diagonals = [math.hypot(photo.size.width, photo.size.height) for photo in (wide, tele)]
    frames, zoom = diagonals[1] / diagonals[0], _digital_zoom(tele.lens) / _digital_zoom(wide.lens)
    by_frame = [(frames, "")] if _same(frames, 1) else [(frames, ""), (1.0, "a frame was cropped later")]
    by_zoom = [(1.0, "")] if _same(zoom, 1) else [(1.0, ""), (zoom, "the digital zoom comes on top of them")]
    readings = [
        Reading(ratio=of_tele / of_wide * frame * times, condition=" and ".join(filter(None, (how, too))))
        for frame, how in by_frame
        for times, too in by_zoom
    ]
    return Prior(low=low, high=high, readings=tuple(readings), focal_35mm=(of_wide, of_tele))


def _digital_zoom(lens: Lens) -> float:
    return _positive(lens.digital_zoom) or 1.0


def _positive(value: float | None) -> float | None:
    """The number, if it is one; files write 0 for "unknown"."""
    return value if value is not None and math.isfinite(value) and value > 0 else None


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1) < _SAME
