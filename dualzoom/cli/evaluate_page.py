"""The page that `evaluate` writes: the scores, and the same places of all rows side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom.cli import options, score_table, score_words
from dualzoom.cli.side_outputs import Extras
from dualzoom.cli.terminal import Terminal
from dualzoom.settings import WriteSettings

if TYPE_CHECKING:
    from dualzoom.evaluation.case import Protocol
    from dualzoom.evaluation.run import JudgedCase


def place(
    terminal: Terminal, page: Path | None, on_exists: options.Exists, inputs: "Sequence[Path | None]"
) -> Path | None:
    """Settles where the page goes, before the work; None: not wanted, or there already.

    Raises WriteError, UsageError.
    """
    if page is None:
        return None
    settled = Extras.asked(None, page, None, page).settled(on_exists=on_exists, inputs=list(inputs)).report
    if settled is None:
        terminal.note(f"{page}: is there already, skipped")
    return settled


def write(
    terminal: Terminal,
    protocol: "Protocol",
    judged: "Sequence[JudgedCase]",
    page: Path | None,
    writing: WriteSettings,
    json: bool,
) -> None:
    """Writes the page where one is wanted. Raises WriteError."""
    if page is None:
        return
    from dualzoom import capture
    from dualzoom.report.side_by_side import side_by_side

    labels = ", ".join(result.method.label for result in judged[0].results)
    remarks = (
        "The places were chosen on the photos before anything was enlarged: the busiest of each third of the tele's "
        "view, and one outside.",
        "Pixels are shown as the files store them, without their colour profiles. On a screen that enlarges pages, "
        "100 % is right when the browser's zoom makes up for it (50 % on a screen set to 200 %).",
        *score_words.meanings(judged),
    )
    data = side_by_side(
        f"{protocol}: {labels}",
        score_table.tables(protocol, judged),
        {one.name: one.panels for one in judged},
        remarks,
    )
    written = capture.write_text(data, page, writing.on_exists, inputs=())
    terminal.json({"page": str(written)}) if json else terminal.path(written)
