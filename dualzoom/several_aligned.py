"""Lays each further photo onto the wide: its teles, and photos of the same thing from elsewhere.

What each of them is worth, and what can be learned from it, is decided later (`several_use`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.build import build
from dualzoom.reference.elsewhere import Elsewhere
from dualzoom.reference.lenses import Lenses
from dualzoom.reference.photos_elsewhere import build_elsewhere
from dualzoom.settings import ZoomSettings
from dualzoom.stopwatch import Stopwatch


@dataclass(frozen=True)
class Other:
    """A photo from elsewhere: its planes of use, or why it is refused."""

    photo: Photo
    planes: tuple[Elsewhere, ...] = ()
    refused: str | None = None

    @property
    def note(self) -> str:
        """What became of it, for people."""
        if self.refused is not None:
            return f"{self.photo.name} is not used: {self.refused}"
        return f"{self.photo.name} can add detail in {100 * self.covers:.0f} % of the frame"

    @property
    def covers(self) -> float:
        """The share of the frame where its best plane is believed."""
        return max((plane.covers for plane in self.planes), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "path": self.photo.name,
            "used": bool(self.planes),
            "reason": self.refused,
            "covers": round(self.covers, 4),
            "planes": [plane.aligned.registration.to_json() for plane in self.planes],
        }


@dataclass(frozen=True)
class SeveralAligned:
    """All photos on the grid of `wide`, which may be a merged burst. `teles`: the wider first."""

    wide: Photo
    teles: tuple[tuple[Photo, AlignedTele], ...]
    others: tuple[Other, ...]

    @property
    def planes(self) -> list[Elsewhere]:
        """Every plane of use of photos from elsewhere."""
        return [plane for other in self.others for plane in other.planes]


def align_several(
    lenses: Lenses, refs: Sequence[Photo], settings: ZoomSettings, clock: Stopwatch
) -> SeveralAligned:
    """Registers all photos and matches their colours.

    A ref that does not match is refused and named; raises RegistrationError where a tele does not match.
    """
    wide = lenses.wide
    others = tuple(_other(wide, ref, settings, clock) for ref in refs) if settings.strength > 0 else ()
    teles = tuple(
        (tele, build(wide, tele, settings.registration, settings.colour, found=found, stopwatch=clock))
        for tele, found in lenses.teles
    )
    return SeveralAligned(wide, teles, others)


def _other(wide: Photo, ref: Photo, settings: ZoomSettings, clock: Stopwatch) -> Other:
    try:
        return Other(ref, build_elsewhere(wide, ref, settings.registration, settings.colour, stopwatch=clock))
    except RegistrationError as error:
        return Other(ref, refused=error.reason)
