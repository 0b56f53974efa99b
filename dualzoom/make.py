"""The last of a zoom's three steps: the frame, made with what its photos taught.

    Taught ─► enlarged, checked ─► framed ─► told

It keeps all cores busy, and needs nothing of other pairs.
"""

from typing import Protocol

from dualzoom.engine import Engine, Upscaled
from dualzoom.enlarge import enlarge, finish
from dualzoom.framing import Aim, Framing, framing
from dualzoom.network.degradation import named
from dualzoom.network.weights import LoadedModel
from dualzoom.provenance import as_photo
from dualzoom.result_notes import notes, on_frames
from dualzoom.settings import ZoomSettings
from dualzoom.stopwatch import Stopwatch
from dualzoom.teach import Taught
from dualzoom.zoom_result import ZoomResult

#: Said where photos from elsewhere are used for a wide that is a camera's own only perhaps.
_DOUBTED = "the wide may have been made smaller before: beside photos from elsewhere it is restored as if it had been"


class Model(Protocol):
    """A network with its engine, and the network that pairs teach in its stead."""

    loaded: LoadedModel
    engine: Engine

    @property
    def taught(self) -> LoadedModel:
        """The model that pairs teach."""
        ...


def make(model: Model, taught: Taught, settings: ZoomSettings, clock: Stopwatch) -> ZoomResult:
    """Makes the result of a pair that has taught what it can.

    Raises MemoryExhaustedError, and DualzoomError where a result is garbage.
    """
    prepared, found, decided = taught.prepared, taught.found, taught.decided
    wide, first = prepared.wide, found.first
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
        notes=_notes(taught, settings, shown, upscaled),
        seconds=clock.seconds,
        contribution=None if reference is None else reference.map,
        view=shown,
        lenses=found.lenses,
        others=found.others,
        frames=() if burst is None else burst.uses,
    )


def _notes(
    taught: Taught, settings: ZoomSettings, shown: Framing | None, upscaled: Upscaled
) -> tuple[str, ...]:
    """All that is said of the result, in the order of the work."""
    prepared = taught.prepared
    wide, burst = prepared.wide, prepared.burst
    merged = prepared.merged is not wide
    return (
        *prepared.notes,
        *notes(wide, taught.found, settings, shown, remembered=taught.remembered, merged=merged),
        *([_DOUBTED] if prepared.doubted else []),
        *upscaled.notes,
        *(() if burst is None else on_frames(burst.uses)),
    )
