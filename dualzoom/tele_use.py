"""Decides how a registered tele is used: measures what it is worth, and calibrates on it.

reference ─► worth: does it hold detail at all? ─► calibration on the overlap ─► an engine for this one wide
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.engine import Engine
from dualzoom.heap import hand_back
from dualzoom.network.contract import RestorationNetwork
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.worth import Worth, worth
from dualzoom.registration import Registration
from dualzoom.settings import CalibrationSettings
from dualzoom.training.calibration import BurstLearner, Calibration, calibrate


@dataclass(frozen=True, kw_only=True)
class TeleUse:
    """How a tele is used.

    `engine`: holds the network for this wide. `denoised`: how strongly the tele's noise was reduced, 0..1.
    `calibration`: None where none was tried.
    """

    engine: Engine
    worth: Worth
    denoised: float
    calibration: Calibration | None

    def to_json(self) -> dict[str, Any]:
        """Whether it is used, its detail, how strongly it was denoised and, if it is not used, the reason."""
        value = self.worth
        return {
            "used": value.used,
            "detail": round(value.detail, 3),
            "share": round(value.share, 3),
            "denoised": round(self.denoised, 3),
            "reason": value.reason,
        }


def use_tele(
    engine: Engine,
    wide: Pixels,
    reference: AlignedTele,
    registration: Registration,
    settings: CalibrationSettings,
    *,
    degradation: NDArray[np.float32] | None,
    clock: Callable[[str], AbstractContextManager[None]],
    start: RestorationNetwork | None = None,
    burst: BurstLearner | None = None,
) -> TeleUse:
    """Measure a registered tele's worth and, where it has detail, calibrate the engine's network on it.

    `degradation`: the wide's (K). `start`: weights to try first, from another photo of this camera. `burst`: what
    learns where the wide is a merged burst. `clock` times the stages "worth" and "calibrate".
    """
    with clock("worth"):
        value = worth(wide, reference, registration.window, ratio=registration.ratio)
    if not value.used or settings.seconds == 0:
        return TeleUse(engine=engine, worth=value, denoised=reference.denoised, calibration=None)
    with clock("calibrate"), engine.in_format(), engine.learning():
        found = calibrate(engine, wide, reference, registration, settings, degradation, start, burst)
    hand_back()
    calibrated = engine if found.network is None else engine.with_network(found.network)
    return TeleUse(engine=calibrated, worth=value, denoised=reference.denoised, calibration=found)
