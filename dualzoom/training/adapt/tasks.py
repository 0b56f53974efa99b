"""What a step asks, from real pairs without a truth. Three kinds of batch, each a function of (seed, step) alone:

fidelity  Eq. 7 of the paper: the wide and its aligned tele in; SR must have the wide's tones, and where the tele is
          valid and the network is confident, SR must look like the tele. (The paper asks SR reduced to be the wide,
          pixel by pixel; but the wide errs there, and its errors would be learned.)
pair      the self-supervised pair (after SelfDZSR): the wide's pixels in, the tele as truth where it is valid, and as
          reference another tele: displaced, blurred, noisy, recoloured, partly wrong. What is copied blindly
          does not fit the truth, so the network learns what to take, and this camera's blur. A share may be shown the
          tele as it is registered (`AdaptConfig.untouched_share`).
alone     the same without a reference.

A pair's detail counts twice: in the whole band, and above what the wide can show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dualzoom.network.fusion import high_band
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tiles import Float, Tile, TileSet
from dualzoom.training.confidence import Confidence
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.tones import tone_difference
from dualzoom.training.simulate import simulate_reference

Kind: TypeAlias = Literal["fidelity", "pair", "alone"]


@dataclass(frozen=True)
class Item:
    """float32 arrays: wide h w 3; ref 2h 2w 3 and validity 2h 2w as the network sees them; truth 2h 2w 3, weight 2h 2w.

    `condition` K or None.
    """

    wide: Float
    ref: Float
    validity: Float
    truth: Float
    weight: Float
    condition: Float | None


@dataclass(frozen=True)
class TaskBatch:
    """As `Item`, channels first: wide B 3 h w, ref B 3 2h 2w, validity B 1 2h 2w, truth, weight, condition B K.

    Without a reference `ref` and `validity` are None; `condition` is None for a network that asks for none.
    """

    kind: Kind
    wide: Tensor
    ref: Tensor | None
    validity: Tensor | None
    truth: Tensor
    weight: Tensor
    condition: Tensor | None

    def to(self, device: torch.device) -> "TaskBatch":
        """The same batch on `device`."""
        parts = (self.wide, self.ref, self.validity, self.truth, self.weight, self.condition)
        return TaskBatch(self.kind, *(None if part is None else part.to(device) for part in parts))  # type: ignore[arg-type]


def kind_of(step: int, config: AdaptConfig) -> Kind:
    """Which kind of batch step number `step` is."""
    chance = _generator(config.seed, step, 1).random()
    if chance < config.fidelity_share:
        return "fidelity"
    return "alone" if chance < config.fidelity_share + config.alone_share else "pair"


def make_batch(tiles: TileSet, step: int, config: AdaptConfig, rank: int = 0, ranks: int = 1) -> TaskBatch:
    """This process's share of batch `step`: items rank, rank + ranks, … of `config.batch`."""
    kind = kind_of(step, config)
    items = []
    for number in range(rank, config.batch, ranks):
        rng = _generator(config.seed, step, 2, number)
        place, stranger = tiles.draw(rng), tiles.tile(tiles.draw(rng))
        untouched = kind == "pair" and rng.random() < config.untouched_share
        item = make_item(tiles.tile(place), stranger, "fidelity" if untouched else kind, config, rng)
        items.append(cropped(item, config.crop_px, rng))
    return collate(items, kind)


def make_item(tile: Tile, stranger: Tile, kind: Kind, config: AdaptConfig, rng: np.random.Generator) -> Item:
    """A whole tile as an item; `stranger` gives what a wrong reference shows."""
    truth = tile.truth()
    ref, validity = tile.tele, tile.validity
    if kind == "pair":
        simulated = simulate_reference(truth, stranger.tele, config.simulation, rng)
        ref, validity = simulated.picture, validity * simulated.validity
    return Item(tile.wide, ref, validity, truth, tile.validity, tile.condition)


def cropped(item: Item, side: int, rng: np.random.Generator) -> Item:
    """A random square of `side` LR px, turned and mirrored at random."""
    spare = item.wide.shape[0] - side
    y, x = int(rng.integers(spare + 1)), int(rng.integers(spare + 1))
    turns, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)

    def cut(picture: Float, scale: int) -> Float:
        part = picture[scale * y : scale * (y + side), scale * x : scale * (x + side)]
        part = np.rot90(part, turns)
        return np.ascontiguousarray(part[:, ::-1] if mirrored else part)

    return Item(
        cut(item.wide, 1),
        *(cut(item.ref, 2), cut(item.validity, 2), cut(item.truth, 2), cut(item.weight, 2)),
        item.condition,
    )


def collate(items: Sequence[Item], kind: Kind) -> TaskBatch:
    """Items to one batch of channels-first tensors."""

    def stack(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
        many = np.stack(pictures)
        return torch.from_numpy(many if many.ndim == 4 else many[..., None]).permute(0, 3, 1, 2).contiguous()

    conditions = [item.condition for item in items if item.condition is not None]
    alone = kind == "alone"
    return TaskBatch(
        kind=kind,
        wide=stack([item.wide for item in items]).contiguous(memory_format=torch.channels_last),
        ref=None if alone else stack([item.ref for item in items]),
        validity=None if alone else stack([item.validity for item in items]),
        truth=stack([item.truth for item in items]),
        weight=stack([item.weight for item in items]),
        condition=torch.from_numpy(np.stack(conditions)) if conditions else None,
    )


def task_loss(network: nn.Module, batch: TaskBatch, confidence: Confidence, config: AdaptConfig) -> Tensor:
    """The loss of a batch: a mean over its items, so that it may be shared out among processes."""
    sr = network(batch.wide, batch.ref, batch.validity, batch.condition).float()
    if batch.kind == "fidelity":  # Eq. 7
        details = registered_fidelity(sr, batch.truth, confidence.weights(batch.weight)).mean()
        eq7: Tensor = tone_difference(sr, batch.wide) + config.fidelity_weight * details
        return eq7
    missing = sr - batch.truth
    error = missing.abs() + config.detail_weight * high_band(missing).abs()
    per_item = (error.mean(1, keepdim=True) * batch.weight).sum((1, 2, 3))
    loss: Tensor = (per_item / batch.weight.sum((1, 2, 3)).clamp_min(1)).mean()
    return loss


def _generator(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([*seed, 31]))
