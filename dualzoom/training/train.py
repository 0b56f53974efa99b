"""Train a network on simulated captures; stop and resume at any step, to the bit.

    photographs ─► batches (simulate, in workers) ─► step: objective ─► EMA ─► checkpoint ─► estimator ─► weights

Under torchrun each process simulates and learns from its share of every batch; the first one validates and writes.
"""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dualzoom.errors import UsageError
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.precision import channels_last
from dualzoom.network.registry import build_network, describe
from dualzoom.training import checkpoint, parallel, run_log
from dualzoom.training.batches import Batch, batches
from dualzoom.training.config import TrainConfig
from dualzoom.training.estimate import train_estimator
from dualzoom.training.learner import Learner
from dualzoom.training.objective import objective
from dualzoom.training.parallel import Group
from dualzoom.training.photos import PhotoPool, find_photos, split
from dualzoom.training.validate import Validation


@dataclass(frozen=True, kw_only=True)
class TrainReport:
    """How training stands: `loss` is the mean ℓ1 since the last report; `psnr` holds validation rows when new."""

    step: int
    steps: int
    loss: float
    samples_per_s: float
    psnr: dict[str, float] | None = None


Progress = Callable[[TrainReport], None]


class Trainer(Learner):
    """A learner on simulated batches."""

    def __init__(self, config: TrainConfig, device: torch.device, group: Group | None = None) -> None:
        torch.manual_seed(config.seed)
        start = config.start_from
        network = build_network(dict(config.network))
        if start:
            begun = weights.load(start).module
            if begun.config != network.config:
                raise UsageError(start, "is another network than [network] says", f"it is {begun.config}")
            network = begun
        super().__init__(
            network, device, learning_rate=config.learning_rate, ema=config.ema, group=group or Group()
        )
        self.config = config
        if config.compile and not any(map(shutil.which, (os.environ.get("CXX", "g++"), "clang++"))):
            raise UsageError(
                "compile = true", "needs a C++ compiler", "install g++, or leave the setting out"
            )
        self.forward = torch.compile(self.network) if config.compile else self.network

    def learning_rate(self) -> float:
        """Linear warm-up, then cosine decay to zero at the last step."""
        config = self.config
        warm = min(1.0, (self.step + 1) / config.warmup_steps)
        return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * self.step / config.steps))

    def train_step(self, batch: Batch) -> Tensor:
        """Take one optimizer step on this process's share of a batch; returns the whole batch's ℓ1 (on the device)."""
        batch = batch.to(self.device)
        loss, l1 = objective(self.network, self.forward, batch, self.step, self.config.loss)
        self.descend(loss, self.learning_rate(), self.config.gradient_clip)
        return self.group.mean(l1)

    def averaged(self) -> RestorationNetwork:
        """A copy of the network with the averaged weights, in eval mode."""
        network = build_network(dict(self.config.network))
        network.load_state_dict(self.average)
        return channels_last(network, self.device).eval()

    def save(self, folder: Path) -> None:
        """Write a checkpoint."""
        checkpoint.save(folder, self.step, self.tensors(), {"config": asdict(self.config)})

    def restore(self, path: Path) -> None:
        """Continue from the checkpoint at `path`."""
        tensors, state = checkpoint.load(path, self.device)
        self.take_up(tensors, int(state["step"]))


def run(
    photos: Sequence[Path],
    config: TrainConfig,
    output: Path,
    *,
    resume: bool = False,
    minutes: float | None = None,
    device: torch.device | None = None,
    progress: Progress | None = None,
) -> Path | None:
    """Train on photographs (files or folders) and write `output` (.safetensors, .json) at the last step.

    The run's state lives beside it in `<output>.run/`; `resume` takes up the newest checkpoint there, `minutes`
    stops early with a checkpoint and returns None. Raises UsageError, CaptureError, WeightsError, WriteError.
    """
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    group, device = parallel.join(config.batch, device)
    try:
        return _run(photos, config, output, resume, minutes, device, group, progress)
    finally:
        parallel.leave()


def _run(
    photos: Sequence[Path],
    config: TrainConfig,
    output: Path,
    resume: bool,
    minutes: float | None,
    device: torch.device,
    group: Group,
    progress: Progress | None,
) -> Path | None:
    folder = output.with_suffix(".run")
    training, held_out = split(find_photos(photos), config.held_out_every)
    trainer = Trainer(config, device, group)
    newest = checkpoint.latest(folder) if resume else None
    if newest:
        trainer.restore(newest)
    validation = Validation(PhotoPool(held_out), config) if group.leads else None
    deadline = math.inf if minutes is None else time.monotonic() + 60 * minutes
    source = batches(PhotoPool(training), config, trainer.step, group.rank, group.size)
    _loop(trainer, source, validation, folder, deadline, progress)
    parallel.finish()
    if not group.leads:
        return None
    trainer.save(folder)
    if trainer.step < config.steps:
        return None
    network = trainer.averaged()
    if network.estimator is not None:
        train_estimator(network.estimator, PhotoPool(training), config)
    assert validation is not None
    provenance: dict[str, Any] = {
        "training": asdict(config),
        "photographs": len(training),
        "validation_psnr": validation.measure(network, device),
    }
    return weights.save(network.cpu(), output, config=describe(network), provenance=provenance)


def _loop(
    trainer: Trainer,
    source: Iterator[Batch],
    validation: Validation | None,
    folder: Path,
    deadline: float,
    progress: Progress | None,
) -> None:
    """Steps to the last one or the deadline; the process that holds the validation scores, writes and reports."""
    config, total, count, since = trainer.config, 0.0, 0, time.monotonic()
    for batch in source:
        total, count = total + float(trainer.train_step(batch)), count + 1
        validating = trainer.step % config.validate_every == 0
        if validation and (trainer.step % 100 == 0 or validating):
            rate = count * config.batch / (time.monotonic() - since)
            psnr = None
            if validating:
                network = trainer.averaged()
                psnr = validation.measure(network, trainer.device)
                run_log.show(folder, validation.samples(network, trainer.device))
            report = TrainReport(
                step=trainer.step, steps=config.steps, loss=total / count, samples_per_s=rate, psnr=psnr
            )
            run_log.note(folder, asdict(report))
            if progress:
                progress(report)
            total, count, since = 0.0, 0, time.monotonic()
        if validation and trainer.step % config.checkpoint_every == 0:
            trainer.save(folder)
        if trainer.group.decided(time.monotonic() > deadline, trainer.device):
            return
