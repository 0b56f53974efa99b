"""`dualzoom zoom WIDE [TELE]`: one pair to one picture of twice the size, or of any zoom between the lenses."""

from pathlib import Path
from typing import Annotated

import typer

from dualzoom.cli import options, paths
from dualzoom.cli.side_outputs import Extras
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.settings import (
    CalibrationSettings,
    EngineSettings,
    Format,
    FramingSettings,
    TilingSettings,
    WriteSettings,
    ZoomSettings,
)


def zoom(
    context: typer.Context,
    wide: options.Wide,
    tele: Annotated[
        Path | None, typer.Argument(metavar="TELE", help="The tele camera's photo.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file or a folder. [default: beside WIDE, named -2x or by --at]"
        ),
    ] = None,
    model: options.Model = "auto",
    device: options.Device = "auto",
    tile: options.Tile = None,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            parser=options.parse_format,
            metavar="jpeg|png|tiff",
            help="The format. [default: from the name]",
        ),
    ] = None,
    quality: Annotated[
        int, typer.Option(min=1, max=100, help="JPEG quality; from 92 on colours keep their full resolution.")
    ] = WriteSettings.quality,
    bit_depth: Annotated[
        int | None,
        typer.Option(parser=options.parse_bit_depth, metavar="8|16", help="Bits. [default: those of WIDE]"),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the tele's detail to take; 0 is none.")
    ] = ZoomSettings.strength,
    calibrate: options.Calibrate = None,
    tta: options.Tta = False,
    at: options.At = None,
    long_side: options.LongSide = None,
    metadata: options.Metadata = ZoomSettings.metadata,
    linear: options.Linear = False,
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="PNG", help="Also draw where the tele contributed: white, in full."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="HTML", help="Also write a page that compares before and after."),
    ] = None,
    on_exists: options.Exists = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Double the size of WIDE with the detail of TELE.

    TELE's detail is used where it saw the same; without TELE the whole frame is enlarged from WIDE alone.
    Prints the path of the result, then those of map and report.
    """
    settings = ZoomSettings(
        strength=strength,
        tta=tta,
        calibration=calibrate or CalibrationSettings(),
        bit_depth=16 if linear and bit_depth is None else bit_depth,
        metadata=metadata,
        framing=FramingSettings(at=at, long_side_px=long_side),
        tiling=TilingSettings(tile_px=tile),
        engine=EngineSettings(device=device),
    )
    writing = WriteSettings(
        format="tiff" if linear and format_ is None and (output is None or output.is_dir()) else format_,
        quality=quality,
        bit_depth=bit_depth,
        on_exists=on_exists,
        linear=linear,
    )
    path = paths.target(wide, output, writing, paths.mark(settings.framing))
    extras = Extras.asked(map_, report, tele, path)
    _zoom(terminal_of(context), wide, tele, path, extras, model, settings, writing, json)


def _zoom(
    terminal: Terminal,
    wide: Path,
    tele: Path | None,
    path: Path,
    extras: Extras,
    model: str,
    settings: ZoomSettings,
    writing: WriteSettings,
    json: bool,
) -> None:
    from dualzoom import capture

    place = capture.destination(path, writing, inputs=[wide, tele])  # before the work, not after it
    named = None if tele is None else {"path": str(tele)}
    inputs = {"wide": str(wide), "tele": named}
    if place is None:
        terminal.note(f"{path}: is there already, skipped")
        if json:
            terminal.json({"output": str(path), "skipped": True, **inputs})
        return
    asked, extras = extras, extras.settled(on_exists=writing.on_exists, inputs=[wide, tele])
    for left in asked.skipped(extras):
        terminal.note(f"{left}: is there already, skipped")
    with terminal.progress() as report:
        from dualzoom import api

        result = api.zoom(wide, tele, model=model, settings=settings, progress=report)
        report("write", 0.0)
        written = capture.write(result.photo, place, writing, inputs=[wide, tele])
        beside = extras.write(result, wide, written, on_exists=writing.on_exists, inputs=[wide, tele])
    for note in result.notes:
        terminal.note(note)
    if json:
        facts = result.to_json()
        facts["tele"] = None if named is None else {**named, **(facts.get("tele") or {})}
        terminal.json({"output": str(written), "skipped": False, **inputs, **beside, **facts})
    else:
        for name in (str(written), *beside.values()):
            terminal.result(name)
