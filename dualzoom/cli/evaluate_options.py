"""What `evaluate` alone can be told, checked before anything is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dualzoom.errors import UsageError

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol


class Kind(StrEnum):
    """The methods that need no folder."""

    BICUBIC = "bicubic"
    INJECTION = "injection"
    ALONE = "alone"
    OURS = "ours"


class Part(StrEnum):
    """What can be taken away or made worse; `network.ablation` and `benchmark.displaced` say how."""

    REFERENCE = "no-reference"
    ATTENTION = "no-attention"
    SUMMATION = "summation"
    SOFT = "soft"
    FEATURE_ONLY = "feature-only"
    OFF_BY_2 = "off-by-2"
    OFF_BY_8 = "off-by-8"
    OFF_BY_64 = "off-by-64"


class Camera(StrEnum):
    """The simulated phones; `evaluation.phones` says what each stands for."""

    DAY = "day"
    DUSK = "dusk"
    CHEAP = "cheap"
    OLD = "old"
    PAINT = "paint"


#: What belongs to one protocol alone.
_ONLY = {"--rectangle": "halved", "--withhold": "full", "--phone": "phone", "--text": "phone"}
WITHOUT_WEIGHTS = (Kind.BICUBIC, Kind.INJECTION)
_WITHOUT_TELE = (Kind.BICUBIC, Kind.ALONE)


@dataclass(frozen=True)
class Rectangle:
    """Pixels of the stored wide."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Folder:
    """Another program's results."""

    label: str
    path: Path


def parse_rectangle(text: str) -> Rectangle:
    """X,Y,WIDTH,HEIGHT in whole pixels.

    >>> parse_rectangle("975,750,2045,1530")
    Rectangle(x=975, y=750, width=2045, height=1530)
    """
    if not re.fullmatch(r"\d{1,6},\d{1,6}(,0*[1-9]\d{0,5}){2}", text):
        raise typer.BadParameter(f"{text!r} is not X,Y,WIDTH,HEIGHT in whole pixels")
    return Rectangle(*map(int, text.split(",")))


def parse_folder(text: str) -> Folder:
    """LABEL=FOLDER.

    >>> parse_folder("theirs=out").label
    'theirs'
    """
    label, _, folder = text.partition("=")
    if not (label and folder):
        raise typer.BadParameter(f"{text!r} is not LABEL=FOLDER")
    return Folder(label, Path(folder))


def settled(
    protocol: "Protocol",
    rows: Sequence[Kind] | None,
    ablations: Sequence[Part] | None,
    only: Mapping[str, object],
) -> tuple[Kind, ...]:
    """The rows asked for, or all; raises UsageError where the protocol has no such, or none of an option `only` has."""
    for option, value in only.items():
        if value and protocol != _ONLY[option]:
            step = f"use --protocol {_ONLY[option]}"
            raise UsageError(option, f"the {protocol} protocol has none", step)
    possible = _WITHOUT_TELE if protocol == "single" else tuple(Kind)
    wrong = [kind for kind in rows or () if kind not in possible]
    if wrong or (ablations and protocol == "single"):
        asked = f"--row {wrong[0]}" if wrong else "--ablation"
        raise UsageError(asked, "single photos have no tele", "use --protocol halved, with pairs")
    return tuple(dict.fromkeys(rows or possible))
