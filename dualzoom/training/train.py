"""Train a network on simulated captures; stop and resume at any step, to the bit.

    photographs ─► batches (simulate, in workers) ─► step: objective ─► EMA ─► checkpoint ─► estimator ─► weights

A run ends with its last step or, where `schedule = "time"`, with its minutes: then the estimator comes first, so that
nothing of unknown length is left for the end. Under torchrun each process simulates and learns from its share of every
batch; the first one validates and writes.
"""

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
from dualzoom.training.config import TrainConfig, check_time
from dualzoom.training.estimate import train_estimator
from dualzoom.training.estimate_pooled import train_pooled
from dualzoom.training.learner import Learner
from dualzoom.training.lessons import Lesson, gradients, lessons
from dualzoom.training.objective import objective
from dualzoom.training.opponent import Means, Opponent
from dualzoom.training.parallel import Group
from dualzoom.training.photos import PhotoPool, find_photos, split
from dualzoom.training.schedule import Budget, Clock, rate_by_step, rate_by_time
from dualzoom.training.start import begin
from dualzoom.training.validate import Validation


@dataclass(frozen=True, kw_only=True)
class TrainReport:
    """How training stands: `loss` is the mean ℓ1 since the last report; `psnr` holds validation rows when new.

    `steps`: of the whole run; of one by time, as many as it will come to at this pace. `terms`: means of the terms of
    appearance since the last report, unweighted.
    """

    step: int
    steps: int
    loss: float
    samples_per_s: float
    psnr: dict[str, float] | None = None
    terms: dict[str, float] | None = None


Progress = Callable[[TrainReport], None]


class Trainer(Learner):
    """A learner on simulated batches."""

    def __init__(self, config: TrainConfig, device: torch.device, group: Group | None = None) -> None:
        torch.manual_seed(config.seed)
        network = begin(config)
        super().__init__(network, device, ema=config.ema, group=group or Group())
        self.config = config
        self.done = 0.0  # share of a timed run's time that is over
        self.opponent = Opponent.of(config.loss, device, self.group)
        self.terms = Means()
        if config.compile and not any(map(shutil.which, (os.environ.get("CXX", "g++"), "clang++"))):
            raise UsageError(
                "compile = true", "needs a C++ compiler", "install g++, or leave the setting out"
            )
        self.forward = torch.compile(self.network) if config.compile else self.network

    def learning_rate(self) -> float:
        """Linear warm-up, then cosine decay to zero at the end, by steps or by time."""
        config = self.config
        if config.schedule == "time":
            return config.learning_rate * rate_by_time(self.done)
        return config.learning_rate * rate_by_step(self.step, config.steps, config.warmup_steps)

    def steps(self) -> int:
        """The steps of the whole run; of one by time, as many as it will come to at this pace."""
        return (
            self.config.steps if self.config.schedule == "steps" else round(self.step / max(self.done, 1e-3))
        )

    def finished(self) -> bool:
        """Whether no step is left."""
        return self.done >= 1 if self.config.schedule == "time" else self.step >= self.config.steps

    def train_step(self, batch: Batch, lesson: Lesson | None = None) -> Tensor:
        """Take one optimizer step on this process's share of a batch; returns the whole batch's ℓ1 (on the device).

        `lesson`: what the network should make of a few steps of calibration, beside that.
        """
        batch, rate = batch.to(self.device), self.learning_rate()
        critic = None if self.opponent is None else self.opponent.critic
        found = objective(self.network, self.forward, batch, self.step, self.config.loss, critic)
        learned = None if lesson is None else gradients(self.network, lesson, self.device)
        weight = self.config.lessons.weight
        added = None if learned is None else {name: weight * value for name, value in learned.items()}
        self.descend(found.loss, rate, self.config.gradient_clip, added)
        self.terms.add(found.terms)
        if self.opponent is not None:
            self.terms.add(self.opponent.learn(found.picture, batch.truth, rate / self.config.learning_rate))
        return self.group.mean(found.l1)

    def tensors(self) -> dict[str, Tensor]:
        """All of the state except the step; the critic's too, where there is one."""
        return super().tensors() | ({} if self.opponent is None else self.opponent.tensors())

    def take_up(self, tensors: dict[str, Tensor], step: int) -> None:
        """Continue from a state that `tensors` gave."""
        super().take_up(tensors, step)
        if self.opponent is not None:
            self.opponent.take_up(tensors)

    def averaged(self) -> RestorationNetwork:
        """A copy of the network with the averaged weights, in eval mode."""
        network = build_network(dict(self.config.network))
        network.load_state_dict(self.average)
        return channels_last(network, self.device).eval()

    def save(self, folder: Path, used_s: float = 0.0) -> None:
        """Write a checkpoint. `used_s`: what the run has taken so far."""
        state = {"config": asdict(self.config), "used_s": used_s}
        checkpoint.save(folder, self.step, self.tensors(), state)

    def restore(self, path: Path) -> float:
        """Continue from the checkpoint at `path`; returns the seconds that the run had taken."""
        tensors, state = checkpoint.load(path, self.device)
        self.take_up(tensors, int(state["step"]))
        return float(state.get("used_s", 0.0))

    def learn_degradations(self, photos: PhotoPool) -> None:
        """Train the estimator of the average, through that network; by no samples or sets, keep the start's."""
        average = self.averaged()
        estimator, own = average.estimator, self.network.estimator
        if estimator is None or own is None:
            return
        train_estimator(estimator, photos, self.config)
        train_pooled(average, photos, self.config)
        estimator.requires_grad_(False).to(self.device)
        own.requires_grad_(False).load_state_dict(estimator.state_dict())
        for name, value in estimator.state_dict().items():
            self.average[f"estimator.{name}"] = value.detach().clone()


def run(
    photos: Sequence[Path],
    config: TrainConfig,
    output: Path,
    *,
    resume: bool = False,
    minutes: float | None = None,
    device: torch.device | None = None,
    progress: Progress | None = None,
    clock: Clock = time.monotonic,
) -> Path | None:
    """Train on photographs (files or folders) and write `output` (.safetensors, .json) at the end of the run.

    The run's state lives beside it in `<output>.run/`; `resume` takes up the newest checkpoint there, `minutes`
    stops this piece of the run early with a checkpoint and returns None. Raises UsageError, CaptureError,
    WeightsError, WriteError.
    """
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    check_time(config)
    group, device = parallel.join(config.batch, device)
    budget = Budget(
        60 * config.minutes if config.schedule == "time" else float("inf"),
        float("inf") if minutes is None else 60 * minutes,
        clock,
    )
    try:
        return _run(photos, config, output, resume, budget, device, group, progress)
    finally:
        parallel.leave()


def _run(
    photos: Sequence[Path],
    config: TrainConfig,
    output: Path,
    resume: bool,
    budget: Budget,
    device: torch.device,
    group: Group,
    progress: Progress | None,
) -> Path | None:
    folder = output.with_suffix(".run")
    training, held_out = split(find_photos(photos), config.held_out_every)
    trainer = Trainer(config, device, group)
    newest = checkpoint.latest(folder) if resume else None
    if newest:
        budget.before = trainer.restore(newest)
    validation = Validation(PhotoPool(held_out), config) if group.leads else None
    pool = PhotoPool(training)
    if config.schedule == "time":
        _begin_by_time(trainer, pool, validation, folder, budget)
    source = batches(pool, config, trainer.step, group.rank, group.size)
    taught = lessons(trainer.network, pool, config, trainer.step, group.rank)
    _loop(trainer, source, taught, validation, folder, budget, progress)
    parallel.finish()
    if not group.leads:
        return None
    trainer.save(folder, budget.used())
    if not trainer.finished():
        return None
    assert validation is not None
    if config.schedule != "time":
        trainer.learn_degradations(pool)
    network = trainer.averaged()
    provenance: dict[str, Any] = {
        "training": asdict(config) | {"steps": trainer.step},
        "photographs": len(training),
        "validation_psnr": validation.measure(network, device),
    }
    return weights.save(network.cpu(), output, config=describe(network), provenance=provenance)


def _begin_by_time(
    trainer: Trainer, photos: PhotoPool, validation: Validation | None, folder: Path, budget: Budget
) -> None:
    """Train the estimator in a new run; then do once what follows the last step, to know how long it takes.

    Raises UsageError where no time is left for a step.
    """
    if validation is not None:  # the process that leads
        if budget.before == 0:
            trainer.learn_degradations(photos)
        before = budget.used()
        validation.measure(trainer.averaged(), trainer.device)
        trainer.save(folder, before)
        budget.note_pause(budget.used() - before)
    if _at_end(trainer, budget) and trainer.step == 0:
        reason = f"{trainer.config.minutes:g} pass before the first step, over the estimator and a validation"
        raise UsageError("minutes", reason, "give more, or lower estimator_samples and validation_samples")


def _loop(
    trainer: Trainer,
    source: Iterator[Batch],
    taught: Iterator[Lesson | None],
    validation: Validation | None,
    folder: Path,
    budget: Budget,
    progress: Progress | None,
) -> None:
    """Steps to the end of the run or of this piece; the process with the validation scores, writes and reports."""
    config, total, count, since = trainer.config, 0.0, 0, budget.clock()
    while not _at_end(trainer, budget):
        total, count = total + float(trainer.train_step(next(source), next(taught))), count + 1
        validating = trainer.step % config.validate_every == 0
        if validation and (trainer.step % 100 == 0 or validating):
            rate = count * config.batch / max(budget.clock() - since, 1e-9)
            before, psnr = budget.used(), None
            if validating:
                network = trainer.averaged()
                psnr = validation.measure(network, trainer.device)
                run_log.show(folder, validation.samples(network, trainer.device))
                budget.note_pause(budget.used() - before)
            report = TrainReport(
                step=trainer.step,
                steps=trainer.steps(),
                loss=total / count,
                samples_per_s=rate,
                psnr=psnr,
                terms=trainer.terms.taken(),
            )
            run_log.note(folder, asdict(report))
            if progress:
                progress(report)
            total, count, since = 0.0, 0, budget.clock()
        if validation and trainer.step % config.checkpoint_every == 0:
            trainer.save(folder, budget.used())
        if trainer.group.decided(budget.piece_over(), trainer.device):
            return


def _at_end(trainer: Trainer, budget: Budget) -> bool:
    """Tell the trainer the time, the same in all processes; returns whether it has finished."""
    if trainer.config.schedule == "time":
        trainer.done = trainer.group.told(budget.done(), trainer.device)
    return trainer.finished()
