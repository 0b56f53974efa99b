"""The work behind `evaluate`: makes the methods, judges the cases and prints them, writes inputs for other programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom.cli import evaluate_page, options, score_lines, score_table
from dualzoom.cli.evaluate_options import WITHOUT_WEIGHTS, Ablation, MethodName, ResultsFolder
from dualzoom.cli.terminal import Terminal
from dualzoom.errors import UsageError, none_left
from dualzoom.settings import CalibrationSettings, EngineSettings, TilingSettings, WriteSettings

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol
    from dualzoom.evaluation.methods import Method
    from dualzoom.evaluation.run import JudgedCase, PendingCase


def make_methods(
    names: list[str],
    chosen: Sequence[MethodName],
    folders: Sequence[ResultsFolder] | None,
    models: Sequence[str] | None,
    ablations: Sequence[Ablation] | None,
    calibration: CalibrationSettings | None,
    tta: bool,
    device: str,
    tile: int | None,
) -> "list[Method]":
    """Returns every method ready to work; `names`: of the cases, which the folders must have.

    Raises CaptureError, WeightsError, UsageError where a picture or weights are missing, before any work begins.
    """
    from dualzoom.evaluation.external import find_pictures
    from dualzoom.evaluation.methods import classical
    from dualzoom.evaluation.networks import networks

    made: list[Method] = [classical(name) for name in chosen if name in WITHOUT_WEIGHTS]
    made += [find_pictures(one.label, one.path, names) for one in folders or ()]
    learned = tuple(name.value for name in chosen if name not in WITHOUT_WEIGHTS)
    if ablations or learned:
        without = tuple(ablation.value for ablation in ablations or ())
        settings, tiling = EngineSettings(device=device), TilingSettings(tile_px=tile)
        made += networks(
            tuple(models or ("auto",)), learned, without, settings, tiling, tta=tta, calibration=calibration
        )
    labels = [method.label for method in made]
    if len(set(labels)) < len(labels):
        reason = "two rows have one name"
        raise UsageError(", ".join(labels), reason, "name each model and folder differently")
    return made


def judge(
    terminal: Terminal,
    protocol: "Protocol",
    cases: "Sequence[PendingCase]",
    methods: "Sequence[Method]",
    picture: Path | None,
    page: Path | None,
    writing: WriteSettings,
    json: bool,
) -> None:
    """Judges every case; prints tables or lines, and writes crops to `picture`, all of it to `page`.

    Raises where every case is left out.
    """
    from dualzoom.evaluation.run import LeftOutCase, run

    judged: list[JudgedCase] = []
    left_out: list[LeftOutCase] = []
    with terminal.progress() as bar:
        for one in run(
            cases,
            methods,
            sheets=picture is not None,
            page=page is not None,
            progress=lambda fraction: bar("evaluate", fraction),
        ):
            if isinstance(one, LeftOutCase):
                left_out.append(one)
                continue
            judged.append(one)
            _tell(terminal, protocol, one, json)
    if not judged:
        raise none_left([one.error for one in left_out])
    for one in left_out:
        terminal.note(f"{one.name}: left out; {one.error}")
    if json:
        for line in score_lines.last_lines(protocol, judged, left_out):
            terminal.json(line)
    else:
        terminal.result(score_table.text(protocol, judged))
    _write_crops(terminal, judged, picture, writing, json)
    evaluate_page.write(terminal, protocol, judged, page, writing, json)


def write_inputs(
    terminal: Terminal, cases: "Sequence[PendingCase]", folder: Path, on_exists: options.Exists, json: bool
) -> None:
    """Writes what methods get: NAME-wide.png and NAME-tele.png of a pair, NAME.png of a photo. Raises WriteError."""
    from dualzoom import capture
    from dualzoom.errors import WriteError

    writing = WriteSettings(on_exists=on_exists)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, f"cannot be made ({error.strerror})", "choose another folder") from error
    for case in cases:
        for role, photo in case.inputs().items():
            name = f"{case.name}-{role}.png" if role else f"{case.name}.png"
            written = capture.write(photo, folder / name, writing)
            terminal.json({"output": str(written)}) if json else terminal.path(written)


def _tell(terminal: Terminal, protocol: "Protocol", one: "JudgedCase", json: bool) -> None:
    """Prints the notes of a case, and for scripts its scores at once: a break later loses nothing measured."""
    for result in one.results:
        for note in result.notes:
            terminal.note(f"{one.name}, {result.method.label}: {note}")
    for line in score_lines.lines(protocol, one) if json else ():
        terminal.json(line)


def _write_crops(
    terminal: Terminal,
    judged: "Sequence[JudgedCase]",
    picture: Path | None,
    writing: WriteSettings,
    json: bool,
) -> None:
    from dualzoom import capture
    from dualzoom.report.contact_sheet import column

    sheets = [one.sheet for one in judged if one.sheet is not None]
    if picture is not None and sheets:
        written = capture.write(capture.Photo(pixels=column(sheets)), picture, writing)
        terminal.json({"picture": str(written)}) if json else terminal.path(written)
