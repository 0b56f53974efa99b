"""`dualzoom batch SOURCE… -o DIR`: many pairs, each done once, here or by the workers of a cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualzoom.cli import advice, batch_run, options, paths
from dualzoom.cli.batch_view import BatchView
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.cli.zooming import DEFAULTS, Zooming, with_zooming
from dualzoom.errors import BatchError, UsageError

if TYPE_CHECKING:
    from dualzoom.batch.events import Event
    from dualzoom.batch.names import Job


@with_zooming
def batch(
    context: typer.Context,
    source: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            help="A folder, a table (CSV or TSV: wide,tele[,tele2…][,frames][,name]), a glob, or photos.",
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
    bursts: Annotated[
        bool,
        typer.Option(
            "--bursts/--no-bursts", help="Merge the photos of a burst into the wide that stands for them."
        ),
    ] = True,
    all_lenses: Annotated[
        bool,
        typer.Option(
            "--all-lenses/--two-lenses", help="Make one result of a shot by three lenses, or pair by twos."
        ),
    ] = True,
    recursive: Annotated[
        bool,
        typer.Option("--recursive/--no-recursive", help="Search the folders inside a folder, too."),
    ] = True,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let the workers of this dask scheduler do the work. Whoever controls the scheduler or reaches it "
            "over its network can run code here: use only those you trust.",
        ),
    ] = None,
    scheduler_tls: Annotated[
        tuple[Path, Path, Path] | None,
        typer.Option(
            metavar="CA CERT KEY",
            help="Connect encrypted (tls://…): PEM files of the authority, and of our certificate and key.",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Also write a line for each pair: files, how teles and frames were used, errors.",
        ),
    ] = None,
    how: Zooming = DEFAULTS,
    on_exists: Annotated[
        Literal["error", "skip", "overwrite"],
        typer.Option("--on-exists", help="What to do where a file that is not of this batch is in the way."),
    ] = "error",
    json: options.Json = False,
    print0: options.Print0 = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Zoom many pairs into DIR.

    Pairs are found by names: NAME-wide with NAME-tele (or with _), or folders wide/ and tele/ with equal names. What
    is named otherwise is paired by its metadata: the same camera, at most --max-gap SECONDS apart, the tele with at
    least 1.3 times the focal length; the nearest in time first. Edited copies go only with photos edited alike.
    A burst, known by its marks, names or moments, becomes one wide with its frames, even without a tele. Photos by
    three lenses or more at one moment become one result, of the widest. Folders are searched with all below them,
    except hidden ones and results. A table says the pairs itself, with commas, semicolons or tabs; paths count from its
    folder. Photos without a partner are listed with the reason.

    A pair that fails does not stop the others; the exit code is 3 then. The same command again does only what is
    new or changed. Prints the path of each result.
    """
    terminal = terminal_of(context)
    from dualzoom.pairing import pairs

    found = pairs.find(
        source[0] if len(source) == 1 else source,
        max_gap_s=max_gap,
        alone=alone,
        deep=recursive,
        leave_out=output,
        bursts=bursts,
        lenses=all_lenses,
    )
    for note in (*(f"{item.path}: {item.reason}" for item in found.odd), *found.notes):
        terminal.note(note)
    settings, writing = how.settings(), how.writing(on_exists, named=False)
    if not found.pairs:
        reason = f"there are no pairs ({len(found.odd)} photos without a partner)"
        raise UsageError(source[0], reason, "dualzoom batch --help says how pairs are found")
    if scheduler_tls is not None and scheduler is None:
        raise UsageError("--scheduler-tls", "there is no scheduler to connect to", "name it by --scheduler")
    if scheduler:  # workers run in folders of their own
        found, output = found.absolute(), output.absolute()
    mark = paths.mark(settings.framing)
    jobs = batch_run.plan(found, output, template, writing, how.model, mark, settings.framing)
    place = batch_run.table_place(table, jobs, on_exists)
    if dry_run:
        batch_run.write_table(place, [_preview(terminal, job, json) for job in jobs])
        return
    view = BatchView(terminal, len(jobs), json=json)
    spec = batch_run.spec(how.model, settings, writing)
    try:
        batch_run.run(jobs, output, spec, view, scheduler, scheduler_tls, retry_failed)
    finally:
        batch_run.write_table(place, view.events)
    view.summary(len(found.odd))
    if view.failed:
        terminal.failure_told = True  # by the lines of its pairs
        step = "mend them and run the same command again, or add --retry-failed"
        raise BatchError(output, f"{len(view.failed)} of {len(jobs)} pairs failed", step)


def _preview(terminal: Terminal, job: "Job", json: bool) -> "Event":
    from dualzoom.batch.events import Event

    pair = job.pair
    event = Event(state="planned" if job.refused is None else "failed", job=job, error=job.refused)
    if json:
        refused = {} if job.refused is None else {"error": advice.facts(job.refused, terminal.options)}
        terminal.json({**event.to_json(), **refused})
    elif job.refused is not None:
        line = advice.line(job.refused, terminal.options)
        terminal.note(f"{pair.wide} + {pair.tele or 'no tele'} will be refused: {line}")
    else:
        others = [*map(str, pair.teles)] or ["no tele"]
        others += [f"{len(pair.frames)} frames of its burst"] if pair.frames else []
        terminal.result(f"{pair.wide} + {' + '.join(others)} → {job.output}")
    return event
