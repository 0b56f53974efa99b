"""What a step asks, from real pairs without a truth. Three kinds of batch, each a function of (seed, step) alone:

fidelity  Eq. 7 of the paper: the wide and its aligned tele in; SR reduced must be the wide, and where the tele is
          valid and the network is confident, SR must look like the tele.
pair      the self-supervised pair (after SelfDZSR): the wide's pixels in, the tele as truth where it is valid, and as
          reference another tele: displaced, blurred, noisy, recoloured, partly wrong. What is copied blindly
          does not fit the truth, so the network learns what to take, and this camera's blur.
alone     the same without a reference, with tiles that the tele never saw mixed in (held to the wide only).

Where the wide is to be corrected, SR is not reduced but taken through the fitted camera (`degradation`), and that must
be the wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.degradation import Degradation, area_mean
from dualzoom.training.adapt.tiles import Float, Place, Tile, TileSet
from dualzoom.training.confidence import Confidence
from dualzoom.training.losses.adaptation import reduced_difference
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.reconstruction import low_band_difference
from dualzoom.training.simulate import simulate_reference

Kind: TypeAlias = Literal["fidelity", "pair", "alone"]

_OUTSIDE_SHARE = 0.25  # of an "alone" batch


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
        outside = kind == "alone" and bool(tiles.outside) and rng.random() < _OUTSIDE_SHARE
        place = _pick(tiles.outside if outside else tiles.inside, rng)
        stranger = tiles.tile(_pick(tiles.inside, rng))
        items.append(cropped(make_item(tiles.tile(place), stranger, kind, config, rng), config.crop_px, rng))
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


def task_loss(
    network: nn.Module,
    base: nn.Module | None,
    batch: TaskBatch,
    confidence: Confidence,
    config: AdaptConfig,
    degradation: Degradation | None = None,
) -> Tensor:
    """The loss of a batch: a mean over its items, so that it may be shared out among processes.

    `base`: the network that adaptation began with, if being less true to the wide than it was is to be punished.
    `degradation`: the camera by which results are to show the wide; None: reduced as the paper does.
    """
    inputs = (batch.wide, batch.ref, batch.validity, batch.condition)
    sr = network(*inputs).float()
    barrier = sr.new_zeros(())
    if base is not None:
        with torch.no_grad():
            allowed = infidelity(base(*inputs).float(), batch.wide, degradation)
        lost = infidelity(sr, batch.wide, degradation) / allowed.clamp_min(1e-6) - 1
        barrier = config.barrier * F.relu(lost).mean()
    if batch.kind == "fidelity":  # Eq. 7
        details = registered_fidelity(sr, batch.truth, confidence.weights(batch.weight)).mean()
        eq7: Tensor = _unlike(sr, batch.wide, degradation) + config.fidelity_weight * details + barrier
        return eq7
    error = (sr - batch.truth).abs().mean(1, keepdim=True) * batch.weight
    per_item = error.sum((1, 2, 3)) / batch.weight.sum((1, 2, 3)).clamp_min(1)
    loss: Tensor = per_item.mean() + barrier
    unseen = batch.weight.amax((1, 2, 3)) == 0
    if bool(unseen.any()):
        loss = loss + unseen.float().mean() * _unlike(sr[unseen], batch.wide[unseen], degradation)
    return loss


def infidelity(sr: Tensor, wide: Tensor, degradation: Degradation | None = None) -> Tensor:
    """Mean squared difference of results, reduced by area or as the camera would, from the wide: B 3 2h 2w … -> B."""
    reduce = degradation or area_mean
    return (reduce(sr) - wide).square().mean((1, 2, 3))


def _unlike(sr: Tensor, wide: Tensor, degradation: Degradation | None) -> Tensor:
    """First term of Eq. 7, a mean."""
    if degradation is None:
        return reduced_difference(sr, wide)
    return low_band_difference(degradation(sr), wide)


def _pick(places: Sequence[Place], rng: np.random.Generator) -> Place:
    return places[int(rng.integers(len(places)))]


def _generator(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([*seed, 31]))
