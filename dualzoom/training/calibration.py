"""Calibration: let the tele teach the network this very wide, in seconds, before the frame is enlarged.

In the overlap the tele shows what the wide's lens, noise reduction and JPEG took away, and the rest of the frame, of
which nobody saw more, went through the same. So for a few dozen steps the network learns on tiles of the overlap, with
and without a reference, by the very loop by which `adapt` learns from many pairs in minutes; held-out tiles say whether
anything was gained, and if not, nothing changes.

A photo that was halved has lost nothing to lens and processing that its own pixels could hold, and what is wanted of it
is the photo it was, not another camera's look: calibrating on `tower`, halved, costs 1 dB. So weights that surely take
a wide for one, as those made for halved photos always do, stay as they are.

Few steps on purpose: on simulated phones 80 give nearly what 200 give, and many more unlearn the use of the tele; who
has time is better served by larger batches. Both are decided by the device and the seconds asked for, never by the
clock: the same photos give the same pixels.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from dualzoom.capture.photo import Pixels
from dualzoom.engine import Engine, ReferenceSource
from dualzoom.errors import RegistrationError
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.reference.agreement import luma_noise
from dualzoom.registration import Registration
from dualzoom.settings import CalibrationSettings
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.gather import cells, cut
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.adapt.validation import Judge, Scores, acceptable

#: Steps a second, and steps where nobody says how long, by device: two CPU cores do 9 a second, a GPU's many at once.
_RATE = {"cpu": 9.0, "cuda": 60.0, "mps": 20.0}
_AUTO_STEPS = {"cpu": 80, "cuda": 60, "mps": 60}
_BATCH = {"cpu": 8, "cuda": 32, "mps": 16}
_MOST_STEPS = 180  # beyond that batches grow instead: 0.2 dB inside, 0.1 outside for the same minute
_JUDGED_EVERY = 90  # steps, where there are so many
#: Sides of tiles, and how many should fit: where the overlap is small, smaller tiles, for some of them must judge.
_TILE_SIDES_PX, _ENOUGH_TILES = (64, 48, 32), 24

#: Of the steps with a reference, those that see it as it is registered, where the tele is clean: on `tower` the energy
#: of fine detail is 0.92 with and 0.87 without them. Noise in grey levels, of the flattest tenth of its tiles: `tower`
#: has 0, phones in daylight 0.3 to 2, at dusk 1.6 to 3; a tele with noise of σ 12 levels 5.6, and there they would cost
#: 1.1 dB.
_UNTOUCHED_SHARE, _CLEAN, _NOISY = 0.5, 2.0, 4.0

_QUICK = AdaptConfig(
    learning_rate=4e-4,  # 1e-3 gains as much outside and loses 0.1 dB inside
    warmup_steps=4,
    decay=True,
    ema=0.9,  # of the last ten steps, which hardly move any more
    pair_tiles=160,
    min_tiles=10,
    held_out=0.2,
    judged_tiles=20,
    fidelity_share=0.0,  # Eq. 7 costs a search, and its wide's part is given back in the end
    alone_share=0.7,  # 30 % with a reference keep the use of the tele: 0.1 dB inside
    min_gain_db=0.03,
)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What calibrating gave: `network` (None: the given one is used as it is), and why not if so.

    `before`, `after`: held-out scores of the network given and of the one used.
    """

    network: nn.Module | None
    steps: int = 0
    tiles: int = 0
    before: Scores | None = None
    after: Scores | None = None
    reason: str | None = None

    @property
    def gained_db(self) -> float:
        """How much nearer to the held-out tele."""
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


def calibrate(
    engine: Engine,
    wide: Pixels,
    reference: ReferenceSource,
    registration: Registration,
    settings: CalibrationSettings,
    condition: NDArray[np.float32] | None = None,
    start: nn.Module | None = None,
) -> Calibration:
    """Fit a copy of the engine's network to a registered pair.

    `wide`: (H, W, 3) integer pixels. `reference`: its tele on the 2× grid. `condition`: the wide's. `start`: the
    network that another photo of this camera left, tried as a start beside the engine's own.
    """
    steps = _steps(engine, settings)
    if steps == 0:
        return Calibration(network=None, reason="it was not asked for")
    network = engine.module
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
            conditions=(condition, condition),
            config=config,
            most=config.pair_tiles,
            digest=hashlib.sha256(np.ascontiguousarray(wide).data).hexdigest(),
        )
    except RegistrationError as error:
        return Calibration(network=None, reason=error.reason)
    config = replace(config, untouched_share=_UNTOUCHED_SHARE * _cleanness(pair))
    tiles = TileSet((pair,), config)
    given: Scores | None = None
    begun: nn.Module = network
    if start is not None:
        judge = Judge(tiles, config)
        given, kept = (judge.measure(one, engine.device) for one in (network, start))
        begun = start if acceptable(kept, given, config) and kept.tele_db > given.tele_db else network
    found = adapt(begun, tiles, config, device=engine.device)
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


def _cleanness(pair: PairTiles) -> float:
    """1 where the tele shows next to no noise, 0 where its noise would be learned as detail; in doubt 0."""
    peak = np.float32(np.iinfo(pair.tele.dtype).max)
    noise = float(np.quantile([255 * luma_noise(tile / peak) for tile in pair.tele], 0.1))
    return float(np.clip((_NOISY - noise) / (_NOISY - _CLEAN), 0, 1))


def _steps(engine: Engine, settings: CalibrationSettings) -> int:
    kind = engine.device.type
    return _AUTO_STEPS[kind] if settings.seconds is None else round(settings.seconds * _RATE[kind])


def _config(engine: Engine, registration: Registration, usual: int) -> AdaptConfig:
    """For as much work as `usual` steps are with the device's own batch."""
    steps = min(usual, _MOST_STEPS)
    config = replace(
        _QUICK,
        steps=steps,
        batch=_BATCH[engine.device.type] * max(1, round(usual / steps)),
        evaluate_every=min(steps, _JUDGED_EVERY),
        patience=steps,
    )
    enough = [side for side in _TILE_SIDES_PX if len(cells(registration.window, side)) >= _ENOUGH_TILES]
    side = enough[0] if enough else _TILE_SIDES_PX[-1]
    return replace(config, tile_px=side, crop_px=min(side, config.crop_px))
