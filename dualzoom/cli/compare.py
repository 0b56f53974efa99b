"""`dualzoom compare BEFORE AFTER -o page.html`: two photos of one frame on one page, to look at and to pass on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualzoom.cli import options
from dualzoom.cli.side_outputs import Extras
from dualzoom.cli.terminal import terminal_of
from dualzoom.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def compare(
    context: typer.Context,
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A photo.", show_default=False)],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER", help="The same frame, of any size.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="HTML", help="The page.", show_default=False)
    ],
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="PNG", help="A map that `zoom --map` drew, to be shown, too."),
    ] = None,
    on_exists: options.Exists = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare two photos of the same frame on one page.

    The page holds everything itself and needs no network: both photos under a slider, the busiest places pixel by
    pixel, and what the files say. Prints the page's path.
    """
    terminal = terminal_of(context)
    wanted = Extras.asked(None, output, None, after)
    from dualzoom import capture
    from dualzoom.report import page

    inputs: list[Path | None] = [before, after, map_]
    place = wanted.settled(on_exists=on_exists, inputs=inputs).report
    if place is None:
        terminal.note(f"{output}: is there already, skipped")
        return
    first, second = capture.read(before), capture.read(after)
    contribution = None if map_ is None else _map(map_)
    if contribution is not None and contribution.shape != first.pixels.shape[:2]:
        raise UsageError(
            str(map_), f"it is no map of {before}: their sizes differ", "take that of the same zoom"
        )
    data = page(first, second, contribution=contribution)
    written = capture.write_text(data, place, on_exists, inputs=inputs)
    for note in (*first.notes, *second.notes):
        terminal.note(note)
    if json:
        terminal.json({"output": str(written), "before": str(before), "after": str(after)})
    else:
        terminal.path(written)


def _map(path: Path) -> "NDArray[np.uint8]":
    """Returns a grey picture as one channel of 8 bits."""
    import numpy as np

    from dualzoom import capture

    return np.asarray(capture.at_depth(capture.read(path).pixels, 8)[:, :, 0], np.uint8)
