"""Decides what each aligned photo gives to a wide: its teles, and photos of the same thing from elsewhere.

teles  ─► weighed; the first of use calibrates ─┐
refs   ─► weighed plane by plane               ─┴─► one reference for the network
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.network.contract import RestorationNetwork
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.several import Best, Layer, Over, Source
from dualzoom.settings import CalibrationSettings, ZoomSettings
from dualzoom.several_aligned import Other, SeveralAligned
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
class Several:
    """What the photos give.

    `first`: the tele that results name and that may calibrate. `share`: factor for the strength of `reference`.
    """

    lenses: tuple[Lens, ...]
    others: tuple[Other, ...]
    first: Lens | None
    engine: Engine
    reference: Source | None
    share: float


def use_several(
    engine: Engine,
    aligned: SeveralAligned,
    settings: ZoomSettings,
    *,
    degradation: NDArray[np.float32] | None,
    clock: Stopwatch,
    start: RestorationNetwork | None = None,
    burst: BurstLearner | None = None,
) -> Several:
    """Weighs all photos, and calibrates on the widest tele that is of use.

    `degradation`: of the wide, as it is to be restored beside what is used. One tele alone is handed on as it is.
    `start`: weights to try first. `burst`: what learns where the wide is a merged burst.
    """
    others, planes = aligned.others, aligned.planes
    used = _use_lenses(engine, aligned, settings, degradation, clock, start, burst)
    first = next((lens for lens in used if lens.use.worth.used), used[0] if used else None)
    if len(used) == 1 and first is not None and not planes:
        return Several(used, others, first, first.use.engine, first.aligned, first.use.worth.share)
    finest_first = sorted(used, key=lambda lens: -lens.aligned.registration.ratio)
    layers: list[Source] = [
        Layer(lens.aligned, lens.use.worth.share) for lens in finest_first if lens.use.worth.used
    ]
    if planes:
        layers.append(Best(planes))
    chosen = engine if first is None else first.use.engine
    nothing = not used and not layers
    return Several(used, others, first, chosen, None if nothing else Over(layers), 1.0 if layers else 0.0)


def _use_lenses(
    engine: Engine,
    aligned: SeveralAligned,
    settings: ZoomSettings,
    degradation: NDArray[np.float32] | None,
    clock: Stopwatch,
    start: RestorationNetwork | None,
    burst: BurstLearner | None,
) -> tuple[Lens, ...]:
    """The widest tele first: it has most places to learn from, so the first of use calibrates for all."""
    off = CalibrationSettings(seconds=0)
    calibration = settings.calibration if settings.strength > 0 else off
    used: list[Lens] = []
    for tele, reference in aligned.teles:
        use = use_tele(
            engine,
            aligned.wide.pixels,
            reference,
            reference.registration,
            off if any(lens.use.worth.used for lens in used) else calibration,
            degradation=degradation,
            clock=clock,
            start=start,
            burst=burst,
        )
        used.append(Lens(tele, reference, use))
    return tuple(used)
