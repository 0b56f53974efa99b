"""`dualzoom zoom WIDE [TELE]`: one pair to one picture of twice the size, or of any zoom between the lenses."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualzoom.cli import options, paths
from dualzoom.cli.side_outputs import Extras
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.cli.zooming import DEFAULTS, Zooming, with_zooming
from dualzoom.settings import WriteSettings, ZoomSettings

if TYPE_CHECKING:
    from dualzoom.pipeline import ZoomResult


@with_zooming
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
    how: Zooming = DEFAULTS,
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
    print0: options.Print0 = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Double the size of WIDE with the detail of TELE.

    TELE's detail is used where it saw the same; without TELE the whole frame is enlarged from WIDE alone.
    Prints the path of the result, then those of map and report.
    """
    settings = how.settings()
    writing = how.writing(on_exists, named=output is not None and not output.is_dir())
    path = paths.target(wide, output, writing, paths.mark(settings.framing))
    extras = Extras.asked(map_, report, tele, path)
    _zoom(terminal_of(context), wide, tele, path, extras, how.model, settings, writing, json)


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
        result = replace(result, notes=(*result.notes, *capture.losses(result.photo, place, writing)))
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
            terminal.path(name)
        terminal.note(f"done: {_tele_helped(result, tele, settings)}")


def _tele_helped(result: "ZoomResult", tele: Path | None, settings: ZoomSettings) -> str:
    """Says whether the tele helped, and by how much or why not."""
    if tele is None:
        return "enlarged from the wide alone, without a tele"
    if settings.strength == 0:
        return f"{tele.name} did not help: strength is 0"
    use = result.tele
    if use is None or not use.worth.used:
        return f"{tele.name} did not help" + ("" if use is None else f": {use.worth.reason}")
    share = f"{100 * settings.strength * use.worth.share:.0f} % of its detail"
    if result.contribution is None:
        return f"{tele.name} helped, with {share}"
    return f"{tele.name} helped, with {share} in {100 * (result.contribution > 0).mean():.0f} % of the frame"
