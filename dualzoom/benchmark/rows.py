"""The methods that are compared: each makes (2H, 2W, 3) uint8 of a subject's wide (H, W, 3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dualzoom.benchmark.overlay import bicubic, inject
from dualzoom.benchmark.subject import Picture, Subject
from dualzoom.engine import Engine
from dualzoom.network import weights
from dualzoom.network.ablation import ablated
from dualzoom.pipeline import DEFAULT_MODEL
from dualzoom.settings import EngineSettings, TilingSettings

Fraction = Callable[[float], None]


class Row(Protocol):
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

    def enlarge(self, subject: Subject, progress: Fraction) -> Picture:
        """The subject's wide at twice its size."""
        ...


@dataclass(frozen=True, kw_only=True)
class Classical:
    """A method without weights."""

    label: str
    work: Callable[[Subject], Picture]
    model: None = None
    ablation: None = None

    def enlarge(self, subject: Subject, progress: Fraction) -> Picture:
        """As `Row`; there is nothing to tell on the way."""
        return self.work(subject)


@dataclass(frozen=True, kw_only=True)
class Network:
    """One of our networks, whole or without a part; `with_tele`: whether it is shown the tele."""

    label: str
    model: str
    engine: Engine
    tiling: TilingSettings
    with_tele: bool = True
    ablation: str | None = None

    def enlarge(self, subject: Subject, progress: Fraction) -> Picture:
        """As `Row`: what `zoom` would have written."""
        reference = subject.overlay.reference if subject.overlay and self.with_tele else None
        made = self.engine.upscale(
            subject.wide,
            reference,
            self.tiling,
            condition=self.engine.condition(subject.wide),
            progress=progress,
        )
        return np.asarray(made.pixels, np.uint8)


def classical(name: str) -> Classical:
    """`bicubic`, or `injection`: the registered tele's high band added where it is valid."""
    if name == "bicubic":
        return Classical(label=name, work=lambda subject: bicubic(subject.wide))
    return Classical(label=name, work=_injected)


def networks(
    models: tuple[str, ...],
    kinds: tuple[str, ...],
    ablations: tuple[str, ...],
    engine: EngineSettings,
    tiling: TilingSettings,
) -> list[Network]:
    """A row for each model and each of `kinds` (of "alone", "ours") and ablations; every model is loaded once.

    Raises WeightsError, UsageError.
    """
    found = []
    for model in models:
        loaded = weights.load(DEFAULT_MODEL if model == "auto" else model)
        mark = f" {loaded.name}" if len(models) > 1 else ""
        whole = Engine(loaded.module, engine) if kinds else None
        for kind in kinds:
            assert whole is not None
            found.append(
                Network(
                    label=f"{kind}{mark}",
                    model=loaded.name,
                    engine=whole,
                    tiling=tiling,
                    with_tele=kind == "ours",
                )
            )
        for name in ablations:
            part = Engine(ablated(loaded.module, name), engine)
            label = f"ours{mark}, {name}"
            found.append(Network(label=label, model=loaded.name, engine=part, tiling=tiling, ablation=name))
    return found


def _injected(subject: Subject) -> Picture:
    assert subject.overlay is not None, "injection needs a tele"
    return inject(subject.wide, subject.overlay)
