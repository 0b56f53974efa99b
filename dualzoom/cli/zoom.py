"""`dualzoom zoom WIDE [TELE...]`: one pair to one picture of twice the size, or of any zoom between the lenses."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualzoom.cli import lens_order, options, paths
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
    teles: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="TELE", help="The tele camera's photo; several, of several lenses.", show_default=False
        ),
    ] = None,
    refs: options.Refs = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file or a folder. [default: beside WIDE, named -2x or by --at]"
        ),
    ] = None,
    frames: Annotated[
        list[Path] | None,
        typer.Option(
            "--frames",
            metavar="PATH",
            help="Also use these photos by WIDE's lens at the same moment: files, a folder, a clip. Repeatable.",
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
    Several lenses may come in any order: the finest that saw a place counts there.
    Prints the path of the result, then those of map and report.
    """
    how = how.named(output)
    settings = how.settings()
    writing = how.writing(on_exists, named=output is not None and not output.is_dir())
    wide, *others = lens_order.in_order([wide, *(teles or [])])
    path = paths.target(wide, output, writing, paths.mark(settings.framing))
    further = [*others, *(refs or [])]
    extras = Extras.asked(map_, report, further[0] if further else None, path)
    more = (refs or [], frames or [])
    default = output is None or output.is_dir()  # then the result is named after the widest lens
    _zoom(
        terminal_of(context), wide, others, *more, path, extras, how.model, settings, writing, json, default
    )


def _zoom(
    terminal: Terminal,
    wide: Path,
    teles: list[Path],
    refs: list[Path],
    frames: list[Path],
    path: Path,
    extras: Extras,
    model: str,
    settings: ZoomSettings,
    writing: WriteSettings,
    json: bool,
    default: bool,
) -> None:
    from dualzoom import capture

    writing = capture.settled(wide, path, writing)
    sources: list[Path | None] = [wide, *teles, *refs, *_files_of(frames)]
    place = capture.destination(path, writing, inputs=sources)  # before the work, not after it
    named = {"path": str(teles[0])} if teles else None
    inputs: dict[str, object] = {"wide": str(wide), "tele": named}
    if place is None:
        terminal.note(f"{path}: is there already, skipped")
        if json:
            terminal.json({"output": str(path), "skipped": True, **inputs})
        return
    asked, extras = extras, extras.settled(on_exists=writing.on_exists, inputs=sources)
    for left in asked.skipped(extras):
        terminal.note(f"{left}: is there already, skipped")
    with terminal.progress() as report:
        from dualzoom import api

        result = api.zoom(
            wide,
            teles,
            refs=refs,
            model=model,
            settings=settings,
            progress=report,
            frames=frames,
            fits=capture.output_check(place, writing),
        )
        report("write", 0.0)
        shown = result.photo.source or wide  # of several lenses the pictures say which is the widest
        place = lens_order.renamed(place, wide, shown, writing, sources) if default else place
        result = result.for_file(place, writing)
        written = capture.write(result.photo, place, writing, inputs=sources)
        beside = extras.write(result, shown, written, on_exists=writing.on_exists, inputs=sources)
    for note in result.notes:
        terminal.note(note)
    if json:
        facts = result.to_json()
        if len(teles) > 1 and result.lenses:
            named = {"path": next(lens.photo.name for lens in result.lenses if lens.use is result.tele)}
            inputs["wide"] = str(shown)
        facts["tele"] = None if named is None else {**named, **(facts.get("tele") or {})}
        terminal.json({"output": str(written), "skipped": False, **inputs, **beside, **facts})
    else:
        for name in (str(written), *beside.values()):
            terminal.path(name)
        terminal.note(f"done: {_helped(result, teles, refs, settings)}")


def _files_of(frames: list[Path]) -> list[Path]:
    """The originals among frames: files, and what lies in folders."""
    return [file for one in frames for file in (one.iterdir() if one.is_dir() else [one]) if file.is_file()]


def _helped(result: "ZoomResult", teles: list[Path], refs: list[Path], settings: ZoomSettings) -> str:
    """Says whether the further photos helped, and by how much or why not."""
    given = _listed([*teles, *refs])
    if not given:
        merged = sum(use.reason is None for use in result.frames)
        alone = f"{merged + 1} frames merged" if merged else "the wide alone"
        return f"enlarged from {alone}, without a tele"
    if settings.strength == 0:
        return f"{given} did not help: strength is 0"
    others = [other.photo.name for other in result.others if other.planes]
    lenses = [lens for lens in result.lenses if lens.use.worth.used]
    if len(teles) == 1 and not others:
        use = result.tele
        if use is None or not use.worth.used:
            return f"{given} did not help" + ("" if use is None or refs else f": {use.worth.reason}")
    elif not lenses and not others:
        return f"{given} did not help"
    names = [lens.photo.name for lens in lenses] + others or [str(teles[0])]
    uses = [lens.use for lens in lenses] or ([] if result.tele is None or others else [result.tele])
    most = max((use.worth.share for use in uses), default=1.0)
    whose = "its" if len(names) == 1 else "their"
    share = f"{_listed(names)} helped, with {100 * settings.strength * most:.0f} % of {whose} detail"
    if result.contribution is None:
        return share
    return f"{share} in {100 * (result.contribution > 0).mean():.0f} % of the frame"


def _listed(names: Sequence[str | Path]) -> str:
    """Names of files without their folders."""
    return ", ".join(Path(name).name for name in names)
