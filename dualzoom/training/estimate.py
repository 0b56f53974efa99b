"""Training the condition estimator: which wide is clean, and what a real one went through."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, Dataset

from dualzoom.network.condition import SIZE
from dualzoom.training.batches import one_thread
from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate import simulate_wide

BATCH, PATCH_PX, LEARNING_RATE = 32, 64, 2e-3

Wides = tuple[Tensor, Tensor, Tensor]


class SimulatedWides(Dataset[Wides]):
    """Batch i: LR (B 3 h w), condition (B K), clean (B) as 0 or 1."""

    def __init__(self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig) -> None:
        self.photos, self.seed, self.steps = photos, config.seed, config.estimator_steps
        self.simulation = replace(config.simulation, lr_patch_px=PATCH_PX)

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> Wides:
        made = [simulate_wide(self.photos, (self.seed, index, 3, i), self.simulation) for i in range(BATCH)]
        pictures, conditions, clean = zip(*made, strict=True)
        lr = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
        return lr, torch.from_numpy(np.stack(conditions)), torch.tensor(clean, dtype=torch.float32)


def estimator_loss(estimates: Tensor, condition: Tensor, clean: Tensor) -> Tensor:
    """Cross-entropy of the clean logit, and squared error of the condition where the wide is real.

    estimates B K+1, condition B K, clean B.
    """
    decision = F.binary_cross_entropy_with_logits(estimates[:, SIZE], clean)
    error = (estimates[:, :SIZE] - condition).square().mean(1)
    return decision + (error * (1 - clean)).sum() / (1 - clean).sum().clamp_min(1)


def train_estimator(
    estimator: nn.Module, photos: Sequence[NDArray[np.uint8]], config: TrainConfig, device: torch.device
) -> None:
    """Fit `estimator` in place, in about a tenth of the network's own time."""
    estimator.train().requires_grad_(True)
    optimizer = torch.optim.Adam(estimator.parameters(), lr=LEARNING_RATE)
    loader = DataLoader(
        SimulatedWides(photos, config),
        batch_size=None,
        num_workers=config.workers,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if config.workers else None,
    )
    for step, (lr, condition, clean) in enumerate(loader):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / config.estimator_steps))
        loss = estimator_loss(estimator(lr.to(device)), condition.to(device), clean.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    estimator.eval()
