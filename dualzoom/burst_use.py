"""Decides how a burst is enlarged: by a network that is shown all of it, or as its mean.

    wide, frames ─► merged (`frames`) ─┬─► the usual network, which sees the mean alone
                                       └─► dcsr-frames, which also sees what the frames saw beyond it

A tele calibrates the network for bursts. Where nothing may be learned, or nothing is gained, and beside photos from
elsewhere the mean is enlarged.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.engine import Engine
from dualzoom.frames import Burst
from dualzoom.frames.accumulate import Beyond
from dualzoom.frames.burst import believed_where_precise
from dualzoom.network import weights
from dualzoom.network.degradation import HALVED
from dualzoom.network.frames.dcsr_frames import DcsrFrames
from dualzoom.network.weights import LoadedModel
from dualzoom.settings import ZoomSettings
from dualzoom.training.calibration import BurstLearner

#: Grey levels by which frames differ even where they differ least, from which on a wide is surely no reduced photo.
_NOISY = 1.0 / 255


@dataclass(frozen=True)
class Shown:
    """A burst as its network takes it: `base`, the picture that is enlarged, and what frames saw `beyond` it.

    `degradation`: of `base`; `own`: of the wide, as its frames leave it. `burst`: as it is believed. `reduced`: the
    wide is a reduced photo, which gains little.
    """

    loaded: LoadedModel
    engine: Engine
    base: Pixels
    beyond: Beyond
    degradation: NDArray[np.float32] | None
    own: NDArray[np.float32] | None
    burst: Burst
    reduced: bool

    def calibrated(self, engine: Engine) -> "Shown | None":
        """The same by what a tele taught its network, which `engine` holds; None where that learned nothing."""
        return replace(self, engine=engine) if isinstance(engine.network, DcsrFrames) else None

    @property
    def learner(self) -> BurstLearner:
        """What a tele calibrates."""
        return BurstLearner(self.loaded.module, self.beyond)

    @property
    def source(self) -> tuple[Engine, Pixels, NDArray[np.float32] | None]:
        """Engine, picture and degradation to enlarge by."""
        return self.engine, self.base, self.degradation


class BurstNetwork:
    """The network for bursts that goes with a model: where nobody chose one, or with such a network itself."""

    def __init__(self, model: str, loaded: LoadedModel, engine: Engine) -> None:
        """`model`: as it was asked for."""
        self._free, self._loaded, self._engine = model == "auto", loaded, engine

    @cached_property
    def _own(self) -> tuple[LoadedModel, Engine]:
        """Read when the first burst comes."""
        if isinstance(self._loaded.module, DcsrFrames):
            return self._loaded, self._engine
        loaded = weights.load(weights.BURST_MODEL)
        return loaded, self._engine.with_network(loaded.module)

    def wanted(self, settings: ZoomSettings) -> bool:
        """Whether it is to be used, where nothing else speaks against it."""
        fits = self._free or isinstance(self._loaded.module, DcsrFrames)
        return fits and settings.burst == "learned"

    def shown(self, burst: Burst, degradation: NDArray[np.float32] | None) -> Shown:
        """The burst for the network. `degradation`: of the wide, as estimated."""
        loaded, engine = self._own
        wide = burst.wide.pixels
        reduced, base, own = is_halved(degradation), burst.photo.pixels, degradation
        if reduced and burst.noise > _NOISY:
            reduced, own = False, engine.degradation(wide, assume_native=True)
        if reduced:
            burst, base = believed_where_precise(burst), wide
        told = own if reduced else of_merged(engine, burst, own)
        return Shown(loaded, engine, base, Beyond(wide, burst.frames, base), told, own, burst, reduced)


def of_merged(
    engine: Engine, burst: Burst, degradation: NDArray[np.float32] | None
) -> NDArray[np.float32] | None:
    """What the mean of a burst is told to be: between what its wide seems, and what it seems itself.

    It has less noise than the wide, but is no sharper. A reduced photo stays one.
    """
    if degradation is None or not burst.frames or is_halved(degradation):
        return degradation
    own = engine.degradation(burst.photo.pixels, assume_native=True)
    return degradation if own is None or is_halved(own) else (degradation + own) / np.float32(2)


def is_halved(degradation: NDArray[np.float32] | None) -> bool:
    """Whether a wide is taken for a reduced photo."""
    return degradation is not None and any(np.array_equal(degradation, kind) for kind in HALVED)
