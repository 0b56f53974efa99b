"""Fine-tuning on gathered tiles: never worse than it began, stopped and resumed at any step, to the bit.

tiles ─► batch (seed, step) ─► loss ─► Adam ─► EMA ─► every n steps: judge ─► keep the best that breaks no limit,
                                                       or go a part of the way only
"""

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from dualzoom.errors import UsageError
from dualzoom.network.back_projection import project, projects
from dualzoom.network.precision import bf16_pays, channels_last
from dualzoom.training import checkpoint
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.degradation import Degradation, fit
from dualzoom.training.adapt.interrupt import Interruption, polite
from dualzoom.training.adapt.score import Judge, Scores, acceptable, better, finite
from dualzoom.training.adapt.tasks import make_batch, task_loss
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.confidence import overheard
from dualzoom.training.learner import Learner, part
from dualzoom.training.parallel import Group

Stopped = Literal["steps", "minutes", "plateau", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an adaptation stands: held-out scores at the start, now and of the best; `fraction` of the whole done."""

    step: int
    fraction: float
    loss: float
    start: Scores
    now: Scores | None
    best: Scores


Progress = Callable[[Report], None]

#: Where weights break a limit: shares of the way from the start at which others are tried. Detail is gained at once,
#: being true to the wide is lost in proportion.
_WAY_BACK = (0.5, 0.2)


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """The best weights found (on the CPU, in eval mode), the scores they began with and have, and how it ended.

    `refused`: the scores nearest to the tele among weights that broke a limit, if nearer than those kept.
    """

    network: nn.Module
    before: Scores
    after: Scores
    refused: Scores | None
    steps: int
    stopped: Stopped

    @property
    def improved(self) -> bool:
        """Whether anything beat the starting weights."""
        return self.after != self.before


class Adapter(Learner):
    """A learner with the weights it began with and the best so far.

    `base` is what it is measured against: the network as given, but not projecting where the wide is to be corrected.
    The condition estimator stays as it is, so that `zoom` tells the adapted network the same of a wide. Results are
    projected back onto the wide when they are judged, as in use, but not while it learns: through the projection a
    network learns to push against it.
    """

    def __init__(
        self,
        network: nn.Module,
        config: AdaptConfig,
        device: torch.device,
        group: Group | None = None,
        degradation: Degradation | None = None,
    ) -> None:
        learning = copy.deepcopy(network)
        if isinstance(estimator := getattr(learning, "estimator", None), nn.Module):
            estimator.requires_grad_(False)
        super().__init__(
            learning, device, learning_rate=config.learning_rate, ema=config.ema, group=group or Group()
        )
        if isinstance(estimator, nn.Module):
            estimator.eval()
        self.projects = projects(network) and not config.correct_wide
        project(self.network, False)
        self.config = config
        self.degradation = degradation
        self.given = copy.deepcopy(network).eval()
        self.base = channels_last(copy.deepcopy(network), device).eval()
        project(self.base, self.projects)
        self.best = {name: value.clone() for name, value in self.average.items()}
        self.start_scores: Scores | None = None
        self.best_scores: Scores | None = None
        self.refused: Scores | None = None  # the nearest to the tele that broke a limit
        self.stale = 0  # evaluations since the best

    def train_step(self, tiles: TileSet) -> Tensor:
        """One optimizer step on this process's share of the batch; returns the whole batch's loss."""
        config, group = self.config, self.group
        batch = make_batch(tiles, self.step, config, group.rank, group.size).to(self.device)
        with (
            overheard(self.network) as confidence,
            torch.autocast(self.device.type, torch.bfloat16, enabled=bf16_pays(self.device)),
        ):
            held = None if self.projects else self.base
            loss = task_loss(self.network, held, batch, confidence, config, self.degradation)
        rate = config.learning_rate * min(1.0, (self.step + 1) / config.warmup_steps)
        self.descend(loss, rate, config.gradient_clip)
        return group.mean(loss.detach())

    def judge(self, judge: Judge) -> Scores:
        """Score the averaged weights, or some nearer to the start if they break a limit; keep the best."""
        if self.start_scores is None or self.best_scores is None:
            self.start_scores = self.best_scores = judge.measure(self.base, self.device)
            return self.start_scores
        state, now = self.average, judge.measure(self.with_weights(self.average), self.device)
        if not acceptable(now, self.start_scores, self.config):
            if finite(now):
                self.refused = max(self.refused or now, now, key=lambda scores: scores.tele_db)
            state, now = self._nearer_to_the_start(judge, now)
        if better(now, self.best_scores, self.start_scores, self.config):
            self.best_scores, self.stale = now, 0
            self.best = {name: value.clone() for name, value in state.items()}
        else:
            self.stale += 1
        return now

    def _nearer_to_the_start(self, judge: Judge, refused: Scores) -> tuple[dict[str, Tensor], Scores]:
        """The first weights on the way back to the start that break no limit; the very last if all do."""
        assert self.start_scores is not None
        start, state, now = self.base.state_dict(), self.average, refused
        for share in _WAY_BACK:
            if acceptable(now, self.start_scores, self.config):
                break
            state = {
                name: start[name].lerp(value, share) if value.is_floating_point() else value
                for name, value in self.average.items()
            }
            now = judge.measure(self.with_weights(state), self.device)
        return state, now

    def with_weights(self, state: dict[str, Tensor]) -> nn.Module:
        """A copy of the network with other weights, in eval mode."""
        network = copy.deepcopy(self.network)
        network.load_state_dict(state)
        project(network, self.projects)
        return network.eval()

    def tempting(self) -> Scores | None:
        """The refused scores, where they come nearer to the tele than those kept."""
        if self.refused is None or self.best_scores is None:
            return None
        gain = self.refused.tele_db - self.best_scores.tele_db
        return self.refused if gain > self.config.min_gain_db else None

    def result(self) -> nn.Module:
        """The best network, on the CPU, in eval mode: the one it began with if nothing was better."""
        improved = self.best_scores != self.start_scores
        return (self.with_weights(self.best) if improved else copy.deepcopy(self.given)).cpu()

    def save(self, folder: Path, identity: dict[str, Any]) -> None:
        """Write a checkpoint; raises WriteError."""
        tensors = self.tensors() | {f"best.{k}": v for k, v in self.best.items()}
        scores = {"start": self.start_scores, "best": self.best_scores, "refused": self.refused}
        state = {name: None if value is None else asdict(value) for name, value in scores.items()}
        checkpoint.save(folder, self.step, tensors, {**state, "stale": self.stale, "identity": identity})

    def restore(self, path: Path, identity: dict[str, Any]) -> None:
        """Take up the checkpoint at `path`; raises UsageError where it belongs to another run, WeightsError."""
        tensors, state = checkpoint.load(path, self.device)
        known = state.get("identity")
        if known != json.loads(json.dumps(identity)):
            reason = "it was made from other photos, weights or settings"
            raise UsageError(path, reason, "leave --resume out, or repeat that run's command")

        self.take_up(tensors, int(state["step"]))
        self.best = part(tensors, "best.")
        self.start_scores, self.best_scores, self.refused = (
            None if state.get(name) is None else Scores(**state[name])
            for name in ("start", "best", "refused")
        )
        self.stale = int(state["stale"])


def adapt(
    network: nn.Module,
    tiles: TileSet,
    config: AdaptConfig,
    *,
    device: torch.device,
    group: Group | None = None,
    folder: Path | None = None,
    resume: bool = False,
    identity: dict[str, Any] | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
) -> Adapted:
    """Fine-tune a copy of `network` on `tiles` and return the best weights that the held-out tiles found.

    `folder`: where checkpoints go (none: nowhere); `resume` takes up the newest there if `identity` (what the run
    is of) is the same. `minutes` of training; Ctrl-C ends it as well. Raises UsageError, WeightsError, WriteError.
    """
    degradation = fit(tiles) if config.correct_wide else None
    adapter = Adapter(network, config, device, group, degradation)
    identity = {**(identity or {}), "settings": _fixed(config)}
    newest = checkpoint.latest(folder) if folder and resume else None
    if newest:
        adapter.restore(newest, identity)
    judge = Judge(tiles, config, degradation)
    if adapter.start_scores is None:
        adapter.judge(judge)
    with polite() as interruption:
        stopped = _loop(adapter, tiles, judge, folder, identity, minutes, interruption, progress)
    assert adapter.start_scores is not None
    assert adapter.best_scores is not None
    return Adapted(
        network=adapter.result(),
        before=adapter.start_scores,
        after=adapter.best_scores,
        refused=adapter.tempting(),
        steps=adapter.step,
        stopped=stopped,
    )


def _fixed(config: AdaptConfig) -> dict[str, Any]:
    """The settings that a run cannot change half-way: all but how long it lasts."""
    return {name: value for name, value in asdict(config).items() if name not in ("steps", "patience")}


def _loop(
    adapter: Adapter,
    tiles: TileSet,
    judge: Judge,
    folder: Path | None,
    identity: dict[str, Any],
    minutes: float | None,
    interruption: Interruption,
    progress: Progress | None,
) -> Stopped:
    config, group = adapter.config, adapter.group
    first, judged_at, began = adapter.step, adapter.step, time.monotonic()
    total, count = torch.zeros((), device=adapter.device), 0
    while True:
        now = None
        if group.leads and adapter.step > judged_at and adapter.step % config.evaluate_every == 0:
            now, judged_at = adapter.judge(judge), adapter.step
            _save(adapter, folder, identity)
        minutes_done = (time.monotonic() - began) / 60
        ending = _ending(adapter, minutes, minutes_done, interruption)
        if group.leads and ending and adapter.step > judged_at:
            _save(adapter, folder, identity)  # first: a resumed run must not know of this extra look
            now, judged_at = adapter.judge(judge), adapter.step
        if progress and group.leads:
            progress(_report(adapter, first, minutes, minutes_done, float(total) / max(1, count), now))
        if group.decided(ending is not None, adapter.device):
            return ending or "steps"
        total, count = total + adapter.train_step(tiles), count + 1


def _save(adapter: Adapter, folder: Path | None, identity: dict[str, Any]) -> None:
    if folder is not None:
        adapter.save(folder, identity)


def _ending(
    adapter: Adapter, minutes: float | None, minutes_done: float, interruption: Interruption
) -> Stopped | None:
    """Why the run should end now, if it should."""
    if interruption.asked:
        return "interrupted"
    if adapter.stale >= adapter.config.patience:
        return "plateau"
    if adapter.step >= adapter.config.steps:
        return "steps"
    return "minutes" if minutes is not None and minutes_done >= minutes else None


def _report(
    adapter: Adapter, first: int, minutes: float | None, minutes_done: float, loss: float, now: Scores | None
) -> Report:
    assert adapter.start_scores is not None
    assert adapter.best_scores is not None
    by_steps = (adapter.step - first) / max(1, adapter.config.steps - first)
    by_time = minutes_done / minutes if minutes else 0.0
    return Report(
        step=adapter.step,
        fraction=min(1.0, max(by_steps, by_time)),
        loss=loss if math.isfinite(loss) else 0.0,
        start=adapter.start_scores,
        now=now,
        best=adapter.best_scores,
    )
