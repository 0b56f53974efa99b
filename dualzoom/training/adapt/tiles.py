"""Registered tiles of pairs, stored as integers; which of them train the network and which only judge it.

Notation: s side of a tile in the wide's pixels; N tiles *inside* (seen by the tele), M *outside*. Tiles of a pair
do not overlap, so no pixel that judges is ever trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.colour.tones import SIGMA_PX
from dualzoom.network.degradation import is_native
from dualzoom.resampling import enlarge_bicubic
from dualzoom.training.adapt.config import AdaptConfig

Float: TypeAlias = NDArray[np.float32]
#: Number of a pair, and of a tile in it.
Place: TypeAlias = tuple[int, int]

#: Of the 2× grid: results get the wide's tones at this scale in the end, so they need not be learned.
_COLOUR_SIGMA_PX = 2 * SIGMA_PX


@dataclass(frozen=True, kw_only=True)
class PairTiles:
    """The tiles of one pair, inside ones first.

    `wide`: (N + M, s, s, 3), uint8 or uint16. `tele`: (N, 2s, 2s, 3) of the same type, registered, in the wide's
    colours. `validity`: (N, 2s, 2s) uint8. `degradation`: (K,) of the whole wide, or None;
    `degradation_if_native`: the same where undecided wides count as native. `digest`: sha256 of both photos' pixels.
    `weight`: (N,) how often each inside tile is drawn, 1 in the mean (see `likeness`); None: all equally.
    `burst`: (N + M, 2s, 2s, 5) float16 where the wide is a merged burst: what its frames saw beyond it.
    """

    name: str
    wide: Pixels
    tele: Pixels
    validity: NDArray[np.uint8]
    degradation: Float | None
    digest: str
    degradation_if_native: Float | None = None
    weight: Float | None = None
    burst: NDArray[np.float16] | None = None

    @property
    def inside(self) -> int:
        """Returns N."""
        return len(self.tele)


@dataclass(frozen=True)
class PairTile:
    """One tile, float32, 0..1: wide (s, s, 3), tele (2s, 2s, 3), validity (2s, 2s); degradation (K,) or None.

    `burst`: (2s, 2s, 5) or None.
    """

    wide: Float
    tele: Float
    validity: Float
    degradation: Float | None
    burst: Float | None = None

    def truth(self) -> Float:
        """Returns the target of the 2× picture (2s, 2s, 3): the tele where it is valid, the enlarged wide elsewhere.

        Gives the tele the wide's low band of colours, so that nothing learns the errors of colour matching.
        """
        base = enlarge_bicubic(self.wide)
        valid = self.validity[..., None]
        difference = _slow((base - self.tele) * valid) / (_slow(self.validity)[..., None] + np.float32(1e-3))
        return np.asarray(base + valid * (np.clip(self.tele + difference, 0, 1) - base), np.float32)


class TileSet:
    """All tiles: inside ones to train on, and those inside and outside that only judge.

    `assume_native`: whether most pairs' wides are native. Then undecided wides of this camera count as native,
    too, here and in use.
    """

    def __init__(self, pairs: Sequence[PairTiles], config: AdaptConfig) -> None:
        self.pairs = tuple(pairs)
        known = [pair.degradation for pair in self.pairs if pair.degradation is not None]
        self.assume_native = (
            sum(is_native(torch.from_numpy(degradation)) for degradation in known) > len(known) / 2
        )
        self.inside: list[Place] = []
        self.held_inside: list[Place] = []
        self.held_outside: list[Place] = []
        for number, pair in enumerate(self.pairs):
            rng = np.random.Generator(np.random.PCG64([config.seed, number, 21]))
            order = [(number, int(i)) for i in rng.permutation(pair.inside)]
            count = min(len(order) // 2, max(2, round(config.held_out * len(order))))
            self.held_inside.extend(order[:count])
            self.inside.extend(order[count:])
            outside = pair.inside + rng.permutation(len(pair.wide) - pair.inside)
            self.held_outside.extend((number, int(i)) for i in outside)

        self._chances = self._cumulated()

    def draw(self, rng: np.random.Generator) -> Place:
        """Draws an inside tile to train on, by its weight."""
        return self.inside[int(np.searchsorted(self._chances, rng.random() * self._chances[-1], "right"))]

    def _cumulated(self) -> NDArray[np.float64]:
        weights = [
            1.0 if (weight := self.pairs[number].weight) is None else float(weight[index])
            for number, index in self.inside
        ]
        return np.cumsum(weights)

    def tile(self, place: Place) -> PairTile:
        """Returns the tile at `place` as floats; an outside tile has no valid tele."""
        number, index = place
        pair = self.pairs[number]
        scale = np.float32(1 / np.iinfo(pair.wide.dtype).max)
        wide = pair.wide[index] * scale
        if index < pair.inside:
            tele = pair.tele[index] * scale
            validity = pair.validity[index] * np.float32(1 / 255)
        else:
            tele = np.zeros((2 * wide.shape[0], 2 * wide.shape[1], 3), np.float32)
            validity = np.zeros(tele.shape[:2], np.float32)
        native = pair.degradation_if_native if self.assume_native else None
        burst = None if pair.burst is None else pair.burst[index].astype(np.float32)
        return PairTile(wide, tele, validity, pair.degradation if native is None else native, burst)

    def judges(self, count: int) -> tuple[list[Place], list[Place]]:
        """Returns held-out tiles inside and outside, at most `count` and a third of it, from the pairs in turn."""
        return in_turn(self.held_inside, count), in_turn(self.held_outside, max(1, count // 3))


def in_turn(places: Sequence[Place], count: int) -> list[Place]:
    """Returns the first `count` places when each pair gives one in turn.

    >>> in_turn([(0, 5), (0, 6), (1, 7), (1, 8)], 3)
    [(0, 5), (1, 7), (0, 6)]
    """
    rank: dict[int, int] = {}
    ranked = []
    for number, index in places:
        rank[number] = rank.get(number, 0) + 1
        ranked.append((rank[number], number, index))
    return [(number, index) for _, number, index in sorted(ranked)[:count]]


def _slow(picture: Float) -> Float:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), _COLOUR_SIGMA_PX), np.float32)
