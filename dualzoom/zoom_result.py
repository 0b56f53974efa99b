"""What a zoom gives: the photo, and all that is to be told of how it came about."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import format_notes, losses
from dualzoom.capture.photo import Photo
from dualzoom.colour import ColourMap
from dualzoom.frames import FrameUse
from dualzoom.framing import Framing
from dualzoom.registration import Registration
from dualzoom.settings import WriteSettings
from dualzoom.several_aligned import Other
from dualzoom.several_use import Lens
from dualzoom.tele_use import TeleUse


@dataclass(frozen=True, kw_only=True)
class ZoomResult:
    """The zoomed photo and how it came about.

    `model`: the network that made it. `tele`: what the tele was worth and taught, None without one. `contribution`:
    (H, W) uint8 on the wide's grid, where it was let through (see `tiling.contribution`), None without a tele.
    `view`: what the photo shows; None: the whole frame at twice its size.
    `lenses`: all teles, the wider first; `registration`, `colour` and `tele` are those of the first of use. `others`:
    what became of photos from elsewhere. `frames`: what became of each frame of a burst.
    """

    photo: Photo
    registration: Registration | None
    colour: ColourMap | None
    tele: TeleUse | None
    model: str
    device: str
    tile_px: int
    degradation: dict[str, float] | None
    notes: tuple[str, ...]
    seconds: dict[str, float]
    contribution: NDArray[np.uint8] | None = None
    view: Framing | None = None
    lenses: tuple[Lens, ...] = ()
    others: tuple[Other, ...] = ()
    frames: tuple[FrameUse, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything but pixels and maps, as plain JSON values."""
        size = self.photo.size
        return {
            "size": [size.width, size.height],
            "model": self.model,
            "device": self.device,
            "tile_px": self.tile_px,
            "zoom": 1.0 if self.view is None else self.view.zoom,
            "degradation": self.degradation,
            "notes": list(self.notes),
            "registration": None if self.registration is None else self.registration.to_json(),
            "colour": None if self.colour is None else self.colour.to_json(),
            "tele": None if self.tele is None else self.tele.to_json(),
            "teles": [lens.to_json() for lens in self.lenses],
            "refs": [other.to_json() for other in self.others],
            "calibration": self._calibration(),
            "frames": [use.to_json() for use in self.frames],
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }

    def for_file(self, path: Path, writing: WriteSettings) -> "ZoomResult":
        """The same, with notes on what a file of that name cannot hold."""
        return replace(
            self,
            notes=(
                *self.notes,
                *format_notes(self.photo, path, writing),
                *losses(self.photo, path, writing),
            ),
        )

    def _calibration(self) -> dict[str, Any] | None:
        tried = None if self.tele is None else self.tele.calibration
        return None if tried is None else tried.to_json()
