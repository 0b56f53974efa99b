"""The methods that are compared: each makes (2H, 2W, 3) uint8 of a case's wide (H, W, 3)."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dualzoom.engine import Engine, ReferenceSource
from dualzoom.evaluation.ablation import ablated
from dualzoom.evaluation.baselines import inject
from dualzoom.evaluation.case import Case, Picture
from dualzoom.evaluation.displaced import DISPLACED, Displaced
from dualzoom.network import weights
from dualzoom.pipeline import DEFAULT_MODEL
from dualzoom.resampling import enlarge_bicubic
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings
from dualzoom.tele_use import use_tele

Fraction = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Made:
    """An enlargement (2H, 2W, 3), and what the user should know of how it was made."""

    picture: Picture
    notes: tuple[str, ...] = ()


class Method(Protocol):
    """A method. `model` and `ablation` say what it is made with; None where it is neither."""

    @property
    def label(self) -> str:
        """What tables and pictures call it."""
        ...

    @property
    def model(self) -> str | None:
        """The weights' name."""
        ...

    @property
    def ablation(self) -> str | None:
        """What was taken away."""
        ...

    def enlarge(self, case: Case, progress: Fraction) -> Made:
        """The case's wide at twice its size."""
        ...


@dataclass(frozen=True, kw_only=True)
class Classical:
    """A method without weights."""

    label: str
    work: Callable[[Case], Picture]
    model: None = None
    ablation: None = None

    def enlarge(self, case: Case, progress: Fraction) -> Made:
        """As `Method`; there is nothing to tell on the way."""
        return Made(picture=self.work(case))


@dataclass(frozen=True, kw_only=True)
class Network:
    """One of our networks, whole or without a part.

    `with_tele`: whether it is shown the tele; `displaced_px`: how far from its place; `calibration`: how the
    tele is judged and teaches first, as in `zoom`; None: it is taken as it is, by the same weights for all.
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

    def enlarge(self, case: Case, progress: Fraction) -> Made:
        """As `Method`: what `zoom` would have written."""
        condition = self.engine.degradation(case.wide)
        engine, reference, strength, notes = self._offered(case, condition)
        made = engine.upscale(
            case.wide,
            reference,
            self.tiling,
            degradation=condition,
            strength=strength,
            tta=self.tta,
            progress=progress,
        )
        return Made(picture=np.asarray(made.pixels, np.uint8), notes=(*notes, *made.notes))

    def _offered(
        self, case: Case, condition: NDArray[np.float32] | None
    ) -> tuple[Engine, ReferenceSource | None, float, tuple[str, ...]]:
        """The engine for this wide, what it is shown of the tele, how much of that counts, and what to tell."""
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
            degradation=condition,
            clock=lambda _stage: nullcontext(),
        )
        notes = () if use.worth.reason is None else (f"the tele is not used: {use.worth.reason}",)
        return use.engine, aligned, use.worth.share, notes


def classical(name: str) -> Classical:
    """`bicubic`, or `injection`: the registered tele's high band added where it is valid."""
    if name == "bicubic":
        return Classical(label=name, work=lambda case: enlarge_bicubic(case.wide))
    return Classical(label=name, work=_injected)


def networks(
    models: tuple[str, ...],
    kinds: tuple[str, ...],
    ablations: tuple[str, ...],
    engine: EngineSettings,
    tiling: TilingSettings,
    *,
    tta: bool = False,
    calibration: CalibrationSettings | None = None,
) -> list[Network]:
    """A row for each model and each of `kinds` (of "alone", "ours") and ablations; every model is loaded once.

    `calibration`: of "ours", as in `zoom`; ablations compare the weights as they are. Raises WeightsError, UsageError.
    """
    return [
        row
        for model in models
        for row in _of_model(
            model, kinds, ablations, engine, tiling, marked=len(models) > 1, tta=tta, calibration=calibration
        )
    ]


def _of_model(
    model: str,
    kinds: tuple[str, ...],
    ablations: tuple[str, ...],
    settings: EngineSettings,
    tiling: TilingSettings,
    *,
    marked: bool,
    tta: bool,
    calibration: CalibrationSettings | None,
) -> Iterator[Network]:
    loaded = weights.load(DEFAULT_MODEL if model == "auto" else model)
    mark = (f" {loaded.name}" if marked else "") + (" tta" if tta else "")
    whole = Engine(loaded.module, settings)
    for kind in kinds:
        tele = kind == "ours"
        yield Network(
            label=f"{kind}{mark}",
            model=loaded.name,
            engine=whole,
            tiling=tiling,
            with_tele=tele,
            tta=tta,
            calibration=calibration or CalibrationSettings(),
        )
    for name in ablations:
        yield Network(
            label=f"ours{mark}, {name}",
            model=loaded.name,
            engine=whole if name in DISPLACED else Engine(ablated(loaded.module, name), settings),
            tiling=tiling,
            displaced_px=DISPLACED.get(name, 0),
            tta=tta,
            ablation=name,
        )


def _injected(case: Case) -> Picture:
    assert case.aligned is not None, "injection needs a tele"
    return inject(case.wide, case.aligned)
