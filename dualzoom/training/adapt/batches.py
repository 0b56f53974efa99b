"""Makes the batches of real pairs: three kinds, each a function of (seed, step) alone:

fidelity   the wide and its aligned tele, for Eq. 7 of the paper.
reference  a self-supervised example (after SelfDZSR): the wide's pixels in, the tele as truth where it is valid, and as
           reference another tele: displaced, blurred, noisy, recoloured, partly wrong. What the network copies blindly
           does not fit the truth, so it learns what to take, and this camera's blur. A share of the examples has the
           tele as it is registered for reference (`AdaptConfig.untouched_share`).
alone      the same without a reference.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.frames.dcsr_frames import DcsrFrames
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tiles import Float, PairTile, TileSet
from dualzoom.training.simulate import simulate_reference

Kind: TypeAlias = Literal["fidelity", "reference", "alone"]


@dataclass(frozen=True)
class Example:
    """float32 arrays: wide h w 3; ref 2h 2w 3 and validity 2h 2w as the network reads them; truth 2h 2w 3.

    `weight`, 2h 2w: how much each place counts. `degradation` K or None. `burst`: 2h 2w 5 where `wide` is a merged one.
    """

    wide: Float
    ref: Float
    validity: Float
    truth: Float
    weight: Float
    degradation: Float | None
    burst: Float | None = None


@dataclass(frozen=True)
class ExampleBatch:
    """As `Example`, channels first: wide B 3 h w, ref B 3 2h 2w, validity B 1 2h 2w, truth, weight, degradation B K.

    Without a reference `ref` and `validity` are None; `degradation` is None for a network without an estimator. Of
    bursts, `burst` B 5 2h 2w.
    """

    kind: Kind
    wide: Tensor
    ref: Tensor | None
    validity: Tensor | None
    truth: Tensor
    weight: Tensor
    degradation: Tensor | None
    burst: Tensor | None = None

    def to(self, device: torch.device) -> "ExampleBatch":
        """The same batch on `device`."""
        return self._each(lambda tensor: tensor.to(device))

    def part(self, items: slice) -> "ExampleBatch":
        """Some of its items."""
        return self._each(lambda tensor: tensor[items])

    def beside(self, network: RestorationNetwork) -> tuple[Tensor, ...]:
        """What a network for bursts is given after all that every network is."""
        return () if self.burst is None or not isinstance(network, DcsrFrames) else (self.burst,)

    def _each(self, change: Callable[[Tensor], Tensor]) -> "ExampleBatch":
        parts = (self.wide, self.ref, self.validity, self.truth, self.weight, self.degradation, self.burst)
        return ExampleBatch(self.kind, *(None if part is None else change(part) for part in parts))  # type: ignore[arg-type]


def kind_of(step: int, config: AdaptConfig) -> Kind:
    """Returns the kind of batch of step number `step`."""
    chance = _generator(config.seed, step, 1).random()
    if chance < config.fidelity_share:
        return "fidelity"
    return "alone" if chance < config.fidelity_share + config.alone_share else "reference"


def make_batch(tiles: TileSet, step: int, config: AdaptConfig, rank: int = 0, ranks: int = 1) -> ExampleBatch:
    """Makes this process's share of batch `step`: examples rank, rank + ranks, … of `config.batch`."""
    kind = kind_of(step, config)
    examples = []
    for number in range(rank, config.batch, ranks):
        rng = _generator(config.seed, step, 2, number)
        place, stranger = tiles.draw(rng), tiles.tile(tiles.draw(rng))
        untouched = kind == "reference" and rng.random() < config.untouched_share
        example = make_example(tiles.tile(place), stranger, "fidelity" if untouched else kind, config, rng)
        examples.append(cropped(example, config.crop_px, rng))
    return collate(examples, kind)


def make_example(
    tile: PairTile, stranger: PairTile, kind: Kind, config: AdaptConfig, rng: np.random.Generator
) -> Example:
    """Makes an example of a whole tile; where the reference is wrong it shows `stranger`."""
    truth = tile.truth()
    ref, validity = tile.tele, tile.validity
    if kind == "reference":
        simulated = simulate_reference(truth, stranger.tele, config.simulation, rng)
        ref, validity = simulated.picture, validity * simulated.validity
    return Example(tile.wide, ref, validity, truth, tile.validity, tile.degradation, tile.burst)


def cropped(example: Example, side: int, rng: np.random.Generator) -> Example:
    """Cuts a random square of `side` LR px, turned and mirrored at random."""
    spare = example.wide.shape[0] - side
    y, x = int(rng.integers(spare + 1)), int(rng.integers(spare + 1))
    turns, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)

    def cut(picture: Float, scale: int) -> Float:
        part = picture[scale * y : scale * (y + side), scale * x : scale * (x + side)]
        part = np.rot90(part, turns)
        return np.ascontiguousarray(part[:, ::-1] if mirrored else part)

    return Example(
        cut(example.wide, 1),
        *(cut(example.ref, 2), cut(example.validity, 2), cut(example.truth, 2), cut(example.weight, 2)),
        example.degradation,
        None if example.burst is None else cut(example.burst, 2),
    )


def collate(examples: Sequence[Example], kind: Kind) -> ExampleBatch:
    """Stacks examples to one batch of channels-first tensors."""

    def stack(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
        many = np.stack(pictures)
        return torch.from_numpy(many if many.ndim == 4 else many[..., None]).permute(0, 3, 1, 2).contiguous()

    degradations = [example.degradation for example in examples if example.degradation is not None]
    bursts = [example.burst for example in examples if example.burst is not None]
    alone = kind == "alone"
    return ExampleBatch(
        kind=kind,
        wide=stack([example.wide for example in examples]).contiguous(memory_format=torch.channels_last),
        ref=None if alone else stack([example.ref for example in examples]),
        validity=None if alone else stack([example.validity for example in examples]),
        truth=stack([example.truth for example in examples]),
        weight=stack([example.weight for example in examples]),
        degradation=torch.from_numpy(np.stack(degradations)) if degradations else None,
        burst=stack(bursts) if bursts else None,
    )


def _generator(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([*seed, 31]))
