"""The methods that are a network: with the tele, alone, or without one of its parts."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.engine import Engine, ReferenceSource, choose_device
from dualzoom.evaluation.ablation import ablated
from dualzoom.evaluation.case import Case
from dualzoom.evaluation.displaced import DISPLACED, Displaced
from dualzoom.evaluation.methods import Enlargement, Progress
from dualzoom.network import weights
from dualzoom.network.learner import learner_of
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings
from dualzoom.tele_use import use_tele


@dataclass(frozen=True, kw_only=True)
class Network:
    """One of our networks, whole or without a part.

    `with_tele`: whether it gets the tele; `displaced_px`: how far the tele lies from its place. `calibration`: how the
    tele is judged and teaches the network first, as in `zoom`; None: all pairs get the same weights and the whole tele.
    `model`: the network's name, and that of the engine's learner.
    """

    label: str
    model: str
    engine: Engine
    tiling: TilingSettings
    with_tele: bool = True
    displaced_px: int = 0
    tta: bool = False
    ablation: str | None = None
    calibration: CalibrationSettings | None = None

    def enlarge(self, case: Case, progress: Progress) -> Enlargement:
        """As `Method.enlarge`; returns what `zoom` would have written."""
        degradation = self.engine.degradation(case.wide)
        engine, reference, strength, notes = self._use_of_tele(case, degradation)
        made = engine.upscale(
            case.wide,
            reference,
            self.tiling,
            degradation=degradation,
            strength=strength,
            tta=self.tta,
            progress=progress,
        )
        return Enlargement(picture=np.asarray(made.pixels, np.uint8), notes=(*notes, *made.notes))

    def _use_of_tele(
        self, case: Case, degradation: NDArray[np.float32] | None
    ) -> tuple[Engine, ReferenceSource | None, float, tuple[str, ...]]:
        """Returns the engine for this wide, its reference, how much of that counts (0..1), and notes to the user."""
        aligned = case.aligned
        if aligned is None or not self.with_tele:
            return self.engine, None, 1.0, ()
        if self.calibration is None:
            shown = Displaced(aligned, self.displaced_px) if self.displaced_px else aligned
            return self.engine, shown, 1.0, ()
        use = use_tele(
            self.engine,
            case.wide,
            aligned,
            aligned.registration,
            self.calibration,
            degradation=degradation,
            clock=lambda _stage: nullcontext(),
        )
        notes = () if use.worth.reason is None else (f"the tele is not used: {use.worth.reason}",)
        return use.engine, aligned, use.worth.share, notes


def networks(
    models: tuple[str, ...],
    names: tuple[str, ...],
    ablations: tuple[str, ...],
    engine: EngineSettings,
    tiling: TilingSettings,
    *,
    tta: bool = False,
    calibration: CalibrationSettings | None = None,
) -> list[Network]:
    """Returns a method for each model and each of `names` ("alone", "ours") and `ablations`; loads each model once.

    `calibration`: of "ours", as in `zoom`; ablations compare the weights as they are. Raises WeightsError, UsageError.
    """
    return [
        method
        for model in models
        for method in _of_model(
            model, names, ablations, engine, tiling, marked=len(models) > 1, tta=tta, calibration=calibration
        )
    ]


def _of_model(
    model: str,
    names: tuple[str, ...],
    ablations: tuple[str, ...],
    settings: EngineSettings,
    tiling: TilingSettings,
    *,
    marked: bool,
    tta: bool,
    calibration: CalibrationSettings | None,
) -> Iterator[Network]:
    loaded = weights.load(weights.resolve(model))
    mark = (f" {loaded.name}" if marked else "") + (" tta" if tta else "")
    learner = learner_of(model, choose_device(settings.device))
    whole = Engine(loaded.module, settings, learner)
    for name in names:
        tele = name == "ours"
        yield Network(
            label=f"{name}{mark}",
            model=f"{loaded.name}, {learner.name}" if tele and learner is not None else loaded.name,
            engine=whole,
            tiling=tiling,
            with_tele=tele,
            tta=tta,
            calibration=calibration or CalibrationSettings(),
        )
    for ablation in ablations:
        yield Network(
            label=f"ours{mark}, {ablation}",
            model=loaded.name,
            engine=whole if ablation in DISPLACED else Engine(ablated(loaded.module, ablation), settings),
            tiling=tiling,
            displaced_px=DISPLACED.get(ablation, 0),
            tta=tta,
            ablation=ablation,
        )
