"""The network that adapts: one optimizer step after the other."""

import copy
import math
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.precision import bf16_pays
from dualzoom.training.adapt.batches import ExampleBatch, make_batch
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.halves import gradients_by_halves
from dualzoom.training.adapt.objective import objective
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.confidence import overheard
from dualzoom.training.learner import Learner
from dualzoom.training.parallel import Group


class Adapter(Learner):
    """A learner on tiles of real pairs, beginning with a copy of a trained network.

    The estimator's weights stay fixed, so that `zoom` gives the adapted network the degradations it was trained with.
    """

    def __init__(
        self,
        network: RestorationNetwork,
        config: AdaptConfig,
        device: torch.device,
        group: Group | None = None,
    ) -> None:
        learning = copy.deepcopy(network)
        if learning.estimator is not None:
            learning.estimator.requires_grad_(False)
        super().__init__(learning, device, ema=config.ema, group=group or Group())
        if learning.estimator is not None:
            learning.estimator.eval()  # no dropout
        self.config = config
        self._beside = ThreadPoolExecutor(1)
        self._begun: tuple[TileSet, int, Future[ExampleBatch]] | None = None

    def train_step(self, tiles: TileSet) -> Tensor:
        """Take one optimizer step on this process's share of the batch; returns the whole batch's loss.

        The next batch, which depends on the step's number alone, is made in a thread meanwhile.
        """
        config, group = self.config, self.group
        batch = self._batch(tiles).to(self.device)
        if self.device.type == "cpu" and batch.kind != "fidelity":
            found, gradients = gradients_by_halves(self.network, batch, self.parameters, config)
            self.follow(gradients, self.learning_rate(), config.gradient_clip)
            return group.mean(found)
        with (
            overheard(self.network) as confidence,
            torch.autocast(self.device.type, torch.bfloat16, enabled=bf16_pays(self.device)),
        ):
            loss = objective(self.network, batch, confidence, config)
        self.descend(loss, self.learning_rate(), config.gradient_clip)
        return group.mean(loss.detach())

    def _batch(self, tiles: TileSet) -> ExampleBatch:
        """This step's batch, made beside the step before if there was one."""
        config, group = self.config, self.group

        def make(step: int) -> ExampleBatch:
            return make_batch(tiles, step, config, group.rank, group.size)

        begun, self._begun = self._begun, None
        if self.step + 1 < config.steps:
            self._begun = (tiles, self.step + 1, self._beside.submit(make, self.step + 1))
        if begun is not None and begun[0] is tiles and begun[1] == self.step:
            return begun[2].result()
        return make(self.step)

    def learning_rate(self) -> float:
        """Returns that of the next step: linear warm-up, then constant or, with `decay`, a cosine to zero."""
        config = self.config
        warm = min(1.0, (self.step + 1) / config.warmup_steps)
        left = 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / config.steps))) if config.decay else 1.0
        return config.learning_rate * warm * left
