"""`dualzoom evaluate SOURCE…`: how well methods do on one's own photos, in numbers and crops."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualzoom.cli import options, score_table, sources
from dualzoom.cli.evaluate_options import (
    WITHOUT_WEIGHTS,
    Folder,
    Kind,
    Part,
    Rectangle,
    parse_folder,
    parse_rectangle,
    settled,
)
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.errors import UsageError
from dualzoom.settings import EngineSettings, TilingSettings, WriteSettings

if TYPE_CHECKING:
    from dualzoom.benchmark.rows import Row
    from dualzoom.benchmark.run import Judged, Source
    from dualzoom.benchmark.subject import Protocol
    from dualzoom.capture.pairs import Pair
    from dualzoom.geometry import Region


def evaluate(
    context: typer.Context,
    places: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE", help="Folders, CSV tables or photos of pairs.", show_default=False),
    ],
    protocol: Annotated[
        Literal["halved", "full", "single"], typer.Option(help="How to judge; see above.")
    ] = "halved",
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="A model's name or file; several give rows for each."),
    ] = None,
    row: Annotated[
        list[Kind] | None, typer.Option(help="Methods to compare. [default: all that the protocol has]")
    ] = None,
    results: Annotated[
        list[Folder] | None,
        typer.Option(
            parser=parse_folder, metavar="LABEL=FOLDER", help="A row of another program's results, NAME.*."
        ),
    ] = None,
    ablation: Annotated[
        list[Part] | None, typer.Option(help="A row of ours without that part, with the same weights.")
    ] = None,
    tta: options.Tta = False,
    rectangle: Annotated[
        Rectangle | None,
        typer.Option(
            parser=parse_rectangle,
            metavar="X,Y,W,H",
            help="What is inside, in pixels of the stored wide. [default: what the tele sees]",
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Write crops of all rows, side by side.")
    ] = None,
    inputs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only write what methods are given, for other programs."),
    ] = None,
    device: options.Device = "auto",
    tile: options.Tile = None,
    on_exists: options.Exists = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure methods on your own photos.

    halved (the paper's protocol): both photos of a pair are halved, the wide is the truth; PSNR in dB whole, inside
    and outside the tele's view. full: the photos as they are; correlation of the tele's detail with the result's, its
    energy (1: the tele's), and PSNR of the result, made small again, against the wide. single: photos halved by area,
    without a tele; PSNR and SSIM.

    What a loss is worth shows with weights trained without it: --model a.safetensors --model b.safetensors.
    """
    terminal = terminal_of(context)
    kinds = settled(protocol, row, ablation, rectangle)
    found = sources.photos(places) if protocol == "single" else sources.named(sources.pairs(terminal, places))
    if inputs is not None:
        _write_inputs(terminal, protocol, found, inputs, on_exists, json)
        return
    from dualzoom import capture
    from dualzoom.geometry import Region

    writing = WriteSettings(on_exists=on_exists)
    originals = [path for pair in found for path in (pair.wide, pair.tele)]
    sheet = None if picture is None else capture.destination(picture, writing, inputs=originals)
    if picture is not None and sheet is None:
        terminal.note(f"{picture}: is there already, skipped")
    rows = _rows([pair.name for pair in found], kinds, results, model, ablation, tta, device, tile)
    inside = (
        None if rectangle is None else Region(rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    )
    work = [_source(protocol, pair, inside) for pair in found]
    _run(terminal, protocol, work, rows, sheet, writing, json)


def _rows(
    names: list[str],
    kinds: Sequence[Kind],
    folders: Sequence[Folder] | None,
    models: Sequence[str] | None,
    parts: Sequence[Part] | None,
    tta: bool,
    device: str,
    tile: int | None,
) -> "list[Row]":
    """Every row, ready to work: what is missing shows now. Raises CaptureError, WeightsError, UsageError."""
    from dualzoom.benchmark import results as external
    from dualzoom.benchmark import rows as methods

    rows: list[Row] = [methods.classical(kind) for kind in kinds if kind in WITHOUT_WEIGHTS]
    rows += [external.results(one.label, one.path, names) for one in folders or ()]
    learned = tuple(kind.value for kind in kinds if kind not in WITHOUT_WEIGHTS)
    if parts or learned:
        taken = tuple(part.value for part in parts or ())
        settings, tiling = EngineSettings(device=device), TilingSettings(tile_px=tile)
        rows += methods.networks(tuple(models or ("auto",)), learned, taken, settings, tiling, tta=tta)
    labels = [row.label for row in rows]
    if len(set(labels)) < len(labels):
        reason = "two rows have one name"
        raise UsageError(", ".join(labels), reason, "name each model and folder differently")
    return rows


def _source(protocol: "Protocol", pair: "Pair", inside: "Region | None") -> "Source":
    from dualzoom.benchmark.run import Source
    from dualzoom.benchmark.subject import Subject, prepare, stored

    def make() -> Subject:
        tele = None if pair.tele is None else stored(pair.tele)
        return prepare(protocol, pair.name, stored(pair.wide), tele, inside)

    return Source(name=pair.name, prepare=make)


def _run(
    terminal: Terminal,
    protocol: "Protocol",
    work: "Sequence[Source]",
    rows: "Sequence[Row]",
    sheet: Path | None,
    writing: WriteSettings,
    json: bool,
) -> None:
    from dualzoom import capture
    from dualzoom.benchmark import run as benchmark
    from dualzoom.evaluation.picture import column

    judged: list[benchmark.Judged] = []
    refused: list[benchmark.Refused] = []
    with terminal.progress() as bar:
        for one in benchmark.run(
            work, rows, sheets=sheet is not None, progress=lambda fraction: bar("evaluate", fraction)
        ):
            if isinstance(one, benchmark.Refused):
                refused.append(one)
                continue
            judged.append(one)
            _tell(terminal, protocol, one, json)
    if not judged:
        raise benchmark.none_left(refused)
    for left in refused:
        terminal.note(f"{left.name}: left out; {left.error}")
    if json:
        for line in score_table.last_lines(protocol, judged, refused):
            terminal.json(line)
    else:
        terminal.result(score_table.text(protocol, judged))
    sheets = [one.sheet for one in judged if one.sheet is not None]
    if sheet is not None and sheets:
        written = capture.write(capture.Photo(pixels=column(sheets)), sheet, writing)
        terminal.json({"picture": str(written)}) if json else terminal.result(str(written))


def _tell(terminal: Terminal, protocol: "Protocol", one: "Judged", json: bool) -> None:
    """What came up on the way, and for scripts the scores at once: what was measured is not lost."""
    for score in one.scores:
        for note in score.notes:
            terminal.note(f"{one.name}, {score.row.label}: {note}")
    for line in score_table.lines(protocol, one) if json else ():
        terminal.json(line)


def _write_inputs(
    terminal: Terminal,
    protocol: "Protocol",
    found: "Sequence[Pair]",
    folder: Path,
    on_exists: options.Exists,
    json: bool,
) -> None:
    """NAME-wide.png and NAME-tele.png of every pair (NAME.png of a photo), as a method is given them."""
    from dualzoom import capture
    from dualzoom.benchmark.subject import given, stored
    from dualzoom.errors import WriteError

    writing = WriteSettings(on_exists=on_exists)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, f"cannot be made ({error.strerror})", "choose another folder") from error
    for pair in found:
        for role, path in (("wide", pair.wide), ("tele", pair.tele)):
            if path is not None:
                name = f"{pair.name}-{role}.png" if pair.tele is not None else f"{pair.name}.png"
                photo = given(protocol, stored(path))
                written = capture.write(photo, folder / name, writing)
                terminal.json({"output": str(written)}) if json else terminal.result(str(written))
