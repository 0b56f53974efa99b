"""The first of a zoom's three steps: all that needs no network of this pair, and no result of an earlier one.

    wide, teles ─► arranged ─► degradation ─► frames merged ─► aligned: registered, colours matched ─► Prepared

It keeps about one core busy, so a batch does it for the next pair while others are taught by and made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dualzoom.burst_use import BurstNetwork, Shown, is_halved, of_merged
from dualzoom.capture import OutputCheck
from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import CaptureError, about
from dualzoom.frames import Burst, merge
from dualzoom.framing import result_size
from dualzoom.network.degradation import named
from dualzoom.opacity import filled
from dualzoom.reference.lenses import Lenses, arrange
from dualzoom.settings import ZoomSettings
from dualzoom.several_aligned import SeveralAligned, align_several
from dualzoom.stopwatch import Stopwatch

_REDUCED = "the wide looks like a reduced photo, whose detail a mean would blur"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A pair, ready to be made.

    `wide`: the widest photo. `aligned`: all others on it, or on what its frames were merged to. `degradation`: of
    `merged`, as it is to be restored; `doubted`: it is so only beside photos from elsewhere; `own`: of the wide itself.
    `burst`: None without frames. `whole`: the burst as a network of its own is shown it, None where the mean is
    enlarged. `notes`: on the order.
    """

    wide: Photo
    aligned: SeveralAligned
    own: NDArray[np.float32] | None
    degradation: NDArray[np.float32] | None
    doubted: bool
    burst: Burst | None
    whole: Shown | None
    notes: tuple[str, ...]

    @property
    def merged(self) -> Photo:
        """The wide with its frames merged into it, or as it is."""
        return self.aligned.wide


def prepare(
    engine: Engine,
    bursts: BurstNetwork | None,
    wide: Photo,
    teles: Sequence[Photo],
    *,
    refs: Sequence[Photo],
    settings: ZoomSettings,
    clock: Stopwatch,
    frames: Iterable[Photo | CaptureError] | None,
    fits: OutputCheck | None,
) -> Prepared:
    """Prepares the photos for `make`, as `pipeline.zoom` describes them; `engine` estimates, nothing is learned.

    Raises RegistrationError where a tele does not match, UsageError, and what `fits` raises.
    """
    given = [filled(one) for one in teles]
    arranged = arrange(filled(wide), given, settings.registration, stopwatch=clock)
    wide = arranged.wide
    size = result_size(settings.framing, wide.size)  # refused before the long work
    if fits is not None:
        fits(wide, size)
    with clock("degradation"), about(wide.name):
        own = engine.degradation(wide.pixels)
    merged = _Merged(None, None, own, own)
    if frames is not None:
        merged = _merge(engine, bursts, arranged, frames, bool(refs), settings, clock, own)
    photo = wide if merged.burst is None else merged.burst.photo
    aligned = align_several(replace(arranged, wide=photo), [filled(one) for one in refs], settings, clock)
    degradation = merged.degradation
    if aligned.planes and photo is wide:  # known before anything is learned
        degradation = engine.degradation(wide.pixels, beside_refs=True)
    return Prepared(
        wide=wide,
        aligned=aligned,
        degradation=degradation,
        own=merged.own,
        doubted=named(degradation) != named(merged.degradation),
        burst=merged.burst,
        whole=merged.whole,
        notes=arranged.notes,
    )


@dataclass(frozen=True)
class _Merged:
    """`burst`, `whole`, `degradation` and `own` of `Prepared`."""

    burst: Burst | None
    whole: Shown | None
    degradation: NDArray[np.float32] | None
    own: NDArray[np.float32] | None


def _merge(
    engine: Engine,
    bursts: BurstNetwork | None,
    arranged: Lenses,
    frames: Iterable[Photo | CaptureError],
    refs: bool,
    settings: ZoomSettings,
    clock: Stopwatch,
    own: NDArray[np.float32] | None,
) -> _Merged:
    """Merges the frames, for their own network where it fits. `own`: of the wide. `refs`: whether there are any."""
    taught = bool(arranged.teles) and settings.calibration.seconds != 0 and settings.strength > 0
    fits = not refs and (taught or not arranged.teles)
    learned = bursts is not None and fits and bursts.wanted(settings)
    burst = merge(arranged.wide, frames, clock, unfit=None if learned else _unfit(own))
    if bursts is None or not learned or not burst.frames:
        return _Merged(burst, None, of_merged(engine, burst, own), own)
    whole = bursts.shown(burst, own)
    if taught and whole.reduced:
        return _Merged(burst.refused(_REDUCED), None, own, own)
    return _Merged(burst, whole, whole.degradation, whole.own)


def _unfit(degradation: NDArray[np.float32] | None) -> str | None:
    """Why a wide gains nothing from further frames: a halved photo is sharper than any mean, which loses 1 dB."""
    return _REDUCED if is_halved(degradation) else None
