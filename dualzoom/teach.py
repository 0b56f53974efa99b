"""The second of a zoom's three steps: what the photos are worth, what they teach, and so which network sees what.

    Prepared ─► weighed, calibrated ─► decided ─► Taught

It needs what earlier photos of the camera taught, so pairs are taught one after the other, in their order. What follows
(`make`) needs nothing of other pairs, so a batch teaches by the next pair meanwhile.
"""

from dataclasses import dataclass
from typing import Protocol

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.enlarge import Decided
from dualzoom.network.contract import RestorationNetwork
from dualzoom.prepare import Prepared
from dualzoom.reference import Contribution
from dualzoom.settings import ZoomSettings
from dualzoom.several_use import Several, use_several
from dualzoom.stopwatch import Stopwatch
from dualzoom.training.calibration import Calibration


class Memory(Protocol):
    """What earlier photos taught, by camera and conditions."""

    def find(self, wide: Photo) -> RestorationNetwork | None:
        """The network that a photo taken like `wide` left."""
        ...

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        """Remember what was learned on `wide`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A prepared pair, and what it is enlarged with. `remembered`: an earlier photo had taught something."""

    prepared: Prepared
    found: Several
    decided: Decided
    remembered: bool


def teach(
    engine: Engine, prepared: Prepared, settings: ZoomSettings, clock: Stopwatch, memory: Memory | None
) -> Taught:
    """Weighs the photos of a prepared pair and calibrates on them; times "worth" and "calibrate".

    `engine`: as nothing has taught it. `memory`: of earlier photos; not asked for bursts, for it is of single ones.
    Raises MemoryExhaustedError.
    """
    wide, whole = prepared.wide, prepared.whole
    memory = None if whole is not None else memory
    known = None if memory is None or settings.calibration.seconds == 0 else memory.find(wide)
    found = use_several(
        engine,
        prepared.aligned,
        settings,
        degradation=prepared.degradation,
        clock=clock,
        start=known,
        burst=None if whole is None else whole.learner,
    )
    first = found.first
    if memory is not None and first is not None and first.use.calibration is not None:
        memory.keep(wide, first.use.calibration)
    return Taught(
        prepared=prepared,
        found=found,
        decided=_decided(engine, prepared, found, settings, known),
        remembered=known is not None,
    )


def _decided(
    engine: Engine,
    prepared: Prepared,
    found: Several,
    settings: ZoomSettings,
    known: RestorationNetwork | None,
) -> Decided:
    """Which network sees what. `engine`: as nothing has taught it. `known`: what an earlier photo taught."""
    strength, whole, reference = settings.strength * found.share, prepared.whole, found.reference
    degradation = prepared.degradation  # of the merged wide, if the mean is enlarged after all
    if strength == 0 or found.first is None:  # from the wide alone, as well as is known
        calibrated = engine if known is None else engine.with_network(known)
    else:
        calibrated = found.engine
        learned = calibrated is not engine
        whole = whole.calibrated(calibrated) if whole is not None and learned else None
    return Decided(
        engine=calibrated,
        whole=whole,
        reference=reference,
        contribution=None if reference is None else Contribution(reference, prepared.wide.size, strength),
        strength=strength,
        degradation=degradation if whole is None else whole.degradation,
    )
