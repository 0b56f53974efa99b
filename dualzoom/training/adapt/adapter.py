"""The network that adapts: its steps, its scores and the best of it so far, to be taken up after a break."""

import copy
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dualzoom.errors import UsageError
from dualzoom.network.precision import bf16_pays, channels_last
from dualzoom.training import checkpoint
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tasks import make_batch, task_loss
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge, Scores, acceptable, better, finite
from dualzoom.training.confidence import overheard
from dualzoom.training.learner import Learner, part
from dualzoom.training.parallel import Group

#: Where weights break a limit: shares of the way from the start at which others are tried. Detail is gained at once,
#: what breaks the limits comes in proportion.
_WAY_BACK = (0.5, 0.2)


@dataclass(frozen=True)
class Candidate:
    """Weights to judge, and what the judge said."""

    state: dict[str, Tensor]
    scores: Scores


class Adapter(Learner):
    """A learner with the weights it began with and the best so far.

    The condition estimator's weights stay, so that `zoom` tells the adapted network what its tiles were told.
    """

    def __init__(
        self, network: nn.Module, config: AdaptConfig, device: torch.device, group: Group | None = None
    ) -> None:
        learning = copy.deepcopy(network)
        if isinstance(estimator := getattr(learning, "estimator", None), nn.Module):
            estimator.requires_grad_(False)
        super().__init__(
            learning, device, learning_rate=config.learning_rate, ema=config.ema, group=group or Group()
        )
        if isinstance(estimator, nn.Module):
            estimator.eval()
        self.config = config
        self.given = copy.deepcopy(network).eval()
        self.best = {name: value.clone() for name, value in self.average.items()}
        self.start_scores: Scores | None = None  # of the network given, whose limits none may break
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
            loss = task_loss(self.network, batch, confidence, config)
        self.descend(loss, self._rate(), config.gradient_clip)
        return group.mean(loss.detach())

    def _rate(self) -> float:
        """Warm-up, and decay if there is one."""
        config = self.config
        warm = min(1.0, (self.step + 1) / config.warmup_steps)
        left = 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / config.steps))) if config.decay else 1.0
        return config.learning_rate * warm * left

    def judge(self, judge: Judge) -> Scores:
        """Score the averaged weights, or weights nearer to the start if they break a limit; keep the best."""
        if self.start_scores is None or self.best_scores is None:
            self.start_scores = self.best_scores = judge.measure(self.with_weights(self.best), self.device)
            return self.start_scores
        found = self._judged(judge, self.average)
        if not acceptable(found.scores, self.start_scores, self.config):
            if finite(found.scores):
                self.refused = max(
                    self.refused or found.scores, found.scores, key=lambda scores: scores.tele_db
                )
            found = self._on_the_way_back(judge, found, self.start_scores)
        accepted = acceptable(found.scores, self.start_scores, self.config)
        if accepted and better(found.scores, self.best_scores, self.start_scores, self.config):
            self.best_scores, self.stale = found.scores, 0
            self.best = {name: value.clone() for name, value in found.state.items()}
        else:
            self.stale += 1
        return found.scores

    def _judged(self, judge: Judge, state: dict[str, Tensor]) -> Candidate:
        return Candidate(state, judge.measure(self.with_weights(state), self.device))

    def _on_the_way_back(self, judge: Judge, strayed: Candidate, start: Scores) -> Candidate:
        """The first candidate nearer to the start that breaks no limit; the very last if none is."""
        given = channels_last(copy.deepcopy(self.given), self.device).state_dict()
        found = strayed
        for share in _WAY_BACK:
            state = {
                name: given[name].lerp(value, share) if value.is_floating_point() else value
                for name, value in strayed.state.items()
            }
            found = self._judged(judge, state)
            if acceptable(found.scores, start, self.config):
                break
        return found

    def with_weights(self, state: dict[str, Tensor]) -> nn.Module:
        """A copy of the network with other weights, in eval mode."""
        network = copy.deepcopy(self.network)
        network.load_state_dict(state)
        return network.eval()

    def tempting(self) -> Scores | None:
        """The refused scores, where they come nearer to the tele than those kept."""
        if self.refused is None or self.best_scores is None:
            return None
        gain = self.refused.tele_db - self.best_scores.tele_db
        return self.refused if gain > self.config.min_gain_db else None

    @property
    def improved(self) -> bool:
        """Whether anything beat the weights it began with."""
        return self.best_scores != self.start_scores

    def result(self) -> nn.Module:
        """The best network, on the CPU, in eval mode: the one it began with if nothing was better."""
        best = self.with_weights(self.best) if self.improved else copy.deepcopy(self.given)
        return best.cpu()

    def save(self, folder: Path, identity: dict[str, Any]) -> None:
        """Write a checkpoint; raises WriteError."""
        tensors = self.tensors() | {f"best.{k}": v for k, v in self.best.items()}
        scores = {"start": self.start_scores, "best": self.best_scores, "refused": self.refused}
        state = {name: None if value is None else asdict(value) for name, value in scores.items()}
        checkpoint.save(
            folder,
            self.step,
            tensors,
            {**state, "stale": self.stale, "identity": identity},
        )

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
