"""Selects the weights of a run: those nearest to the held-out tele among weights that break no limit.

The weights given are the first candidate, so the selected weights are never worse. Where a candidate breaks a limit,
weights nearer to the start are tried in its place.
"""

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.precision import channels_last
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.validation import Scores
from dualzoom.training.learner import with_prefix

State = dict[str, Tensor]
Measure = Callable[[RestorationNetwork], Scores]

#: Where weights break a limit: shares of the way from the start at which others are tried. Detail is gained at once,
#: what breaks the limits comes in proportion.
_WAY_BACK = (0.5, 0.2)


@dataclass(frozen=True)
class JudgedState:
    """Weights and their scores."""

    state: State
    scores: Scores


class Selection:
    """The best weights of a run so far, beside the weights given.

    `start`, `best`: scores of the weights given and of those kept. `refused`: the scores nearest to the tele that broke
    a limit. `stale`: judgements since the best.
    """

    def __init__(
        self, network: RestorationNetwork, measure: Measure, config: AdaptConfig, device: torch.device
    ) -> None:
        """`measure` scores a network in eval mode on `device`. Measures nothing before `begin`."""
        self._given = copy.deepcopy(network).eval()
        self._measure, self._config, self._device = measure, config, device
        self._start_state = self._on_device().state_dict()
        self._best_state: State = dict(self._start_state)
        self._scores: tuple[Scores, Scores] | None = None
        self.refused: Scores | None = None
        self.stale = 0

    def begin(self, scores: Scores | None = None) -> None:
        """Measures the weights given, unless a checkpoint held their scores.

        `scores`: of another network, which is to be beaten instead.
        """
        if self._scores is None:
            scores = scores or self._measure(self._with(self._best_state))
            self._scores = (scores, scores)

    @property
    def start(self) -> Scores:
        """Returns the scores of the weights given."""
        assert self._scores is not None, "begin comes first"
        return self._scores[0]

    @property
    def best(self) -> Scores:
        """Returns the scores of the weights kept."""
        assert self._scores is not None, "begin comes first"
        return self._scores[1]

    def judge(self, state: Mapping[str, Tensor]) -> Scores:
        """Measures these weights, or weights nearer to the start if they break a limit; keeps the best."""
        found = self._candidate(dict(state))
        if not acceptable(found.scores, self.start, self._config):
            self._refuse(found.scores)
            found = self._on_the_way_back(found)
        accepted = acceptable(found.scores, self.start, self._config)
        if accepted and better(found.scores, self.best, self.start, self._config):
            self._scores, self.stale = (self.start, found.scores), 0
            self._best_state = {name: value.clone() for name, value in found.state.items()}
        else:
            self.stale += 1
        return found.scores

    def _candidate(self, state: State) -> JudgedState:
        return JudgedState(state, self._measure(self._with(state)))

    def _refuse(self, scores: Scores) -> None:
        if finite(scores) and (self.refused is None or scores.tele_db > self.refused.tele_db):
            self.refused = scores

    def _on_the_way_back(self, strayed: JudgedState) -> JudgedState:
        """The first candidate nearer to the start that breaks no limit; the very last if none is."""
        found = strayed
        for share in _WAY_BACK:
            found = self._candidate(
                {
                    name: self._start_state[name].lerp(value, share) if value.is_floating_point() else value
                    for name, value in strayed.state.items()
                }
            )
            if acceptable(found.scores, self.start, self._config):
                break
        return found

    def _on_device(self) -> RestorationNetwork:
        return channels_last(copy.deepcopy(self._given), self._device)

    def _with(self, state: State) -> RestorationNetwork:
        network = self._on_device()
        network.load_state_dict(state)
        return network

    @property
    def improved(self) -> bool:
        """Whether anything beat the weights given."""
        return self.best != self.start

    def tempting(self) -> Scores | None:
        """Returns the refused scores where they come nearer to the tele than those kept by more than the least gain."""
        if self.refused is None or self.refused.tele_db - self.best.tele_db <= self._config.min_gain_db:
            return None
        return self.refused

    def result(self) -> RestorationNetwork:
        """Returns the network kept, on the CPU, in eval mode: a copy of the one given if nothing was better."""
        return (self._with(self._best_state) if self.improved else copy.deepcopy(self._given)).cpu()

    def tensors(self) -> State:
        """Returns the weights kept, for a checkpoint."""
        return {f"best.{name}": value for name, value in self._best_state.items()}

    def to_json(self) -> dict[str, Any]:
        """Returns the rest of the state, for a checkpoint."""
        scores = {"start": self.start, "best": self.best, "refused": self.refused}
        plain = {name: None if value is None else asdict(value) for name, value in scores.items()}
        return {**plain, "stale": self.stale}

    def take_up(self, tensors: State, state: Mapping[str, Any]) -> None:
        """Continues from the state that `tensors` and `to_json` gave."""
        self._best_state = with_prefix(tensors, "best.")
        self._scores = (Scores(**state["start"]), Scores(**state["best"]))
        self.refused = None if state.get("refused") is None else Scores(**state["refused"])
        self.stale = int(state["stale"])


def finite(scores: Scores) -> bool:
    """Whether all scores are finite: those of weights that diverged are not."""
    return all(math.isfinite(value) for value in asdict(scores).values())


def acceptable(scores: Scores, start: Scores, config: AdaptConfig) -> bool:
    """Whether scores keep the hard limits: the wide's tones and the tele's detail. NaN never does.

    Weights need not regain what the starting weights already lacked.
    """
    kept_tones = scores.consistency_db >= min(config.min_consistency_db, start.consistency_db)
    kept_energy = _own(scores) >= min(config.min_energy, _own(start)) - config.max_energy_loss
    kept_detail = scores.detail >= start.detail - config.max_detail_loss
    return finite(scores) and kept_tones and kept_energy and kept_detail


def _own(scores: Scores) -> float:
    """Returns how much of the tele's own detail results hold; noise and halos in their high band do not count."""
    return scores.detail * scores.energy


def better(scores: Scores, best: Scores, start: Scores, config: AdaptConfig) -> bool:
    """Whether `scores` beat the best so far; only a gain of `min_gain_db` beats the start."""
    needed = best.tele_db if best != start else start.tele_db + config.min_gain_db
    return scores.tele_db > needed
