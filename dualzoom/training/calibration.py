"""Calibration: fine-tunes the network on one pair, in seconds, before the frame is enlarged.

In the overlap the tele shows what the wide's lens, noise reduction and JPEG removed, and they degraded the rest of the
frame, too, which only the wide shows. So for a few dozen steps the network learns on tiles of the overlap, with and
without a reference, in the same loop in which `adapt` learns from many pairs in minutes; held-out tiles decide whether
it gained anything, and if not, the network stays as it is.

A halved photo has lost nothing to lens and processing that its own pixels could hold, and its result should look like
the photo it was, not like another camera's: calibrating on `tower`, halved, costs 1 dB. So weights that certainly take
the wide for a halved one, as weights for halved photos always do, stay as they are.

The steps are few on purpose: on simulated phones 80 give nearly what 200 give, and many more unlearn the use of the
tele; more time is better spent on larger batches. The device and the requested seconds decide both, never the clock:
the same photos give the same pixels.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.engine import BurstSource, Engine, ReferenceSource
from dualzoom.errors import RegistrationError
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.precision import channels_last
from dualzoom.reference.agreement import luma_noise
from dualzoom.registration import Registration
from dualzoom.settings import CalibrationSettings
from dualzoom.training.adapt.config import QUICK, AdaptConfig, untouched_share
from dualzoom.training.adapt.gather import cells, cut
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.selection import acceptable
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.adapt.validation import Judge, Scores

#: Steps a second, and steps where no time is requested, by device: two CPU cores do 18 a second. There 8 tiles a step
#: take twice as long and gain no more: `tower` has 0.889 instead of 0.890, twelve simulated pairs 0.01 dB less.
_RATE = {"cpu": 18.0, "cuda": 60.0, "mps": 20.0}
_AUTO_STEPS = {"cpu": 80, "cuda": 60, "mps": 60}
_BATCH = {"cpu": 4, "cuda": 32, "mps": 16}
_MOST_STEPS = 180  # beyond that batches grow instead: 0.2 dB inside, 0.1 outside for the same minute
_JUDGED_EVERY = 90  # steps, in runs that long
#: Sides of tiles, and how many should fit: smaller tiles in a small overlap, since some of them must judge.
_TILE_SIDES_PX, _ENOUGH_TILES = (64, 48, 32), 24


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The result of calibrating. `network`: None where the given one stays; `reason` says why.

    `before`, `after`: held-out scores of the engine's network and of the one used.
    """

    network: RestorationNetwork | None
    steps: int = 0
    tiles: int = 0
    before: Scores | None = None
    after: Scores | None = None
    reason: str | None = None

    @property
    def gained_db(self) -> float:
        """How much nearer results came to the held-out tele."""
        if self.network is None or self.before is None or self.after is None:
            return 0.0
        return self.after.tele_db - self.before.tele_db

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "used": self.network is not None,
            "steps": self.steps,
            "tiles": self.tiles,
            "gained_db": round(self.gained_db, 3),
            "before": None if self.before is None else self.before.to_json(),
            "after": None if self.after is None else self.after.to_json(),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class BurstLearner:
    """What calibration fits where the wide is a merged burst: a network for bursts, and what it is shown beside."""

    network: RestorationNetwork
    source: BurstSource


def calibrate(
    engine: Engine,
    wide: Pixels,
    reference: ReferenceSource,
    registration: Registration,
    settings: CalibrationSettings,
    degradation: NDArray[np.float32] | None = None,
    start: RestorationNetwork | None = None,
    burst: BurstLearner | None = None,
) -> Calibration:
    """Fit a copy of the engine's learner, or else of its network, to a registered pair; it must beat that network.

    `wide`: (H, W, 3) integer pixels. `reference`: its tele on the 2× grid. `degradation`: the wide's. `start`: what
    was calibrated on another photo of this camera, with which learning begins if it scores better. `burst`: learns in
    place of the engine's learner.
    """
    steps = _steps(engine, settings)
    if steps == 0:
        return Calibration(network=None, reason="it was not asked for")
    network = engine.network
    if not isinstance(network, DcsrLite):
        return Calibration(
            network=None, reason="only networks of the architecture dcsr-lite learn in seconds"
        )
    if engine.surely_halved(wide):
        reason = (
            "these weights take the wide for a halved photo, which has lost nothing that a tele could teach"
        )
        return Calibration(network=None, reason=reason)
    config = _config(engine, registration, steps)
    try:
        pair = cut(
            "pair",
            wide,
            reference,
            registration,
            degradations=(degradation, degradation),
            config=config,
            most=config.pair_tiles,
            digest=hashlib.sha256(np.ascontiguousarray(wide).data).hexdigest(),
            burst=None if burst is None else burst.source,
        )
    except RegistrationError as error:
        return Calibration(network=None, reason=error.reason)
    config = replace(config, untouched_share=untouched_share(_tele_noise(pair)))
    tiles = TileSet((pair,), config)
    learner = _learner(engine, burst)
    given: Scores | None = None
    begun: RestorationNetwork = learner
    if start is not None or learner is not network:
        judge = Judge(tiles, config)
        given = judge.measure(network, engine.device)
        if start is not None:
            kept = judge.measure(channels_last(start, engine.device), engine.device)
            begun = start if acceptable(kept, given, config) and kept.tele_db > given.tele_db else learner
    found = adapt(begun, tiles, config, device=engine.device, before=None if begun is start else given)
    if found.stopped == "interrupted":
        raise KeyboardInterrupt
    before = given or found.before
    better = found.improved or begun is start
    return Calibration(
        network=found.network.to(engine.device) if better else None,
        steps=found.steps,
        tiles=pair.inside,
        before=before,
        after=found.after if better else before,
        reason=None if better else "nothing was gained on the held-out places",
    )


def _learner(engine: Engine, burst: BurstLearner | None) -> RestorationNetwork:
    if burst is not None:
        return burst.network
    return engine.network if engine.learner is None else engine.learner.loaded.module


def _tele_noise(pair: PairTiles) -> float:
    """Noise of the flattest tenth of the tele's tiles, in grey levels."""
    peak = np.float32(np.iinfo(pair.tele.dtype).max)
    return float(np.quantile([255 * luma_noise(tile / peak) for tile in pair.tele], 0.1))


def _steps(engine: Engine, settings: CalibrationSettings) -> int:
    kind = engine.device.type
    return _AUTO_STEPS[kind] if settings.seconds is None else round(settings.seconds * _RATE[kind])


def _config(engine: Engine, registration: Registration, usual: int) -> AdaptConfig:
    """Settings for as much work as `usual` steps with the device's own batch."""
    steps = min(usual, _MOST_STEPS)
    config = replace(
        QUICK,
        steps=steps,
        batch=_BATCH[engine.device.type] * max(1, round(usual / steps)),
        evaluate_every=min(steps, _JUDGED_EVERY),
        patience=steps,
    )
    enough = [side for side in _TILE_SIDES_PX if len(cells(registration.window, side)) >= _ENOUGH_TILES]
    side = enough[0] if enough else _TILE_SIDES_PX[-1]
    return replace(config, tile_px=side, crop_px=min(side, config.crop_px))
