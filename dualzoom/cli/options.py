"""Options that several commands share, checked while they are parsed: wrong values end with exit 2."""

import re
from pathlib import Path
from typing import Annotated

import typer

from dualzoom.cli.terminal import terminal_of
from dualzoom.settings import CalibrationSettings, Format, Keep, OnExists

_FORMATS: dict[str, Format] = {"jpeg": "jpeg", "jpg": "jpeg", "png": "png", "tiff": "tiff", "tif": "tiff"}


def parse_device(text: str) -> str:
    """Parses a device's name: auto, cpu, mps, cuda or cuda:N.

    >>> parse_device("cuda:1")
    'cuda:1'
    """
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise typer.BadParameter(f"{text!r} is not one of auto, cpu, cuda, cuda:N, mps")
    return text


def parse_format(text: str) -> Format:
    """Parses a format by its name or its usual suffix.

    >>> parse_format("TIF")
    'tiff'
    """
    if text.lower() not in _FORMATS:
        raise typer.BadParameter(f"{text!r} is not one of jpeg, png, tiff")
    return _FORMATS[text.lower()]


def parse_bit_depth(text: str) -> int:
    """Parses 8 or 16 bits a channel.

    >>> parse_bit_depth("16")
    16
    """
    if text not in ("8", "16"):
        raise typer.BadParameter(f"{text!r} is not one of 8, 16")
    return int(text)


def parse_calibrate(text: str) -> CalibrationSettings:
    """Parses auto, off, or seconds.

    >>> parse_calibrate("off").seconds
    0.0
    >>> parse_calibrate("60").seconds
    60.0
    """
    if text == "auto":
        return CalibrationSettings()
    if text == "off":
        return CalibrationSettings(seconds=0.0)
    if not re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        raise typer.BadParameter(f"{text!r} is not one of auto, off, or a number of seconds")
    return CalibrationSettings(seconds=float(text))


def _debug(context: typer.Context, value: bool) -> None:
    terminal_of(context).debug = value


def _quiet(context: typer.Context, value: bool) -> None:
    terminal_of(context).quiet = value


def _print0(context: typer.Context, value: bool) -> None:
    terminal_of(context).print0 = value


Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show the traceback of an error.", callback=_debug, is_eager=True),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Only results and errors.", callback=_quiet, is_eager=True),
]
Print0 = Annotated[
    bool,
    typer.Option(
        "--print0", "-0", help="End each path with a zero byte: names may hold line breaks.", callback=_print0
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print each result as one line of JSON.")]
Exists = Annotated[OnExists, typer.Option("--on-exists", help="What to do where a file is in the way.")]
Wide = Annotated[Path, typer.Argument(metavar="WIDE", help="The main camera's photo.", show_default=False)]
Tele = Annotated[Path, typer.Argument(metavar="TELE", help="The tele camera's photo.", show_default=False)]
Device = Annotated[
    str, typer.Option(parser=parse_device, metavar="auto|cpu|cuda[:N]|mps", help="What to compute on.")
]
Tile = Annotated[
    int | None,
    typer.Option(min=32, metavar="PX", help="Side of a tile; smaller needs less memory. [default: chosen]"),
]
Model = Annotated[str, typer.Option(help="A model's name, or the path of a .safetensors file.")]
Tta = Annotated[
    bool,
    typer.Option("--tta", help="Mean over eight orientations: slightly better, eight times as slow."),
]
Calibrate = Annotated[
    CalibrationSettings | None,
    typer.Option(
        "--calibrate",
        parser=parse_calibrate,
        metavar="auto|off|SECONDS",
        help="Let the tele teach the network this camera first. [default: auto]",
    ),
]
Metadata = Annotated[
    Keep,
    typer.Option(
        "--metadata", help="What of WIDE's to keep: all, basic (no place, no person), only its profile."
    ),
]
At = Annotated[
    float | None,
    typer.Option("--at", min=1.0, metavar="ZOOM", help="Show what a lens of this zoom would have taken."),
]
LongSide = Annotated[
    int | None,
    typer.Option(
        "--long-side", min=16, metavar="PX", help="Longer side of the result; with --at, else of all."
    ),
]
Refs = Annotated[
    list[Path] | None,
    typer.Option(
        "--ref", metavar="PHOTO", help="Another photo of the same thing; repeatable.", show_default=False
    ),
]
Linear = Annotated[
    bool, typer.Option("--linear", help="Write a 16-bit TIFF in linear light, for grading elsewhere.")
]
