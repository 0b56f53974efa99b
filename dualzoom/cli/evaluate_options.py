"""The options that only `evaluate` has: parses them, and rejects what does not fit before any file is read."""

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


class MethodName(StrEnum):
    """The methods that need no folder of pictures."""

    BICUBIC = "bicubic"
    INJECTION = "injection"
    ALONE = "alone"
    OURS = "ours"


class Ablation(StrEnum):
    """A part to take away, or a way to make it worse; `evaluation.ablation` and `evaluation.displaced` say how."""

    REFERENCE = "no-reference"
    ATTENTION = "no-attention"
    SUMMATION = "summation"
    SOFT = "soft"
    FEATURE_ONLY = "feature-only"
    OFF_BY_2 = "off-by-2"
    OFF_BY_8 = "off-by-8"
    OFF_BY_64 = "off-by-64"


class PhoneName(StrEnum):
    """The simulated phones; `evaluation.phones.phone` says which kind each stands for."""

    DAY = "day"
    DUSK = "dusk"
    CHEAP = "cheap"
    OLD = "old"
    PAINT = "paint"


#: Options that only one protocol has.
_ONLY = {"--rectangle": "halved", "--withhold": "full", "--phone": "phone"}
WITHOUT_WEIGHTS = (MethodName.BICUBIC, MethodName.INJECTION)
_WITHOUT_TELE = (MethodName.BICUBIC, MethodName.ALONE)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle in pixels of the stored wide."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class ResultsFolder:
    """A folder of another program's results, and the label they get."""

    label: str
    path: Path


def parse_rectangle(text: str) -> Rectangle:
    """Parses X,Y,WIDTH,HEIGHT in whole pixels. Raises BadParameter.

    >>> parse_rectangle("975,750,2045,1530")
    Rectangle(x=975, y=750, width=2045, height=1530)
    """
    if not re.fullmatch(r"\d{1,6},\d{1,6}(,0*[1-9]\d{0,5}){2}", text):
        raise typer.BadParameter(f"{text!r} is not X,Y,WIDTH,HEIGHT in whole pixels")
    return Rectangle(*map(int, text.split(",")))


def parse_folder(text: str) -> ResultsFolder:
    """Parses LABEL=FOLDER. Raises BadParameter.

    >>> parse_folder("theirs=out").label
    'theirs'
    """
    label, _, folder = text.partition("=")
    if not (label and folder):
        raise typer.BadParameter(f"{text!r} is not LABEL=FOLDER")
    return ResultsFolder(label, Path(folder))


def chosen_methods(
    protocol: "Protocol",
    methods: Sequence[MethodName] | None,
    ablations: Sequence[Ablation] | None,
    only: Mapping[str, object],
) -> tuple[MethodName, ...]:
    """Returns the methods asked for, or all that the protocol has.

    `only`: values of the options that one protocol alone has, by name. Raises UsageError where the protocol lacks a
    method, or an option that has a value.
    """
    for option, value in only.items():
        if value and protocol != _ONLY[option]:
            step = f"use --protocol {_ONLY[option]}"
            raise UsageError(option, f"the {protocol} protocol has none", step)
    possible = _WITHOUT_TELE if protocol == "single" else tuple(MethodName)
    wrong = [name for name in methods or () if name not in possible]
    if wrong or (ablations and protocol == "single"):
        asked = f"--row {wrong[0]}" if wrong else "--ablation"
        raise UsageError(asked, "single photos have no tele", "use --protocol halved, with pairs")
    return tuple(dict.fromkeys(methods or possible))
