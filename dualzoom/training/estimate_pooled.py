"""Training of the numbers of native wides, which are read off all patches of a wide together (`network.pooled`).

First towards the simulation's own numbers, then through the network that is told them, which stays as it is: what
counts is the picture, and cameras of the world have no numbers. So a camera is told by those with which it is restored
best.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import measurements
from dualzoom.network.pooled import PooledNumbers, with_brightness
from dualzoom.network.precision import bf16_pays
from dualzoom.training.batches import simulated
from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate.wide_set import PATCHES, simulate_set

_CHUNK, _LEAST_PATCHES = 50, 8  # sets; patches of a set that a step sees
_EPOCHS, _BATCH, _RATE = 24, 64, 2e-3  # towards the numbers
_PICTURES, _PICTURE_RATE = 16, 5e-4  # through the network: sets a step
_NUMBERS_WEIGHT, _RANGE_WEIGHT = 6.0, 4.0  # beside the error of pictures, in dB
_RANGE = -0.2, 1.6  # what the network was told in training, and a little more
_BORDER_PX = 12  # of a picture, whose edge lacks context

Measured = tuple[Tensor, Tensor, Tensor, Tensor]


class SimulatedSets(Dataset[tuple[Tensor, ...]]):
    """Chunk i of simulated wides: measured (B P F), degradation (B K), lr (B 3 s s) and truth (B 3 2s 2s), uint8."""

    def __init__(self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig) -> None:
        self.photos, self.seed, self.simulation = photos, config.seed, config.simulation
        self.chunks = -(-config.estimator_sets // _CHUNK)

    def __len__(self) -> int:
        return self.chunks

    def __getitem__(self, index: int) -> Measured:
        made = [simulate_set(self.photos, (self.seed, index, 5, i), self.simulation) for i in range(_CHUNK)]
        measured = []
        for one in made:
            patches = torch.from_numpy(one.patches).permute(0, 3, 1, 2)
            measured.append(with_brightness(measurements(patches), patches))
        degradation = torch.from_numpy(np.stack([one.degradation for one in made]))
        return (
            torch.stack(measured),
            degradation,
            _coded([o.lr for o in made]),
            _coded([o.truth for o in made]),
        )


@dataclass(frozen=True)
class _Sets:
    measured: Tensor
    degradation: Tensor
    lr: Tensor
    truth: Tensor


def train_pooled(
    network: RestorationNetwork, photos: Sequence[NDArray[np.uint8]], config: TrainConfig
) -> None:
    """Fits the pooled numbers of `network`'s estimator in place; by no sets, or where it has none, does nothing.

    On the network's device; its other weights stay.
    """
    pooled = None if network.estimator is None else network.estimator.pooled
    if pooled is None or config.estimator_sets == 0:
        return
    sets = _Sets(*simulated(SimulatedSets(photos, config), config))
    order = torch.Generator().manual_seed(config.seed)
    pooled.cpu().train().requires_grad_(True)
    pooled.centre.copy_(sets.measured.mean((0, 1)))
    pooled.spread.copy_(sets.measured.std((0, 1)).clamp_min(1e-3))
    _towards_numbers(pooled, sets, order)
    _through(network, pooled, sets, config.estimator_steps, order)
    pooled.eval().requires_grad_(False)


def _towards_numbers(pooled: PooledNumbers, sets: _Sets, order: torch.Generator) -> None:
    optimizer = torch.optim.AdamW(pooled.parameters(), lr=_RATE, weight_decay=1e-2)
    for epoch in range(_EPOCHS):
        _slow_down(optimizer, _RATE, epoch / _EPOCHS)
        for pick in torch.randperm(len(sets.lr), generator=order).split(_BATCH):  # type: ignore[no-untyped-call]
            found = pooled(sets.measured[pick][:, _some(order)])
            _descend(optimizer, (found - sets.degradation[pick]).square().mean())


def _through(
    network: RestorationNetwork, pooled: PooledNumbers, sets: _Sets, steps: int, order: torch.Generator
) -> None:
    device = next(network.parameters()).device
    optimizer = torch.optim.AdamW(pooled.parameters(), lr=_PICTURE_RATE, weight_decay=1e-2)
    with _fixed(network, pooled):
        for step in range(steps):
            _slow_down(optimizer, _PICTURE_RATE, step / steps)
            pick = torch.randint(len(sets.lr), (_PICTURES,), generator=order)
            found = pooled(sets.measured[pick][:, _some(order)])
            lr, truth = (part[pick].to(device).float() / 255 for part in (sets.lr, sets.truth))
            with torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)):
                picture = network(
                    lr.contiguous(memory_format=torch.channels_last), None, None, found.to(device)
                )
            error = (picture.float() - truth)[..., _BORDER_PX:-_BORDER_PX, _BORDER_PX:-_BORDER_PX]
            decibels = 10 * torch.log10(error.square().mean((1, 2, 3)) + 1e-6)
            off, beyond = found - sets.degradation[pick], found - found.clamp(*_RANGE)
            held = _NUMBERS_WEIGHT * off.square().mean() + _RANGE_WEIGHT * beyond.square().mean()
            _descend(optimizer, decibels.mean().cpu() + held)


@contextmanager
def _fixed(network: RestorationNetwork, pooled: PooledNumbers) -> Iterator[None]:
    """Inside, all weights of the network but those of `pooled` keep still."""
    own = set(map(id, pooled.parameters()))
    others = [weight for weight in network.parameters() if id(weight) not in own and weight.requires_grad]
    for weight in others:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in others:
            weight.requires_grad_(True)


def _some(order: torch.Generator) -> Tensor:
    """Numbers of the patches that a step sees: photos have fewer or more."""
    count = int(torch.randint(_LEAST_PATCHES, PATCHES + 1, (1,), generator=order))
    return torch.randperm(PATCHES, generator=order)[:count]


def _slow_down(optimizer: torch.optim.Optimizer, rate: float, done: float) -> None:
    """Cosine decay to zero. `done`: 0..1."""
    for group in optimizer.param_groups:
        group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * done))


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def _coded(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
    """B h w 3 in 0..1 -> B 3 h w uint8."""
    codes = np.rint(np.clip(np.stack(pictures), 0, 1) * 255).astype(np.uint8)
    return torch.from_numpy(codes).permute(0, 3, 1, 2).contiguous()
