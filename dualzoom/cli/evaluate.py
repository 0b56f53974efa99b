"""`dualzoom evaluate SOURCE…`: measures methods on the user's own photos, in numbers and crops."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from dualzoom.cli import evaluate_page, evaluate_work, options, sources
from dualzoom.cli.evaluate_options import (
    Ablation,
    MethodName,
    PhoneName,
    Rectangle,
    ResultsFolder,
    chosen_methods,
    parse_folder,
    parse_rectangle,
)
from dualzoom.cli.terminal import terminal_of
from dualzoom.errors import UsageError
from dualzoom.settings import CalibrationSettings, WriteSettings


def evaluate(
    context: typer.Context,
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            help="Folders, CSV tables or photos of pairs; of sharp photos (single, phone).",
            show_default=False,
        ),
    ],
    protocol: Annotated[
        Literal["halved", "full", "single", "phone"], typer.Option(help="How to judge; see above.")
    ] = "halved",
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="A model's name or file; several give rows for each."),
    ] = None,
    row: Annotated[
        list[MethodName] | None, typer.Option(help="Methods to compare. [default: all that the protocol has]")
    ] = None,
    results: Annotated[
        list[ResultsFolder] | None,
        typer.Option(
            parser=parse_folder,
            metavar="LABEL=FOLDER",
            help="A row of another program's results, NAME.*; its costs.csv, too.",
        ),
    ] = None,
    ablation: Annotated[
        list[Ablation] | None, typer.Option(help="A row of ours without that part, with the same weights.")
    ] = None,
    calibrate: options.Calibrate = None,
    tta: options.Tta = False,
    rectangle: Annotated[
        Rectangle | None,
        typer.Option(
            parser=parse_rectangle,
            metavar="X,Y,W,H",
            help="What is inside, in pixels of the stored wide. [default: what the tele sees]",
        ),
    ] = None,
    withhold: Annotated[
        bool,
        typer.Option("--withhold", help="full: hide half of the tele, and judge there; each half once."),
    ] = False,
    phone: Annotated[
        list[PhoneName] | None, typer.Option(help="phone: only these simulated cameras. [default: all]")
    ] = None,
    text: Annotated[
        bool,
        typer.Option("--text", help="How many letters a program can read again; phone: on a board, too."),
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Write crops of all rows, side by side.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="Write a page: the scores, and places of all rows side by side."),
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
    energy (1: the tele's), and PSNR of the result, made small again, against the wide: of tones, and of single pixels.
    single: photos halved by area, without a tele; PSNR and SSIM. phone: simulated phones of several kinds take each
    photo, which is the truth; PSNR, also by camera and where it is worst.

    border says whether the outline of the tele's view shows: how much sharper the result is inside it than outside,
    over what the scene itself has there (1: invisible; without a truth only good for comparing results of one pair).

    text is the share of characters that a program (RapidOCR) reads again: of those that it reads in the truth, under
    full in the tele; letters says how many these are.

    What a loss is worth shows with weights trained without it: --model a.safetensors --model b.safetensors.
    """
    terminal = terminal_of(context)
    only = {"--rectangle": rectangle, "--withhold": withhold, "--phone": phone}
    chosen = chosen_methods(protocol, row, ablation, only)
    if text and withhold:
        raise UsageError("--text", "half of a tele is not read", "leave out --withhold")
    lone = protocol in ("single", "phone")
    found = sources.photos(places) if lone else sources.named(sources.pairs(terminal, places))
    from dualzoom import capture
    from dualzoom.evaluation import protocols
    from dualzoom.geometry import Region
    from dualzoom.metrics import legibility

    inside = (
        None if rectangle is None else Region(rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    )
    phones = protocols.phones_named([name.value for name in phone or ()])
    asked = protocols.ProtocolOptions(rectangle=inside, withhold=withhold, phones=phones, text=text)
    cases = protocols.cases(protocol, found, asked)
    if inputs is not None:
        evaluate_work.write_inputs(terminal, cases, inputs, on_exists, json)
        return
    if text:
        legibility.reader()  # missing packages show now
    writing = WriteSettings(on_exists=on_exists)
    originals = [path for pair in found for path in (pair.wide, pair.tele)]
    crops = None if picture is None else capture.destination(picture, writing, inputs=originals)
    if picture is not None and crops is None:
        terminal.note(f"{picture}: is there already, skipped")
    sheet = evaluate_page.place(terminal, page, on_exists, originals)
    names = [case.name for case in cases]
    if calibrate is None and protocol == "halved":
        calibrate = CalibrationSettings(seconds=0.0)  # the wide itself is the truth, not what the tele shows
    methods = evaluate_work.make_methods(
        names, chosen, results, model, ablation, calibrate, tta, device, tile
    )
    evaluate_work.judge(terminal, protocol, cases, methods, crops, sheet, writing, json)
