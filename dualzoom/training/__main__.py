"""`python -m dualzoom.training PHOTOS… -o OUTPUT`: `dualzoom train` for a machine that has little but torch.

Needs torch, numpy, OpenCV and safetensors; the full command needs all that the tool reads photos and talks with.
"""

import argparse
import os
import sys
from pathlib import Path

import torch

from dualzoom.errors import DualzoomError
from dualzoom.training.config import TrainConfig, load_config, timed
from dualzoom.training.train import TrainReport, run


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dualzoom.training", description="Train weights on pairs simulated from photographs."
    )
    parser.add_argument(
        "photos", nargs="+", type=Path, metavar="PHOTOS", help="sharp photographs, or folders"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="the .safetensors file to write")
    parser.add_argument("--config", type=Path, metavar="TOML", help="how to train")
    parser.add_argument(
        "--device", type=torch.device, help="cpu, cuda, cuda:N or mps; a GPU where there is one"
    )
    parser.add_argument("--minutes", type=float, help="stop then; with --schedule time: of the whole run")
    parser.add_argument("--schedule", choices=("steps", "time"), help="what ends the run")
    parser.add_argument("--piece", type=float, metavar="MINUTES", help="stop this piece of a run then")
    parser.add_argument("--resume", action="store_true", help="go on where a run to OUTPUT stopped")
    return parser.parse_args(words)


def _report(state: TrainReport) -> None:
    scores = "".join(f", {name} {value:.2f} dB" for name, value in (state.psnr or {}).items())
    line = f"step {state.step} of {state.steps}: loss {state.loss:.5f}, {state.samples_per_s:.0f} samples/s{scores}"
    sys.stderr.write(line + "\n")


def main(words: list[str] | None = None) -> int:
    """Trains; returns the exit code, as `dualzoom train` has it."""
    given = _arguments(words)
    try:
        config = TrainConfig() if given.config is None else load_config(given.config)
        config, piece = timed(config, given.schedule, given.minutes, given.piece)
        written = run(
            given.photos,
            config,
            given.output,
            resume=given.resume,
            minutes=piece,
            device=given.device,
            progress=_report,
        )
    except DualzoomError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    if os.environ.get("RANK", "0") != "0":  # of several processes the first one tells
        return 0
    if written is None:
        sys.stderr.write(f"{given.output}: not finished; the same command with --resume goes on\n")
    else:
        sys.stdout.write(f"{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
