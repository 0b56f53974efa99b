"""Simulated batches, each a function of (seed, index) alone: a run resumed at step s starts at index s."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate import Sample, simulate


@dataclass(frozen=True)
class Batch:
    """lr B 3 H W, ref B 3 2H 2W or None, validity B 1 2H 2W or None, truth B 3 2H 2W, degradation B K.

    shift B 2 H W: (dy, dx) in LR px from each cell to the reference's cell that shows the same, or nan.
    """

    lr: Tensor
    ref: Tensor | None
    validity: Tensor | None
    truth: Tensor
    degradation: Tensor
    shift: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Moves the batch to `device`."""
        parts = (self.lr, self.ref, self.validity, self.truth, self.degradation, self.shift)
        return Batch(*(None if part is None else part.to(device, non_blocking=True) for part in parts))  # type: ignore[arg-type]


def collate(samples: Sequence[Sample], with_reference: bool) -> Batch:
    """Stacks samples to one batch of channels-first tensors."""

    def stack(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
        return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()

    return Batch(
        lr=stack([s.lr for s in samples]),
        ref=stack([s.ref for s in samples]) if with_reference else None,
        validity=stack([s.validity[..., None] for s in samples]) if with_reference else None,
        truth=stack([s.truth for s in samples]),
        degradation=torch.from_numpy(np.stack([s.degradation for s in samples])),
        shift=stack([s.shift for s in samples]) if with_reference else None,
    )


class SimulatedBatches(Dataset[Batch]):
    """Batch number i of a run, or the share of process `rank` of `ranks` in it."""

    def __init__(
        self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig, rank: int = 0, ranks: int = 1
    ) -> None:
        self.photos, self.config, self.rank, self.ranks = photos, config, rank, ranks

    def __len__(self) -> int:
        return self.config.steps

    def __getitem__(self, index: int) -> Batch:
        config = self.config
        choose = np.random.Generator(np.random.PCG64([config.seed, index, 1]))
        samples = [
            simulate(self.photos, (config.seed, index, 0, i), config.simulation)
            for i in range(self.rank, config.batch, self.ranks)
        ]
        return collate(samples, with_reference=bool(choose.random() >= config.no_reference))


def batches(
    photos: Sequence[NDArray[np.uint8]], config: TrainConfig, start: int, rank: int = 0, ranks: int = 1
) -> Iterator[Batch]:
    """Yields batches start, start+1, … up to the last step, simulated in worker processes, in order.

    Where time ends the run, nothing ends the batches.
    """
    loader = DataLoader(
        SimulatedBatches(photos, config, rank, ranks),
        batch_size=None,
        sampler=range(start, config.steps) if config.schedule == "steps" else itertools.count(start),
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if config.workers else None,  # a fork after OpenMP has run hangs
    )
    return iter(loader)


def one_thread(_worker: int) -> None:
    """Restricts a worker to one thread: the workers themselves occupy the cores."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
