"""What a method is: it enlarges a case's wide (H, W, 3) to (2H, 2W, 3) uint8. And the methods without weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dualzoom.evaluation.baselines import inject
from dualzoom.evaluation.case import Case, Picture
from dualzoom.resampling import enlarge_bicubic

#: Called with how much of the enlargement is done, 0..1.
Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Enlargement:
    """The picture (2H, 2W, 3), what the user should know of how it was made, and what it cost where that is known."""

    picture: Picture
    notes: tuple[str, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)


class Method(Protocol):
    """A method. `model` and `ablation` say what it works with; None where it has neither."""

    @property
    def label(self) -> str:
        """Its name in tables and pictures."""
        ...

    @property
    def model(self) -> str | None:
        """The weights' name."""
        ...

    @property
    def ablation(self) -> str | None:
        """The part that its network lacks."""
        ...

    def enlarge(self, case: Case, progress: Progress) -> Enlargement:
        """Enlarges the case's wide to twice its size."""
        ...


@dataclass(frozen=True, kw_only=True)
class Classical:
    """A method without weights."""

    label: str
    work: Callable[[Case], Picture]
    model: None = None
    ablation: None = None

    def enlarge(self, case: Case, progress: Progress) -> Enlargement:
        """As `Method.enlarge`; too quick to report progress."""
        return Enlargement(picture=self.work(case))


def classical(name: str) -> Classical:
    """Returns `bicubic`, or `injection`: it adds the registered tele's high band where that is valid."""
    if name == "bicubic":
        return Classical(label=name, work=lambda case: enlarge_bicubic(case.wide))
    return Classical(label=name, work=_injected)


def _injected(case: Case) -> Picture:
    assert case.aligned is not None, "injection needs a tele"
    return inject(case.wide, case.aligned)
