"""Decides what each further photo gives to a wide: its teles, and photos of the same thing from elsewhere.

teles  ─► aligned, weighed; the first of use calibrates ─┐
refs   ─► aligned plane by plane, weighed, or refused  ──┴─► one reference for the network
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError
from dualzoom.network.contract import RestorationNetwork
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.build import build
from dualzoom.reference.elsewhere import Elsewhere
from dualzoom.reference.lenses import Lenses
from dualzoom.reference.photos_elsewhere import build_elsewhere
from dualzoom.reference.several import Best, Layer, Over, Source
from dualzoom.settings import CalibrationSettings, ZoomSettings
from dualzoom.stopwatch import Stopwatch
from dualzoom.tele_use import TeleUse, use_tele
from dualzoom.training.calibration import BurstLearner


@dataclass(frozen=True)
class Lens:
    """A tele, where it lies, and how it is used."""

    photo: Photo
    aligned: AlignedTele
    use: TeleUse

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "path": self.photo.name,
            **self.use.to_json(),
            "registration": self.aligned.registration.to_json(),
            "colour": self.aligned.colour.to_json(),
        }


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
class Several:
    """What the photos give.

    `first`: the tele that results name and that may calibrate. `share`: factor for the strength of `reference`.
    `degradation`: of the wide, as it is to be restored beside what is used.
    """

    lenses: tuple[Lens, ...]
    others: tuple[Other, ...]
    first: Lens | None
    engine: Engine
    reference: Source | None
    share: float
    degradation: NDArray[np.float32] | None = None


def use_several(
    engine: Engine,
    lenses: Lenses,
    refs: Sequence[Photo],
    settings: ZoomSettings,
    *,
    degradation: NDArray[np.float32] | None,
    beside_refs: NDArray[np.float32] | None = None,
    clock: Stopwatch,
    start: RestorationNetwork | None = None,
    burst: BurstLearner | None = None,
) -> Several:
    """Aligns and weighs all photos, and calibrates on the widest tele that is of use.

    `degradation`: of the wide; `beside_refs`: the same where a photo from elsewhere is of use. One tele alone is handed
    on as it is. `burst`: what learns where the wide is a merged burst. A ref that does not match is refused and named;
    raises RegistrationError where a tele does not match.
    """
    others = tuple(_other(lenses.wide, ref, settings, clock) for ref in refs) if settings.strength > 0 else ()
    if any(other.planes for other in others) and beside_refs is not None:
        degradation = beside_refs  # before anything is learned
    used = _use_lenses(engine, lenses, settings, degradation, clock, start, burst)
    first = next((lens for lens in used if lens.use.worth.used), used[0] if used else None)
    planes = [plane for other in others for plane in other.planes]
    if len(used) == 1 and first is not None and not planes:
        return Several(
            used, others, first, first.use.engine, first.aligned, first.use.worth.share, degradation
        )
    finest_first = sorted(used, key=lambda lens: -lens.aligned.registration.ratio)
    layers: list[Source] = [
        Layer(lens.aligned, lens.use.worth.share) for lens in finest_first if lens.use.worth.used
    ]
    if planes:
        layers.append(Best(planes))
    chosen = engine if first is None else first.use.engine
    nothing = not used and not layers
    return Several(
        used, others, first, chosen, None if nothing else Over(layers), 1.0 if layers else 0.0, degradation
    )


def _use_lenses(
    engine: Engine,
    lenses: Lenses,
    settings: ZoomSettings,
    degradation: NDArray[np.float32] | None,
    clock: Stopwatch,
    start: RestorationNetwork | None,
    burst: BurstLearner | None,
) -> tuple[Lens, ...]:
    """The widest tele first: it has most places to learn from, so the first of use calibrates for all."""
    wide, off = lenses.wide, CalibrationSettings(seconds=0)
    calibration = settings.calibration if settings.strength > 0 else off
    used: list[Lens] = []
    for tele, found in lenses.teles:
        aligned = build(wide, tele, settings.registration, settings.colour, found=found, stopwatch=clock)
        use = use_tele(
            engine,
            wide.pixels,
            aligned,
            aligned.registration,
            off if any(lens.use.worth.used for lens in used) else calibration,
            degradation=degradation,
            clock=clock,
            start=start,
            burst=burst,
        )
        used.append(Lens(tele, aligned, use))
    return tuple(used)


def _other(wide: Photo, ref: Photo, settings: ZoomSettings, clock: Stopwatch) -> Other:
    try:
        return Other(ref, build_elsewhere(wide, ref, settings.registration, settings.colour, stopwatch=clock))
    except RegistrationError as error:
        return Other(ref, refused=error.reason)
