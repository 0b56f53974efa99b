"""`dualzoom inspect WIDE TELE`: whether and where the tele matches, without zooming."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualzoom.cli import options, paths
from dualzoom.cli.terminal import terminal_of
from dualzoom.errors import UsageError
from dualzoom.settings import OnExists, WriteSettings

if TYPE_CHECKING:
    from dualzoom.capture.photo import Photo
    from dualzoom.registration import Registration, Warper


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
    if overlay is not None and paths.format_of(overlay) != "png":
        raise UsageError(overlay, "the overlay is a PNG", "end its name in .png")
    terminal = terminal_of(context)
    from dualzoom import capture
    from dualzoom.registration import Warper, register
    from dualzoom.tiling.reference import fit_colour

    first, second = capture.read_pair(wide, tele)
    registration = register(first, second)
    warper = Warper(capture.to_wide_space(second, first).pixels, registration)
    colour = fit_colour(first.pixels, warper, registration)
    found = {
        "wide": str(wide),
        "tele": str(tele),
        **registration.to_json(),
        "colour": colour.to_json(),
    }
    if overlay is not None:
        found["overlay"] = _draw(first, warper, registration, overlay, [wide, tele], on_exists)
    if json:
        terminal.json(found)
    else:
        for line in _lines(found):
            terminal.result(line)


def _draw(
    wide: "Photo",
    warper: "Warper",
    registration: "Registration",
    path: Path,
    inputs: list[Path],
    on_exists: OnExists,
) -> str | None:
    """The file written, or None where one is there and is to stay."""
    from dualzoom import capture
    from dualzoom.capture.photo import Metadata
    from dualzoom.cli.overlay import draw

    settings = WriteSettings(on_exists=on_exists)
    if capture.destination(path, settings, inputs=inputs) is None:
        return None
    colours = Metadata(icc=wide.metadata.icc)  # and nothing else: this is no photograph
    picture = replace(wide, pixels=draw(wide, warper, registration), metadata=colours)
    return str(capture.write(picture, path, settings, inputs=inputs))


def _lines(found: dict[str, Any]) -> list[str]:
    """What a person wants to know, one fact a line."""
    median, p95 = found["parallax_px"]
    corners = ", ".join(f"({x:.0f}, {y:.0f})" for x, y in found["overlap"])
    lines = [
        f"match     {found['inliers']} of {found['matches']} points agree ({found['method']})",
        f"ratio     {found['ratio']:.2f} tele pixels to one of the wide",
        f"overlap   {corners}",
        f"parallax  {median:.2f} px median, {p95:.2f} px at 95 %",
        f"seconds   {sum(found['seconds'].values()):.1f}",
    ]
    return [*lines, f"overlay   {found['overlay']}"] if found.get("overlay") else lines
