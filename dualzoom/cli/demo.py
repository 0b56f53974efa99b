"""`dualzoom demo`: zoom a rendered pair whose truth is known, and say by how much it helped."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from dualzoom.cli import options
from dualzoom.cli.terminal import terminal_of
from dualzoom.settings import EngineSettings, WriteSettings, ZoomSettings

_FILES = ("wide.jpg", "tele.jpg", "truth.png", "zoomed.png", "crops.png")
_PLACES = ("whole", "inside", "outside")


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if missing.")] = Path(
        "dualzoom-demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Which street to render.")] = 7,
    model: options.Model = "auto",
    device: options.Device = "auto",
    on_exists: Annotated[
        Literal["error", "overwrite"], typer.Option("--on-exists", help="What to do with an earlier demo.")
    ] = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Zoom a rendered pair and compare with its exact truth.

    Writes both photos, the truth, the result and a sheet of crops. Prints PSNR in dB: of the whole frame, of
    what the tele saw (inside), and of the rest (outside).
    """
    terminal = terminal_of(context)
    import numpy as np

    from dualzoom import api, capture
    from dualzoom.cli import demo_pair
    from dualzoom.resampling import enlarge_bicubic
    from dualzoom.scene import render

    writing = WriteSettings(on_exists=on_exists)
    places = _places(folder, writing)
    with terminal.progress() as report:
        report("render", 0.0)
        scene = render(seed)
        for name, photo in demo_pair.photos(scene).items():
            capture.write(photo, places[name], writing)
        settings = ZoomSettings(engine=EngineSettings(device=device))
        wide, tele = places["wide.jpg"], places["tele.jpg"]
        result = api.zoom(wide, tele, model=model, settings=settings, progress=report)
        report("compare", 0.0)
        plain = enlarge_bicubic(
            np.asarray(capture.read(wide).pixels, np.uint8)
        )  # of the same file that we got
        pictures = {"bicubic": plain, "dualzoom": result.photo.pixels}
        capture.write(result.photo, places["zoomed.png"], writing)
        crops = demo_pair.crops(scene, pictures)
        capture.write(crops, places["crops.png"], writing)
    for note in result.notes:
        terminal.note(note)
    psnr = {name: demo_pair.psnr_by_place(picture, scene) for name, picture in pictures.items()}
    if json:
        files = {Path(name).stem: str(place) for name, place in places.items()}
        terminal.json({**files, "psnr": psnr, "result": result.to_json()})
        return
    terminal.result(f"{'PSNR, dB':12}" + "".join(f"{place:>9}" for place in _PLACES))
    for name, scores in psnr.items():
        terminal.result(f"{name:12}" + "".join(f"{scores[place]:9.2f}" for place in _PLACES))
    for name in ("zoomed.png", "crops.png"):
        terminal.path(places[name])


def _places(folder: Path, writing: WriteSettings) -> dict[str, Path]:
    """Finds the place of every file before the first is written; raises WriteError."""
    from dualzoom import capture
    from dualzoom.errors import WriteError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, f"cannot be made ({error.strerror})", "choose another folder") from error
    places = {name: capture.destination(folder / name, writing) for name in _FILES}
    return {name: place for name, place in places.items() if place is not None}
