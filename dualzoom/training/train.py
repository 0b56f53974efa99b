"""Train a network on simulated captures; stop and resume at any step, to the bit.

    photographs ─► batches (simulate, in workers) ─► step: ℓ1 ─► EMA ─► checkpoint ─► condition estimator ─► weights

Source: DCSR (ICCV 2021) trained with ℓ1, its configuration for fidelity to the truth.
"""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dualzoom.network import weights
from dualzoom.network.condition import ConditionEstimator
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.precision import bf16_pays, channels_last
from dualzoom.network.registry import build
from dualzoom.training import checkpoint
from dualzoom.training.batches import Batch, batches
from dualzoom.training.config import TrainConfig
from dualzoom.training.estimate import train_estimator
from dualzoom.training.losses import correspondence_loss
from dualzoom.training.photos import PhotoPool, find_photos, split
from dualzoom.training.validate import Validation


@dataclass(frozen=True, kw_only=True)
class Report:
    """How training stands: `loss` is the mean ℓ1 since the last report; `psnr` holds validation rows when new."""

    step: int
    steps: int
    loss: float
    samples_per_s: float
    psnr: dict[str, float] | None = None


Progress = Callable[[Report], None]


class Trainer:
    """Network, average, optimizer and step: the whole state of a run."""

    def __init__(self, config: TrainConfig, device: torch.device) -> None:
        torch.manual_seed(config.seed)
        self.config, self.device, self.step = config, device, 0
        if config.start_from:
            self.network = weights.load(config.start_from).module
        else:
            self.network = build(dict(config.network))
        self.network = channels_last(self.network, device).train()
        self.forward = torch.compile(self.network) if config.compile else self.network
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=config.learning_rate, betas=(0.9, 0.99)
        )

    def learning_rate(self) -> float:
        """Linear warm-up, then cosine decay to zero at the last step."""
        config = self.config
        warm = min(1.0, (self.step + 1) / config.warmup_steps)
        return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * self.step / config.steps))

    def train_step(self, batch: Batch) -> Tensor:
        """One optimizer step; returns the batch's ℓ1 (still on the device)."""
        batch = batch.to(self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=bf16_pays(self.device)):
            lr = batch.lr.contiguous(memory_format=torch.channels_last)
            picture = self.forward(lr, batch.ref, batch.validity, batch.condition)
        l1 = (picture.float() - batch.truth).abs().mean()
        self.optimizer.zero_grad(set_to_none=True)
        (l1 + self._matching_loss(batch)).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient_clip)
        self.optimizer.step()
        self.step += 1
        self._average()
        mean: Tensor = l1.detach()
        return mean

    def _matching_loss(self, batch: Batch) -> Tensor | float:
        """Supervision of the window matching, now and then; in float32, as matching always is."""
        config, network = self.config, self.network
        due = config.matching > 0 and self.step % config.matching_every == 0
        if not due or batch.ref is None or batch.shift is None or not isinstance(network, DcsrLite):
            return 0.0
        _, weights = network.match(batch.lr, batch.ref)
        loss = correspondence_loss(weights, batch.shift, batch.lr, network.config.window_radius)
        return config.matching * loss

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))  # young averages forget faster
        for name, value in self.network.state_dict().items():
            self.average[name].lerp_(value, 1 - decay)

    def averaged(self) -> nn.Module:
        """A copy of the network with the averaged weights, in eval mode."""
        network = build(dict(self.config.network))
        network.load_state_dict(self.average)
        return channels_last(network, self.device).eval()

    def save(self, folder: Path) -> None:
        """Write a checkpoint."""
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.items()}
        for name, parameter in self.network.named_parameters():
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"adam.{key}.{name}"] = value
        checkpoint.save(folder, self.step, tensors, {"config": asdict(self.config)})

    def restore(self, path: Path) -> None:
        """Take up the checkpoint at `path`."""
        tensors, state = checkpoint.load(path, self.device)

        def part(prefix: str) -> dict[str, Tensor]:
            return {
                name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)
            }

        self.network.load_state_dict(part("network."))
        self.average = part("average.")
        for name, parameter in self.network.named_parameters():
            self.optimizer.state[parameter] = {
                key: tensors[f"adam.{key}.{name}"].to("cpu" if key == "step" else self.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"adam.{key}.{name}" in tensors
            }
        self.step = int(state["step"])


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
    folder = output.with_suffix(".run")
    training, held_out = split(find_photos(photos), config.held_out_every)
    trainer = Trainer(config, device)
    newest = checkpoint.latest(folder) if resume else None
    if newest:
        trainer.restore(newest)
    validation = Validation(PhotoPool(held_out), config)
    deadline = math.inf if minutes is None else time.monotonic() + 60 * minutes
    _loop(trainer, batches(PhotoPool(training), config, trainer.step), validation, folder, deadline, progress)
    trainer.save(folder)
    if trainer.step < config.steps:
        return None
    network = trainer.averaged()
    if isinstance(estimator := getattr(network, "estimator", None), ConditionEstimator):
        train_estimator(estimator, PhotoPool(training), config)
    scores = validation.measure(network, device)
    provenance: dict[str, Any] = {
        "training": asdict(config),
        "photographs": len(training),
        "validation_psnr": scores,
    }
    return weights.save(network.cpu(), output, config=dict(config.network), provenance=provenance)


def _loop(
    trainer: Trainer,
    source: Any,
    validation: Validation,
    folder: Path,
    deadline: float,
    progress: Progress | None,
) -> None:
    config, total, count, since = trainer.config, 0.0, 0, time.monotonic()
    for batch in source:
        total, count = total + float(trainer.train_step(batch)), count + 1
        validating = trainer.step % config.validate_every == 0
        if trainer.step % 100 == 0 or validating:
            psnr = validation.measure(trainer.averaged(), trainer.device) if validating else None
            rate = count * config.batch / (time.monotonic() - since)
            report = Report(
                step=trainer.step, steps=config.steps, loss=total / count, samples_per_s=rate, psnr=psnr
            )
            _log(folder, report)
            if progress:
                progress(report)
            total, count, since = 0.0, 0, time.monotonic()
        if trainer.step % config.checkpoint_every == 0:
            trainer.save(folder)
        if time.monotonic() > deadline:
            return


def _log(folder: Path, report: Report) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(report)) + "\n")
