"""`dualzoom inspect WIDE TELE`: whether and where the tele matches, without zooming."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualzoom.cli import options
from dualzoom.cli.terminal import terminal_of
from dualzoom.errors import UsageError
from dualzoom.settings import WriteSettings

if TYPE_CHECKING:
    from dualzoom.capture.photo import Photo
    from dualzoom.reference import AlignedTele


def inspect(
    context: typer.Context,
    wide: options.Wide,
    tele: options.Tele,
    overlay: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw where the tele lies, and where it is believed.")
    ] = None,
    on_exists: options.Exists = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Say where TELE lies in WIDE, without zooming.

    Exit code 5 when it does not match. The homography takes pixels of the
    upright tele to pixels of the upright wide, centres at integers.
    """
    if overlay is not None and overlay.suffix.lower() != ".png":
        raise UsageError(overlay, "the overlay is a PNG", "end its name in .png")
    terminal = terminal_of(context)
    from dualzoom import capture
    from dualzoom.reference import build

    writing = WriteSettings(on_exists=on_exists)
    place = None if overlay is None else capture.destination(overlay, writing, inputs=[wide, tele])
    first, second = capture.read_pair(wide, tele)
    aligned = build(first, second)
    registration = aligned.registration
    for note in (*first.notes, *second.notes, *registration.notes):
        terminal.note(note)
    found = {
        "wide": str(wide),
        "tele": str(tele),
        **registration.to_json(),
        "colour": aligned.colour.to_json(),
    }
    if place is not None:
        picture = _overlay(first, aligned)
        found["overlay"] = str(capture.write(picture, place, writing, inputs=[wide, tele]))
    if json:
        terminal.json(found)
    else:
        for line in _lines(found):
            terminal.result(line)


def _overlay(wide: "Photo", aligned: "AlignedTele") -> "Photo":
    from dualzoom.capture import Metadata, Photo
    from dualzoom.cli.overlay import draw

    colours = Metadata(icc=wide.metadata.icc)  # no other metadata: this is no photograph
    drawn = draw(wide, aligned.warper, aligned.registration)
    return Photo(pixels=drawn, source=wide.source, metadata=colours)


def _lines(found: dict[str, Any]) -> list[str]:
    """Returns the facts for people, one a line."""
    median, p95 = found["parallax_px"]
    corners = ", ".join(f"({x:.0f}, {y:.0f})" for x, y in found["overlap"])
    lines = [
        f"match     {found['inliers']} of {found['matches']} points agree ({found['method']})",
        f"ratio     {found['ratio']:.2f} tele pixels to one of the wide",
        f"overlap   {corners}",
        f"parallax  {median:.2f} px median, {p95:.2f} px at 95 %",
        f"seconds   {sum(found['seconds'].values()):.1f}",
    ]
    return [*lines, f"overlay   {found['overlay']}"] if "overlay" in found else lines
