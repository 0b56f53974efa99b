"""`dualzoom batch SOURCE… -o DIR`: many pairs, each done once, here or by the workers of a cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualzoom.cli import options, paths
from dualzoom.cli.batch_view import View
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.errors import BatchError, UsageError
from dualzoom.settings import (
    CalibrationSettings,
    EngineSettings,
    Format,
    FramingSettings,
    TilingSettings,
    WriteSettings,
    ZoomSettings,
)

if TYPE_CHECKING:
    from dualzoom.batch.batch_spec import BatchSpec
    from dualzoom.batch.names import Job
    from dualzoom.pairing.pairs import Pairing


def batch(
    context: typer.Context,
    source: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            help="A folder, a CSV (wide,tele[,name]), a glob, or photos.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder of the results; made if missing.",
            show_default=False,
        ),
    ],
    template: Annotated[
        str, typer.Option(help="Names of the results: {stem} {name} {date} {model} {scale}.")
    ] = "{stem}-{scale}",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the pairs and names.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what failed in an earlier run.")
    ] = False,
    alone: Annotated[bool, typer.Option("--alone", help="Enlarge photos without a tele, too.")] = False,
    max_gap: Annotated[
        float,
        typer.Option(
            min=0.0, metavar="SECONDS", help="Between the two photos, when paired by their moments."
        ),
    ] = 30.0,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let the workers of this dask scheduler do the work."),
    ] = None,
    model: options.Model = "auto",
    device: options.Device = "auto",
    tile: options.Tile = None,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            parser=options.parse_format,
            metavar="jpeg|png|tiff",
            help="The format. [default: that of the wide]",
        ),
    ] = None,
    quality: Annotated[int, typer.Option(min=1, max=100, help="JPEG quality.")] = WriteSettings.quality,
    bit_depth: Annotated[
        int | None,
        typer.Option(
            parser=options.parse_bit_depth, metavar="8|16", help="Bits. [default: those of the wide]"
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the tele's detail to take; 0 is none.")
    ] = ZoomSettings.strength,
    calibrate: options.Calibrate = None,
    tta: options.Tta = False,
    at: options.At = None,
    long_side: options.LongSide = None,
    metadata: options.Metadata = ZoomSettings.metadata,
    linear: options.Linear = False,
    on_exists: Annotated[
        Literal["error", "skip", "overwrite"],
        typer.Option("--on-exists", help="What to do where a file that is not of this batch is in the way."),
    ] = "error",
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Zoom many pairs into DIR.

    A pair that fails does not stop the others; the exit code is 3 then. The same command again does only what is
    new or changed. Prints the path of each result.
    """
    terminal = terminal_of(context)
    from dualzoom.pairing import pairs

    found = pairs.find(source[0] if len(source) == 1 else source, max_gap_s=max_gap, alone=alone)
    for item in found.odd:
        terminal.note(f"{item.path}: {item.reason}")
    settings = ZoomSettings(
        strength=strength,
        tta=tta,
        calibration=calibrate or CalibrationSettings(),
        bit_depth=16 if linear and bit_depth is None else bit_depth,
        metadata=metadata,
        framing=FramingSettings(at=at, long_side_px=long_side),
        tiling=TilingSettings(tile_px=tile),
        engine=EngineSettings(device=device),
    )
    form = "tiff" if linear and format_ is None else format_
    writing = WriteSettings(
        format=form, quality=quality, bit_depth=bit_depth, on_exists=on_exists, linear=linear
    )
    if not found.pairs:
        reason = f"there are no pairs ({len(found.odd)} photos without a partner)"
        raise UsageError(source[0], reason, "see --help for how pairs are found")
    if scheduler:  # workers run in folders of their own
        found, output = found.absolute(), output.absolute()
    jobs = _jobs(found, output, template, writing, model, paths.mark(settings.framing))
    if dry_run:
        _preview(terminal, jobs, json)
        return
    view = View(terminal, len(jobs), json=json)
    _run(jobs, output, _spec(model, settings, writing), view, scheduler, retry_failed)
    view.summary(len(found.odd))
    if view.failed:
        step = "mend them and run the same command again, or add --retry-failed"
        raise BatchError(output, f"{len(view.failed)} of {len(jobs)} pairs failed", step)


def _jobs(
    found: "Pairing", folder: Path, template: str, writing: WriteSettings, model: str, scale: str
) -> "list[Job]":
    from dualzoom.batch import names

    if "{model}" in template:  # what "auto" means takes seconds to load, and a preview should be quick
        from dualzoom.network import weights

        model = weights.resolve(model)
    called = Path(model).stem
    jobs = names.plan(found.pairs, folder, template, writing, model=called, scale=scale)
    return sorted(jobs, key=lambda job: job.pair.tele is None)  # lone photos profit from what pairs teach


def _preview(terminal: Terminal, jobs: "list[Job]", json: bool) -> None:
    for job in jobs:
        pair, tele = job.pair, job.pair.tele
        if json:
            inputs = {"name": pair.name, "wide": str(pair.wide), "tele": None if tele is None else str(tele)}
            terminal.json({**inputs, "output": str(job.output)})
        else:
            terminal.result(f"{pair.wide} + {tele or 'no tele'} → {job.output}")


def _spec(model: str, settings: ZoomSettings, writing: WriteSettings) -> "BatchSpec":
    from dualzoom.batch.batch_spec import BatchSpec
    from dualzoom.batch.worker import model_sha256
    from dualzoom.network import weights
    from dualzoom.version import installed_version

    return BatchSpec(
        model=weights.resolve(model),
        model_sha256=model_sha256(model),
        version=installed_version(),
        settings=settings,
        writing=writing,
    )


def _run(
    jobs: "list[Job]", folder: Path, spec: "BatchSpec", view: View, scheduler: str | None, retry_failed: bool
) -> None:
    from dualzoom.batch.coordinator import Coordinator

    over = False
    try:
        with view, Coordinator(folder, spec, view.tell, retry_failed=retry_failed) as coordinator:
            view.note_damage(coordinator.journal.path, coordinator.journal.damaged_lines)
            if scheduler is not None:
                from dualzoom.batch import cluster

                cluster.run(jobs, coordinator, scheduler)
            else:
                from dualzoom.batch.runner import Runner
                from dualzoom.batch.worker import Worker

                Runner(coordinator, Worker(spec), view.begin, view.progress).run(jobs)
        over = True
    finally:
        if not over and any(view.counts.values()):
            view.interrupted()
