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
from dualzoom.training.simulate import (
    ORIENTATIONS,
    BurstSample,
    Sample,
    simulate,
    simulate_burst,
    turned,
)

#: Batches between two orientations of a sample: neighbouring steps should not see the same places.
PASS_BATCHES = 4


@dataclass(frozen=True)
class Batch:
    """lr B 3 H W, ref B 3 2H 2W or None, validity B 1 2H 2W or None, truth B 3 2H 2W, degradation B K.

    shift B 2 H W: (dy, dx) in LR px from each cell to the reference's cell that shows the same, or nan.
    burst B 5 2H 2W: of bursts, what all frames saw on the 2× grid (`simulate.burst`), or None.
    """

    lr: Tensor
    ref: Tensor | None
    validity: Tensor | None
    truth: Tensor
    degradation: Tensor
    shift: Tensor | None = None
    burst: Tensor | None = None

    @property
    def beside(self) -> tuple[Tensor, ...]:
        """What a network for bursts is given after all that every network is."""
        return () if self.burst is None else (self.burst,)

    def to(self, device: torch.device) -> "Batch":
        """Moves the batch to `device`."""
        parts = (self.lr, self.ref, self.validity, self.truth, self.degradation, self.shift, self.burst)
        return Batch(*(None if part is None else part.to(device, non_blocking=True) for part in parts))  # type: ignore[arg-type]


def simulated(samples: Dataset[tuple[Tensor, ...]], config: TrainConfig) -> tuple[Tensor, ...]:
    """All chunks of a data set, made by the run's workers, each tensor of them put together along its first axis."""
    loader = DataLoader(
        samples,
        batch_size=None,
        num_workers=config.workers,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if config.workers else None,
    )
    return tuple(torch.cat(parts) for parts in zip(*loader, strict=True))


def collate(samples: Sequence[Sample], with_reference: bool) -> Batch:
    """Stacks samples to one batch of channels-first tensors."""

    bursts = isinstance(samples[0], BurstSample)

    def stack(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
        return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()

    return Batch(
        lr=stack([s.lr for s in samples]),
        ref=stack([s.ref for s in samples]) if with_reference else None,
        validity=stack([s.validity[..., None] for s in samples]) if with_reference else None,
        truth=stack([s.truth for s in samples]),
        degradation=torch.from_numpy(np.stack([s.degradation for s in samples])),
        shift=stack([s.shift for s in samples]) if with_reference else None,
        burst=stack([s.burst for s in samples if isinstance(s, BurstSample)]) if bursts else None,
    )


def drawn(photos: Sequence[NDArray[np.uint8]], seed: Sequence[int], config: TrainConfig) -> Sample:
    """Simulates the sample of `seed`: of single photos, or of bursts where the configuration asks for them."""
    if config.frames.most:
        return simulate_burst(photos, seed, config.simulation, config.frames)
    return simulate(photos, seed, config.simulation)


class SimulatedBlocks(Dataset[list[Batch]]):
    """Block number i of a run, or the share of process `rank` of `ranks` in it: some neighbouring batches.

    Where samples are shown in one orientation only, a block is a batch. Else each sample is simulated once for a block
    of `orientations` passes, and shown once in each: in another orientation and in another company, since each place in
    a batch takes its samples of a pass in an order of its own.
    """

    def __init__(
        self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig, rank: int = 0, ranks: int = 1
    ) -> None:
        self.photos, self.config, self.rank, self.ranks = photos, config, rank, ranks
        self.pass_batches = 1 if config.orientations == 1 else PASS_BATCHES

    @property
    def batches(self) -> int:
        """How many batches a block has."""
        return self.pass_batches * self.config.orientations

    def __getitem__(self, block: int) -> list[Batch]:
        first = block * self.batches
        columns = [self._column(first, place) for place in range(self.rank, self.config.batch, self.ranks)]
        return [
            collate(samples, self._with_reference(first + number))
            for number, samples in enumerate(zip(*columns, strict=True))
        ]

    def _column(self, first: int, place: int) -> list[Sample]:
        """Returns the samples at one place in all of a block's batches, of which `first` is the first."""
        config = self.config
        made = [
            drawn(self.photos, (config.seed, first + number, 0, place), config)
            for number in range(self.pass_batches)
        ]
        if config.orientations == 1:
            return made
        choose = np.random.Generator(np.random.PCG64([config.seed, first, 2, place]))
        ways = [choose.permutation(ORIENTATIONS) for _ in made]
        orders = [choose.permutation(len(made)) for _ in range(config.orientations)]
        return [turned(made[at], int(ways[at][turn])) for turn, order in enumerate(orders) for at in order]

    def _with_reference(self, index: int) -> bool:
        choose = np.random.Generator(np.random.PCG64([self.config.seed, index, 1]))
        return bool(choose.random() >= self.config.no_reference)


def batches(
    photos: Sequence[NDArray[np.uint8]], config: TrainConfig, start: int, rank: int = 0, ranks: int = 1
) -> Iterator[Batch]:
    """Yields batches start, start+1, … up to the last step, simulated in worker processes, in order.

    Where time ends the run, nothing ends the batches.
    """
    blocks = SimulatedBlocks(photos, config, rank, ranks)
    first, skipped = divmod(start, blocks.batches)
    end = config.steps if config.schedule == "steps" else None
    loader = DataLoader(
        blocks,
        batch_size=None,
        sampler=itertools.count(first) if end is None else range(first, -(-end // blocks.batches)),
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if config.workers else None,  # a fork after OpenMP has run hangs
    )
    left = None if end is None else skipped + max(0, end - start)
    return itertools.islice(itertools.chain.from_iterable(loader), skipped, left)


def one_thread(_worker: int) -> None:
    """Restricts a worker to one thread: the workers themselves occupy the cores."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
