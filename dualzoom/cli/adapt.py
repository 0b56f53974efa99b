"""`dualzoom adapt PAIRS…`: weights for one's own camera, from its own pairs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualzoom.cli import options, paths, sources
from dualzoom.cli.terminal import Terminal, first_process, terminal_of
from dualzoom.errors import UsageError
from dualzoom.settings import WriteSettings
from dualzoom.stopwatch import Progress

if TYPE_CHECKING:
    from dualzoom.capture.photo import Photo
    from dualzoom.pairing.photo_pair import PhotoPair
    from dualzoom.training.adapt.loop import AdaptReport
    from dualzoom.training.adapt.run import RunResult
    from dualzoom.training.adapt.validation import Scores

_INTERRUPTED = 130


def adapt(
    context: typer.Context,
    pairs: Annotated[
        list[Path],
        typer.Argument(metavar="PAIRS", help="Folders, CSV tables or photos of pairs.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The .safetensors file to write.", show_default=False),
    ] = None,
    model: options.Model = "auto",
    device: options.Device = "auto",
    precision: options.Computing = "auto",
    steps: Annotated[
        int | None, typer.Option(min=0, help="At most so many steps. [default: until nothing is gained]")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.0, help="Stop then, with the best so far. [default: never]")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same result on one device.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run to OUTPUT stopped.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the pairs.")] = False,
    always_write: Annotated[
        bool, typer.Option("--always-write", help="Write the unchanged weights if nothing beats them.")
    ] = False,
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Adapt the weights to the camera that took PAIRS.

    A part of the photos is held out to judge; if nothing beats the starting weights, nothing is written. Ctrl-C
    keeps the best so far. Prints the path of the weights; a picture of crops before and after lies beside it.
    """
    terminal = terminal_of(context)
    terminal.quiet = terminal.quiet or not first_process()
    found = sources.pairs(terminal, pairs)
    if dry_run:
        _list(terminal, found, json)
        return
    if output is None:
        raise UsageError("--output", "is missing", "say which .safetensors file to write, or use --dry-run")
    paths.check_weights(output, may_exist=resume)
    from dualzoom import capture

    picture = output.with_name(f"{output.stem}-report.png")
    writing = WriteSettings(on_exists="overwrite" if resume else "error")
    capture.destination(picture, writing)  # before the work, not after it
    from dualzoom.network.precision import using

    with using(precision):
        run = _run(terminal, found, output, model, device, steps, seed, minutes, resume, always_write)
    if not run.leads:
        return
    if run.sheet is not None:
        capture.write(capture.Photo(pixels=run.sheet), picture, writing)
    _tell(terminal, run, output, picture, json)
    if run.adapted.stopped == "interrupted":
        terminal.failure_told = True
        raise typer.Exit(_INTERRUPTED)


def _list(terminal: Terminal, pairs: "Sequence[PhotoPair]", json: bool) -> None:
    for pair in pairs:
        if json:
            terminal.json({"name": pair.name, "wide": str(pair.wide), "tele": str(pair.tele)})
        else:
            terminal.result(f"{pair.name}  {pair.wide}  {pair.tele}")


def _run(
    terminal: Terminal,
    pairs: "Sequence[PhotoPair]",
    output: Path,
    model: str,
    device: str,
    steps: int | None,
    seed: int | None,
    minutes: float | None,
    resume: bool,
    always_write: bool,
) -> "RunResult":
    from dualzoom.engine import choose_device
    from dualzoom.network import weights
    from dualzoom.training.adapt.config import AdaptConfig
    from dualzoom.training.adapt.gather import PairSource
    from dualzoom.training.adapt.run import run

    config = AdaptConfig()
    config = replace(
        config,
        steps=config.steps if steps is None else steps,
        seed=config.seed if seed is None else seed,
    )
    readers = [PairSource(name=pair.name, read=_reader(pair)) for pair in pairs]
    with terminal.progress() as bar:
        return run(
            readers,
            output,
            config,
            model=weights.resolve(model),
            device=choose_device(device),
            minutes=minutes,
            resume=resume,
            always_write=always_write,
            progress=_listener(terminal, bar),
        )


def _reader(pair: "PhotoPair") -> "Callable[[], tuple[Photo, Photo]]":
    from dualzoom import capture

    assert pair.tele is not None
    tele = pair.tele
    return lambda: capture.read_pair(pair.wide, tele)


def _listener(terminal: Terminal, bar: Progress) -> "Callable[[str, float, AdaptReport | None], None]":
    """Draws the bar, and says both held-out scores whenever they are new."""

    def listen(stage: str, fraction: float, report: "AdaptReport | None") -> None:
        bar(stage, fraction)
        if report is not None and report.now is not None:
            terminal.note(f"step {report.step}: {_change(report.start, report.now)}")

    return listen


def _change(start: "Scores", now: "Scores") -> str:
    """Returns the held-out scores before and after, in words."""
    return (
        f"held-out tele {now.tele_db:.2f} dB ({now.tele_db - start.tele_db:+.2f}), "
        f"detail {now.detail:.3f} ({now.detail - start.detail:+.3f}), "
        f"energy {now.energy:.2f} ({now.energy - start.energy:+.2f}), tones {now.consistency_db:.1f} dB"
    )


def _tell(
    terminal: Terminal,
    run: "RunResult",
    output: Path,
    picture: Path,
    json: bool,
) -> None:
    """Notes to stderr; the result, if there is one, to stdout."""
    result = run.adapted
    for name, reason in run.left_out:
        terminal.note(f"{name}: left out; {reason}")
    if result.improved:
        gained = _change(result.before, result.after)
        terminal.note(f"{run.pairs} pairs, {result.steps} steps: {gained}")
    else:
        kept = "written unchanged" if run.written else "nothing is written"
        terminal.note(f"{output}: nothing beat the starting weights on the held-out tiles; {kept}")
    if result.refused is not None:
        refused = _change(result.before, result.refused)
        terminal.note(
            f"{output}: nearer to the tele, but refused for the tones' or the detail's sake: {refused}"
        )
    if result.stopped in ("minutes", "interrupted"):
        terminal.note(f"{output}: the same command with --resume goes on")
    if json:
        terminal.json(_facts(run, picture))
    elif run.written:
        terminal.path(run.written)


def _facts(run: "RunResult", picture: Path) -> dict[str, Any]:
    result = run.adapted
    return {
        "output": None if run.written is None else str(run.written),
        "report": None if run.sheet is None else str(picture),
        "improved": result.improved,
        "pairs": run.pairs,
        "tiles": run.tiles,
        "left_out": [{"name": name, "reason": reason} for name, reason in run.left_out],
        "steps": result.steps,
        "stopped": result.stopped,
        "before": result.before.to_json(),
        "after": result.after.to_json(),
        "refused": None if result.refused is None else result.refused.to_json(),
    }
