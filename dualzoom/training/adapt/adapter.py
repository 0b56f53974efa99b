"""The network that adapts: its steps, its scores and the best of it so far, to be taken up after a break."""

import copy
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dualzoom.errors import UsageError
from dualzoom.network.back_projection import give_leeway, leeway_of, project, projects
from dualzoom.network.precision import bf16_pays, channels_last
from dualzoom.training import checkpoint
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.degradation import Degradation
from dualzoom.training.adapt.score import Judge, Scores, acceptable, better, finite
from dualzoom.training.adapt.tasks import make_batch, task_loss
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.confidence import overheard
from dualzoom.training.learner import Learner, part
from dualzoom.training.parallel import Group

#: Where weights break a limit: shares of the way from the start at which others are tried. Detail is gained at once,
#: being true to the wide is lost in proportion.
_WAY_BACK = (0.5, 0.2)
#: What results keep of their difference is proportional to the leeway before they are clamped, and where they are
#: projected at all, which those of wides that bicubic halved are not.
_LEEWAY_MARGIN, _LEEWAY_TRIES = 0.99, 2


@dataclass(frozen=True)
class Candidate:
    """Weights to judge, the leeway of their back projection, and what the judge said."""

    state: dict[str, Tensor]
    leeway: float
    scores: Scores


class Adapter(Learner):
    """A learner with the weights it began with and the best so far.

    `base`, none of whose limits may be broken, is the network given, but not projecting where the wide is to be
    corrected: what that costs was asked for. Gains are counted from the network given, as it is.

    The condition estimator's weights stay, so that `zoom` tells the adapted network what its tiles were told. Results
    are projected back onto the wide when they are judged, as in use, but not while it learns: through the projection
    a network learns to push against it.
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
        self.leeway = leeway_of(network)
        self.best = {name: value.clone() for name, value in self.average.items()}
        self.best_leeway = self.leeway
        self.start_scores: Scores | None = None  # of the network given
        self.limits: Scores | None = None  # of `base`
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
        """Score the averaged weights, or the like nearer to the wide if they break a limit; keep the best."""
        if self.limits is None or self.start_scores is None or self.best_scores is None:
            return self._start(judge)
        found = self._judged(judge, self.average, self.leeway)
        now = found.scores
        if not acceptable(now, self.limits, self.config):
            if finite(now):
                self.refused = max(self.refused or now, now, key=lambda scores: scores.tele_db)
            found = self._nearer_to_the_wide(judge, found, self.limits, self.start_scores)
        accepted = acceptable(found.scores, self.limits, self.config)
        if accepted and better(found.scores, self.best_scores, self.start_scores, self.config):
            self.best_scores, self.stale = found.scores, 0
            self.best = {name: value.clone() for name, value in found.state.items()}
            self.best_leeway = found.leeway
        else:
            self.stale += 1
        return found.scores

    def _start(self, judge: Judge) -> Scores:
        """Score what the run begins with; not to project may be a gain by itself."""
        self.limits = judge.measure(self.base, self.device)
        self.start_scores = self.best_scores = self.limits
        if projects(self.given) and not self.projects:
            self.start_scores = self.best_scores = judge.measure(self._as_given(), self.device)
            if better(self.limits, self.best_scores, self.start_scores, self.config):
                self.best_scores = self.limits
        return self.start_scores

    def _as_given(self) -> nn.Module:
        return channels_last(copy.deepcopy(self.given), self.device)

    def _judged(self, judge: Judge, state: dict[str, Tensor], leeway: float) -> Candidate:
        return Candidate(state, leeway, judge.measure(self.with_weights(state, leeway), self.device))

    def _nearer_to_the_wide(
        self, judge: Judge, strayed: Candidate, limits: Scores, start: Scores
    ) -> Candidate:
        """The first candidate on the way back that breaks no limit and is still a gain; the very last if none is."""
        found = strayed
        for found in self._way_back(judge, strayed, limits):
            if acceptable(found.scores, limits, self.config) and better(
                found.scores, start, start, self.config
            ):
                break
        return found

    def _way_back(self, judge: Judge, strayed: Candidate, limits: Scores) -> Iterator[Candidate]:
        """The same weights with less leeway, if it is the wide they stray from; then others nearer to the start."""
        limit_db = limits.consistency_db - self.config.max_consistency_loss_db
        found = strayed
        for _ in range(_LEEWAY_TRIES if self.projects else 0):
            excess_db = limit_db - found.scores.consistency_db
            if not 0 < excess_db < math.inf:
                break
            leeway = _LEEWAY_MARGIN * found.leeway * 10 ** (-excess_db / 20)
            yield (found := self._judged(judge, strayed.state, leeway))
        base = self.base.state_dict()
        for share in _WAY_BACK:
            state = {
                name: base[name].lerp(value, share) if value.is_floating_point() else value
                for name, value in strayed.state.items()
            }
            yield self._judged(judge, state, self.leeway)

    def with_weights(self, state: dict[str, Tensor], leeway: float | None = None) -> nn.Module:
        """A copy of the network with other weights, in eval mode; `leeway`: None for that of the network given."""
        network = copy.deepcopy(self.network)
        network.load_state_dict(state)
        project(network, self.projects)
        give_leeway(network, self.leeway if leeway is None else leeway)
        return network.eval()

    def tempting(self) -> Scores | None:
        """The refused scores, where they come nearer to the tele than those kept."""
        if self.refused is None or self.best_scores is None:
            return None
        gain = self.refused.tele_db - self.best_scores.tele_db
        return self.refused if gain > self.config.min_gain_db else None

    def unprojected(self, judge: Judge) -> Scores | None:
        """The best network's scores if its results were not projected; None where they are not anyway."""
        if not self.projects:
            return None
        free = self.with_weights(self.best)
        project(free, False)
        return judge.measure(free, self.device)

    @property
    def improved(self) -> bool:
        """Whether anything beat the weights it began with."""
        return self.best_scores != self.start_scores

    def result(self) -> nn.Module:
        """The best network, on the CPU, in eval mode: the one it began with if nothing was better."""
        best = self.with_weights(self.best, self.best_leeway) if self.improved else copy.deepcopy(self.given)
        return best.cpu()

    def save(self, folder: Path, identity: dict[str, Any]) -> None:
        """Write a checkpoint; raises WriteError."""
        tensors = self.tensors() | {f"best.{k}": v for k, v in self.best.items()}
        scores = {
            "start": self.start_scores, "limits": self.limits, "best": self.best_scores, "refused": self.refused
        }  # fmt: skip
        state = {name: None if value is None else asdict(value) for name, value in scores.items()}
        checkpoint.save(
            folder,
            self.step,
            tensors,
            {**state, "leeway": self.best_leeway, "stale": self.stale, "identity": identity},
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
        self.start_scores, self.limits, self.best_scores, self.refused = (
            None if state.get(name) is None else Scores(**state[name])
            for name in ("start", "limits", "best", "refused")
        )
        self.best_leeway = float(state["leeway"])
        self.stale = int(state["stale"])
