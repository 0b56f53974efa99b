"""`dualzoom train PHOTOS…`: trains weights on the user's own sharp photographs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dualzoom.cli import options, paths
from dualzoom.cli.terminal import first_process, terminal_of

if TYPE_CHECKING:
    from dualzoom.training.train import TrainReport


def train(
    context: typer.Context,
    photos: Annotated[
        list[Path],
        typer.Argument(metavar="PHOTOS", help="Sharp photographs, or folders.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The .safetensors file to write.", show_default=False)
    ],
    config: Annotated[Path | None, typer.Option(metavar="TOML", help="How to train; see README.md.")] = None,
    device: options.Device = "auto",
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Stop then, keeping a checkpoint; with --schedule time: of the whole run. [default: never]",
        ),
    ] = None,
    schedule: Annotated[
        Literal["steps", "time"] | None,
        typer.Option(help="What ends the run: its steps, or --minutes with weights written by then."),
    ] = None,
    piece: Annotated[
        float | None,
        typer.Option(
            min=0.0, metavar="MINUTES", help="Stop this piece of a run then; --resume does the next."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run to OUTPUT stopped.")] = False,
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Train weights on pairs simulated from PHOTOS.

    The state of the run lies beside the output; --resume takes it up. Prints the path of the weights.
    """
    paths.check_weights(output, may_exist=resume)
    from dualzoom.engine import choose_device
    from dualzoom.training.config import TrainConfig, load_config, timed
    from dualzoom.training.train import run

    terminal = terminal_of(context)
    settings = TrainConfig() if config is None else load_config(config)
    settings, piece = timed(settings, schedule, minutes, piece)
    with terminal.progress() as bar:

        def report(state: "TrainReport") -> None:
            bar("train", state.step / state.steps)
            if state.psnr is not None:
                rows = ", ".join(f"{name} {value:.2f} dB" for name, value in state.psnr.items())
                terminal.note(f"step {state.step}: loss {state.loss:.5f}, {rows}")

        chosen = choose_device(device)
        written = run(photos, settings, output, resume=resume, minutes=piece, device=chosen, progress=report)
    if not first_process():
        return
    if written is None:
        terminal.note(f"{output}: not finished; the same command with --resume goes on")
    elif json:
        terminal.json({"output": str(written)})
    else:
        terminal.path(written)
