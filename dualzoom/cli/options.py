"""Options that several commands share, checked while they are parsed: wrong values end with exit 2."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from dualzoom.cli.terminal import terminal_of
from dualzoom.settings import (
    AskedFormat,
    CalibrationSettings,
    Carry,
    Keep,
    Merging,
    OnExists,
    Precision,
    PrintSettings,
)

_FORMATS: dict[str, AskedFormat] = {
    "jpeg": "jpeg", "jpg": "jpeg", "png": "png", "tiff": "tiff", "tif": "tiff",
    "webp": "webp", "avif": "avif", "jxl": "jxl", "dng": "dng", "same": "same",
}  # fmt: skip


def parse_device(text: str) -> str:
    """Parses a device's name: auto, cpu, mps, cuda or cuda:N.

    >>> parse_device("cuda:1")
    'cuda:1'
    """
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise typer.BadParameter(f"{text!r} is not one of auto, cpu, cuda, cuda:N, mps")
    return text


def parse_format(text: str) -> AskedFormat:
    """Parses a format by its name or its usual suffix; "same": that of the wide.

    >>> parse_format("TIF")
    'tiff'
    """
    if text.lower() not in _FORMATS:
        raise typer.BadParameter(f"{text!r} is not one of jpeg, png, tiff, webp, avif, jxl, dng, same")
    return _FORMATS[text.lower()]


def parse_bit_depth(text: str) -> int:
    """Parses 8, 10, 12 or 16 bits a channel.

    >>> parse_bit_depth("16")
    16
    """
    if text not in ("8", "10", "12", "16"):
        raise typer.BadParameter(f"{text!r} is not one of 8, 10, 12, 16")
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


def parse_print(text: str) -> PrintSettings:
    """Parses a sheet: its sides, their unit, and dots per inch, 300 where nothing is said.

    >>> parse_print("60x40cm@240dpi")
    PrintSettings(sides_mm=(600.0, 400.0), dpi=240.0)
    >>> parse_print("10x8in").sides_mm
    (254.0, 203.2)
    """
    number = r"(\d{1,5}(?:\.\d{1,3})?)"
    found = re.fullmatch(rf"{number}[x×]{number}(mm|cm|in)(?:@{number}(?:dpi)?)?", text.replace(" ", ""))
    if found is None or not all(float(side) > 0 for side in (found[1], found[2], found[4] or "1")):
        raise typer.BadParameter(f"{text!r} is not a sheet such as 60x40cm@300dpi (units: mm, cm, in)")
    unit = {"mm": 1.0, "cm": 10.0, "in": 25.4}[found[3]]
    sides = (round(float(found[1]) * unit, 3), round(float(found[2]) * unit, 3))
    return PrintSettings(sides_mm=sides, dpi=float(found[4] or PrintSettings.dpi))


def parse_scale(text: str) -> Literal[2, 4]:
    """Parses 2 or 4.

    >>> parse_scale("4x")
    4
    """
    if text in ("2", "2x"):
        return 2
    if text in ("4", "4x"):
        return 4
    raise typer.BadParameter(f"{text!r} is not one of 2, 4")


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
Computing = Annotated[
    Precision,
    typer.Option("--precision", help="Number format of convolutions; auto: what is faster here."),
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
Hdr = Annotated[
    Carry,
    typer.Option("--hdr", help="The gain map of an HDR photo: keep it enlarged (in a JPEG), or drop it."),
]
Motion = Annotated[
    Carry, typer.Option("--motion", help="The clip of a motion photo: keep it (in a JPEG), or drop it.")
]
Burst = Annotated[
    Merging,
    typer.Option(
        "--burst", help="Frames of a burst: shown to a network of their own, or as their mean to MODEL."
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
Scale = Annotated[
    int | None,
    typer.Option(
        "--scale",
        parser=parse_scale,
        metavar="2|4",
        help="How many times the size of WIDE. [default: 2]",
    ),
]
Print = Annotated[
    PrintSettings | None,
    typer.Option(
        "--print",
        parser=parse_print,
        metavar="WxH(mm|cm|in)[@DPI]",
        help="As large as fits on such a sheet, 300 dots an inch unless said.",
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
