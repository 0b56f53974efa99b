"""`dualzoom clip WIDE [TELE]`: a clip to a clip of twice the size."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualzoom.cli import options
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.settings import (
    CalibrationSettings,
    ClipCodec,
    ClipSettings,
    EngineSettings,
    OnExists,
    TilingSettings,
    ZoomSettings,
)

if TYPE_CHECKING:
    from dualzoom.clips import ClipResult

#: Suffixes that results keep; clips of other containers become MP4.
_KEPT = (".mp4", ".m4v", ".mov", ".mkv")


@dataclass(frozen=True)
class Range:
    """Seconds from the clip's beginning; None: its own beginning or end."""

    start_s: float | None = None
    stop_s: float | None = None


def parse_range(text: str) -> Range:
    """Parses FROM-TO in seconds or [hours:]minutes:seconds; either may be missing.

    >>> parse_range("1:10-1:20.5"), parse_range("5-"), parse_range("-0:01:00")
    (Range(start_s=70.0, stop_s=80.5), Range(start_s=5.0, stop_s=None), Range(start_s=None, stop_s=60.0))
    """
    time = r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d+)?)"
    found = re.fullmatch(f"(?:{time})?-(?:{time})?", text)
    if found is None or text == "-":
        raise typer.BadParameter(f"{text!r} is not FROM-TO, as 10-20 or 1:10-1:20")
    start, stop = (_seconds(found.groups()[at : at + 3]) for at in (0, 3))
    if start is not None and stop is not None and stop <= start:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return Range(start, stop)


def _seconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds = parts
    return None if seconds is None else 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds)


def clip(
    context: typer.Context,
    wide: Annotated[Path, typer.Argument(metavar="WIDE", help="The main camera's clip.", show_default=False)],
    tele: Annotated[
        Path | None,
        typer.Argument(
            metavar="TELE",
            help="The tele camera's photo, or a clip begun at the same moment.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file (.mp4, .mov, .mkv) or a folder. [default: beside WIDE]"),
    ] = None,
    range_: Annotated[
        Range | None,
        typer.Option(
            "--range", parser=parse_range, metavar="FROM-TO", help="A part: seconds or m:s, as 0:10-0:20."
        ),
    ] = None,
    codec: Annotated[
        ClipCodec | None,
        typer.Option("--codec", help="[default: h264; hevc where WIDE has 10 bits]", show_default=False),
    ] = None,
    crf: Annotated[
        int, typer.Option(min=0, max=51, help="Quality: 0 is the best, 6 more halve the file.")
    ] = ClipSettings.crf,
    model: options.Model = "auto",
    device: options.Device = "auto",
    precision: options.Computing = "auto",
    tile: options.Tile = None,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the tele's detail to take; 0 is none.")
    ] = ZoomSettings.strength,
    detail: Annotated[
        float, typer.Option(min=0.0, max=2.0, help="Fine luma detail of the result: 0 smooth, 2 crisp.")
    ] = ZoomSettings.detail,
    earlier: Annotated[
        bool,
        typer.Option(
            "--earlier/--no-earlier", help="Mix in what earlier frames showed: less noise, less flicker."
        ),
    ] = ClipSettings.earlier,
    calibrate: options.Calibrate = None,
    tta: options.Tta = False,
    metadata: options.Metadata = ZoomSettings.metadata,
    on_exists: options.Exists = "error",
    json: options.Json = False,
    print0: options.Print0 = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Double the size of the clip WIDE with the detail of TELE.

    Each frame takes TELE's detail where it fits, steadily; sound, times and colours stay. A run that was broken off
    goes on where it stopped when it is given again. Prints the path of the result.
    """
    part = range_ or Range()
    settings = ClipSettings(
        codec=codec,
        crf=crf,
        start_s=part.start_s,
        stop_s=part.stop_s,
        earlier=earlier,
        zoom=ZoomSettings(
            strength=strength,
            detail=detail,
            tta=tta,
            metadata=metadata,
            calibration=calibrate or CalibrationSettings(),
            tiling=TilingSettings(tile_px=tile),
            engine=EngineSettings(device=device, precision=precision),
        ),
    )
    _clip(terminal_of(context), wide, tele, _target(wide, output), model, settings, on_exists, json)


def _target(wide: Path, output: Path | None) -> Path:
    """Returns the file to write.

    >>> _target(Path("a/walk.MOV"), None).as_posix(), _target(Path("walk.avi"), None).as_posix()
    ('a/walk-2x.MOV', 'walk-2x.mp4')
    """
    if output is None or output.is_dir():
        suffix = wide.suffix if wide.suffix.lower() in _KEPT else ".mp4"
        return (output or wide.parent) / f"{wide.stem}-2x{suffix}"
    return output


def _clip(
    terminal: Terminal,
    wide: Path,
    tele: Path | None,
    path: Path,
    model: str,
    settings: ClipSettings,
    on_exists: OnExists,
    json: bool,
) -> None:
    with terminal.progress() as report:
        from dualzoom import api

        try:
            result = api.zoom_clip(
                wide,
                tele,
                output=path,
                model=model,
                settings=settings,
                on_exists=on_exists,
                progress=report,
            )
        except KeyboardInterrupt:
            terminal.note("what is finished is kept: the same command goes on from there")
            raise
    inputs = {"wide": str(wide), "tele": None if tele is None else {"path": str(tele)}}
    if result.path is None:
        terminal.note(f"{path}: is there already, skipped")
        if json:
            terminal.json({"output": str(path), "skipped": True, **inputs})
        return
    for note in result.notes:
        terminal.note(note)
    if json:
        terminal.json({"output": str(result.path), "skipped": False, **inputs, **result.to_json()})
    else:
        terminal.path(result.path)
        terminal.note(f"done: {_done(result, tele)}")


def _done(result: "ClipResult", tele: Path | None) -> str:
    """Says how many frames there are and in how many the tele helped."""
    kept = f", {result.resumed} of them by an earlier run" if result.resumed else ""
    if tele is None:
        return f"{result.frames} frames{kept}, enlarged from the wide alone"
    return f"{result.frames} frames{kept}; {tele.name} helped in {result.with_tele} of {result.frames - result.resumed}"
