"""Training of the degradation estimator: the kind of a wide, and the degradation of a native one."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset

from dualzoom.network.degradation import PATCH_PX, SIZE, DegradationEstimator, measurements
from dualzoom.training.batches import simulated
from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate import simulate_wide

CHUNK, BATCH, EPOCHS, LEARNING_RATE = 64, 64, 40, 2e-3

Measured = tuple[Tensor, Tensor, Tensor]


class SimulatedWides(Dataset[tuple[Tensor, ...]]):
    """Chunk i of simulated wides: measurements (B F), degradation (B K), kind (B) by its number."""

    def __init__(self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig) -> None:
        self.photos, self.seed = photos, config.seed
        self.chunks = -(-config.estimator_samples // CHUNK)
        self.simulation = replace(config.simulation, lr_patch_px=PATCH_PX)

    def __len__(self) -> int:
        return self.chunks

    def __getitem__(self, index: int) -> Measured:
        made = [simulate_wide(self.photos, (self.seed, index, 3, i), self.simulation) for i in range(CHUNK)]
        pictures, degradations, kinds = zip(*made, strict=True)
        patches = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
        return measurements(patches), torch.from_numpy(np.stack(degradations)), torch.tensor(kinds)


def estimator_loss(estimates: Tensor, degradation: Tensor, kind: Tensor) -> Tensor:
    """Cross-entropy of the kind, and squared error of the degradation where the wide is native.

    estimates B K+3, degradation B K, kind B (its number among KINDS).
    """
    decision = F.cross_entropy(estimates[:, SIZE:], kind)
    native = (kind == 0).float()
    error = (estimates[:, :SIZE] - degradation).square().mean(1)
    return decision + 2 * (error * native).sum() / native.sum().clamp_min(1)


def train_estimator(
    estimator: DegradationEstimator, photos: Sequence[NDArray[np.uint8]], config: TrainConfig
) -> None:
    """Fit `estimator` in place (on the CPU: it is small) to patches simulated once; by no samples, leave it."""
    if config.estimator_samples == 0:
        return
    measured, degradation, kind = simulated(SimulatedWides(photos, config), config)
    estimator.cpu().train().regression.requires_grad_(True)
    estimator.centre.copy_(measured.mean(0))
    estimator.spread.copy_(measured.std(0).clamp_min(1e-3))
    measured = (measured - estimator.centre) / estimator.spread
    optimizer = torch.optim.AdamW(estimator.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    order = torch.Generator().manual_seed(config.seed)
    for epoch in range(EPOCHS):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * epoch / EPOCHS))
        for pick in torch.randperm(len(measured), generator=order).split(BATCH):  # type: ignore[no-untyped-call]
            loss = estimator_loss(estimator.regression(measured[pick]), degradation[pick], kind[pick])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    estimator.eval()
