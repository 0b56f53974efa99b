"""The work behind `evaluate`: rows made ready, cases judged and told, inputs written for other programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom.cli import options, score_lines, score_table
from dualzoom.cli.evaluate_options import WITHOUT_WEIGHTS, Folder, Kind, Part
from dualzoom.cli.terminal import Terminal
from dualzoom.errors import UsageError, none_left
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings, WriteSettings

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol
    from dualzoom.evaluation.methods import Method
    from dualzoom.evaluation.run import Judged, Refused, Source


def ready(
    names: list[str],
    kinds: Sequence[Kind],
    folders: Sequence[Folder] | None,
    models: Sequence[str] | None,
    parts: Sequence[Part] | None,
    calibration: CalibrationSettings | None,
    tta: bool,
    device: str,
    tile: int | None,
) -> "list[Method]":
    """Every row, ready to work: what is missing shows now. Raises CaptureError, WeightsError, UsageError."""
    from dualzoom.evaluation import external, methods

    rows: list[Method] = [methods.classical(kind) for kind in kinds if kind in WITHOUT_WEIGHTS]
    rows += [external.results(one.label, one.path, names) for one in folders or ()]
    learned = tuple(kind.value for kind in kinds if kind not in WITHOUT_WEIGHTS)
    if parts or learned:
        taken = tuple(part.value for part in parts or ())
        settings, tiling = EngineSettings(device=device), TilingSettings(tile_px=tile)
        rows += methods.networks(
            tuple(models or ("auto",)), learned, taken, settings, tiling, tta=tta, calibration=calibration
        )
    labels = [row.label for row in rows]
    if len(set(labels)) < len(labels):
        reason = "two rows have one name"
        raise UsageError(", ".join(labels), reason, "name each model and folder differently")
    return rows


def judge(
    terminal: Terminal,
    protocol: "Protocol",
    work: "Sequence[Source]",
    rows: "Sequence[Method]",
    sheet: Path | None,
    writing: WriteSettings,
    json: bool,
) -> None:
    """Every row for every source; tables or lines to stdout, crops to `sheet`. Raises what is wrong with all."""
    from dualzoom.evaluation import run as benchmark

    judged: list[Judged] = []
    refused: list[Refused] = []
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
        raise none_left([one.error for one in refused])
    for left in refused:
        terminal.note(f"{left.name}: left out; {left.error}")
    if json:
        for line in score_lines.last_lines(protocol, judged, refused):
            terminal.json(line)
    else:
        terminal.result(score_table.text(protocol, judged))
    _write_sheet(terminal, judged, sheet, writing, json)


def write_inputs(
    terminal: Terminal, work: "Sequence[Source]", folder: Path, on_exists: options.Exists, json: bool
) -> None:
    """NAME-wide.png and NAME-tele.png of every pair (NAME.png of a photo), as a method is given them."""
    from dualzoom import capture
    from dualzoom.errors import WriteError

    writing = WriteSettings(on_exists=on_exists)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, f"cannot be made ({error.strerror})", "choose another folder") from error
    for source in work:
        for role, photo in source.inputs().items():
            name = f"{source.name}-{role}.png" if role else f"{source.name}.png"
            written = capture.write(photo, folder / name, writing)
            terminal.json({"output": str(written)}) if json else terminal.path(written)


def _tell(terminal: Terminal, protocol: "Protocol", one: "Judged", json: bool) -> None:
    """What came up on the way, and for scripts the scores at once: what was measured is not lost."""
    for score in one.scores:
        for note in score.notes:
            terminal.note(f"{one.name}, {score.row.label}: {note}")
    for line in score_lines.lines(protocol, one) if json else ():
        terminal.json(line)


def _write_sheet(
    terminal: Terminal, judged: "Sequence[Judged]", sheet: Path | None, writing: WriteSettings, json: bool
) -> None:
    from dualzoom import capture
    from dualzoom.report.contact_sheet import column

    sheets = [one.sheet for one in judged if one.sheet is not None]
    if sheet is not None and sheets:
        written = capture.write(capture.Photo(pixels=column(sheets)), sheet, writing)
        terminal.json({"picture": str(written)}) if json else terminal.path(written)
