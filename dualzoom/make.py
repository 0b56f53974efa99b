"""The second half of a zoom: what the photos are worth and teach, and the frame made of them.

    Prepared ─► weighed, calibrated ─► decided: which network sees what ─► enlarged, checked ─► framed ─► told

It keeps all cores busy, and needs what earlier photos of the camera taught, so pairs are made one after the other.
"""

from typing import Protocol

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine, Upscaled
from dualzoom.enlarge import Decided, enlarge, finish
from dualzoom.framing import Aim, Framing, framing
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import named
from dualzoom.network.weights import LoadedModel
from dualzoom.prepare import Prepared
from dualzoom.provenance import as_photo
from dualzoom.reference import Contribution
from dualzoom.result_notes import notes, on_frames
from dualzoom.settings import ZoomSettings
from dualzoom.several_use import Several, use_several
from dualzoom.stopwatch import Stopwatch
from dualzoom.training.calibration import Calibration
from dualzoom.zoom_result import ZoomResult

#: Said where photos from elsewhere are used for a wide that is a camera's own only perhaps.
_DOUBTED = "the wide may have been made smaller before: beside photos from elsewhere it is restored as if it had been"


class Memory(Protocol):
    """What earlier photos taught, by camera and conditions."""

    def find(self, wide: Photo) -> RestorationNetwork | None:
        """The network that a photo taken like `wide` left."""
        ...

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        """Remember what was learned on `wide`."""
        ...


class Model(Protocol):
    """A network with its engine, and the network that pairs teach in its stead."""

    loaded: LoadedModel
    engine: Engine

    @property
    def taught(self) -> LoadedModel:
        """The model that pairs teach."""
        ...


def make(
    model: Model, prepared: Prepared, settings: ZoomSettings, clock: Stopwatch, memory: Memory | None
) -> ZoomResult:
    """Makes the result of a prepared pair. `memory`: of earlier photos; not asked for bursts, for it is of single ones.

    Raises MemoryExhaustedError, and DualzoomError where a result is garbage.
    """
    wide, whole = prepared.wide, prepared.whole
    memory = None if whole is not None else memory
    known = None if memory is None or settings.calibration.seconds == 0 else memory.find(wide)
    found = use_several(
        model.engine,
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
    decided = _decided(model.engine, prepared, found, settings, known)
    aims = [Aim.of(lens.aligned.registration) for lens in found.lenses]
    shown = framing(settings.framing, wide.size, max(aims, key=lambda one: one.zoom, default=None))
    upscaled = enlarge(prepared, decided, settings, clock)
    pixels = finish(model.engine, wide, upscaled.pixels, shown, settings, clock)
    maker = model.loaded if decided.engine is model.engine else model.taught
    maker = maker if decided.whole is None else decided.whole.loaded
    burst, reference = prepared.burst, decided.contribution
    frames = 0 if burst is None else len(burst.frames)
    return ZoomResult(
        photo=as_photo(pixels, wide, maker, found, settings, shown, frames),
        registration=None if first is None else first.aligned.registration,
        colour=None if first is None else first.aligned.colour,
        tele=None if first is None else first.use,
        model=maker.name,
        device=model.engine.description,
        tile_px=upscaled.tile_px,
        degradation=named(decided.degradation),
        notes=_notes(prepared, found, settings, shown, upscaled, remembered=known is not None),
        seconds=clock.seconds,
        contribution=None if reference is None else reference.map,
        view=shown,
        lenses=found.lenses,
        others=found.others,
        frames=() if burst is None else burst.uses,
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


def _notes(
    prepared: Prepared,
    found: Several,
    settings: ZoomSettings,
    shown: Framing | None,
    upscaled: Upscaled,
    *,
    remembered: bool,
) -> tuple[str, ...]:
    """All that is said of the result, in the order of the work."""
    wide, burst = prepared.wide, prepared.burst
    merged = prepared.merged is not wide
    return (
        *prepared.notes,
        *notes(wide, found, settings, shown, remembered=remembered, merged=merged),
        *([_DOUBTED] if prepared.doubted else []),
        *upscaled.notes,
        *(() if burst is None else on_frames(burst.uses)),
    )
