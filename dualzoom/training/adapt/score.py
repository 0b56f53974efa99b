"""How good weights are on tiles that were held out, and whether others may replace them.

- `tele_db`: PSNR in dB of results against the tele where it is valid; half of it without a reference, half with a
  reference that is *not* that tele (as in a self-supervised pair). This is what adaptation is for.
- `detail`: correlation with the tele's high band when the tele itself is the reference, as in use.
- `consistency_db`: PSNR of results, reduced by area, against the wide, in use and outside the tele's view; three
  quarters of a frame lie there. Where the wide is to be corrected, results are reduced as this camera would.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import bicubic_up
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.degradation import Degradation
from dualzoom.training.adapt.tasks import Item, TaskBatch, collate, infidelity, make_item
from dualzoom.training.adapt.tiles import TileSet

SCORES_VERSION = 3  # another one where the same weights would get other scores: no run goes on across it
_CHUNK = 8
_BORDER_PX = 8  # of the 2× grid: a tile's edge lacks context
_LEAST_DETAIL = 4e-5  # variance of the tele's high band below which a tile says nothing of detail


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Held-out scores; see the module."""

    tele_db: float
    detail: float
    consistency_db: float

    def to_json(self) -> dict[str, float]:
        """Rounded, as plain JSON values."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def finite(scores: Scores) -> bool:
    """Whether all scores are numbers: weights that diverged have none."""
    return all(math.isfinite(value) for value in asdict(scores).values())


def acceptable(scores: Scores, limits: Scores, config: AdaptConfig) -> bool:
    """The hard limits: neither the wide's content nor the tele's detail may be lost. NaN is never acceptable."""
    lost_db = limits.consistency_db - scores.consistency_db
    true_to_wide = lost_db <= config.max_consistency_loss_db
    return finite(scores) and true_to_wide and scores.detail >= limits.detail - config.max_detail_loss


def better(scores: Scores, best: Scores, start: Scores, config: AdaptConfig) -> bool:
    """Whether `scores` are better than the best so far. The start itself is only beaten by a real gain."""
    needed = best.tele_db if best != start else start.tele_db + config.min_gain_db
    return scores.tele_db > needed


class Judge:
    """Fixed batches of held-out tiles. `degradation`: how results are reduced; None: by area."""

    def __init__(self, tiles: TileSet, config: AdaptConfig, degradation: Degradation | None = None) -> None:
        self.degradation = degradation
        inside, outside = tiles.judges(config.judged_tiles)
        rng = np.random.Generator(np.random.PCG64([config.seed, 41]))
        seen = [tiles.tile(place) for place in inside]
        strangers = seen[1:] + seen[:1]
        self._used = [make_item(tile, tile, "fidelity", config, rng) for tile in seen]
        pairs = [
            make_item(tile, other, "pair", config, rng) for tile, other in zip(seen, strangers, strict=True)
        ]
        rest = [make_item(tile, tile, "alone", config, rng) for tile in map(tiles.tile, outside)]
        self.in_use, self.pairs = _chunks(self._used, "fidelity"), _chunks(pairs, "pair")
        self.outside = _chunks(rest, "alone")

    @torch.no_grad()
    def measure(self, network: nn.Module, device: torch.device) -> Scores:
        """Scores of `network` (in eval mode, on `device`)."""
        errors: list[tuple[Tensor, Tensor]] = []
        details: list[Tensor] = []
        inside: list[Tensor] = []
        outside: list[Tensor] = []
        for batch in (chunk.to(device) for chunk in self.pairs):
            for ref, validity in ((None, None), (batch.ref, batch.validity)):
                errors.append(_weighted_error(network(batch.wide, ref, validity, batch.condition), batch))
        for batch in (chunk.to(device) for chunk in self.in_use):
            picture = network(batch.wide, batch.ref, batch.validity, batch.condition).float().clamp(0, 1)
            assert batch.ref is not None
            details.append(_detail(picture, batch.ref, batch.weight))
            inside.append(infidelity(picture, batch.wide, self.degradation))
        for batch in (chunk.to(device) for chunk in self.outside):
            picture = network(batch.wide, None, None, batch.condition).float().clamp(0, 1)
            outside.append(infidelity(picture, batch.wide, self.degradation))
        without, with_reference = _db(errors[0::2]), _db(errors[1::2])
        return Scores(
            tele_db=(without + with_reference) / 2,
            detail=_mean_detail(torch.cat(details)),
            consistency_db=_consistency_db(inside, outside),
        )

    def pictures(self, network: nn.Module, device: torch.device, count: int) -> list[tuple[Tensor, Item]]:
        """Results (3 2s 2s, clamped, on the CPU) with the tele in use, for the `count` busiest held-out tiles."""
        order = sorted(self._used, key=lambda item: -float(np.abs(np.diff(item.truth, axis=1)).mean()))
        found = []
        with torch.no_grad():
            for item in order[:count]:
                batch = collate([item], "fidelity").to(device)
                picture = network(batch.wide, batch.ref, batch.validity, batch.condition)
                found.append((picture[0].float().clamp(0, 1).cpu(), item))
        return found


def _chunks(items: list[Item], kind: str) -> list[TaskBatch]:
    return [collate(items[i : i + _CHUNK], kind) for i in range(0, len(items), _CHUNK)]  # type: ignore[arg-type]


def _weighted_error(picture: Tensor, batch: TaskBatch) -> tuple[Tensor, Tensor]:
    """Sums over a chunk: squared error where the truth counts, and how much counts."""
    inner = (..., slice(_BORDER_PX, -_BORDER_PX), slice(_BORDER_PX, -_BORDER_PX))
    weight = batch.weight[inner]
    squared = (picture.float().clamp(0, 1) - batch.truth)[inner].square().mean(1, keepdim=True)
    return (squared * weight).double().sum(), weight.double().sum()


def _db(parts: list[tuple[Tensor, Tensor]]) -> float:
    error, weight = (float(sum(part[i] for part in parts)) for i in (0, 1))
    return -10 * float(np.log10(max(error / max(weight, 1e-12), 1e-10)))


def _consistency_db(inside: list[Tensor], outside: list[Tensor]) -> float:
    """PSNR of a frame of which the tele sees a quarter, from mean squared differences of tiles."""
    seen = torch.cat(inside).mean()
    frame = torch.lerp(seen, torch.cat(outside).mean(), 0.75) if outside else seen
    return float(-10 * torch.log10(frame.clamp_min(1e-10)))


def _detail(picture: Tensor, tele: Tensor, weight: Tensor) -> Tensor:
    """B 2: correlation of both high bands, weighted, and whether the tele has detail at all."""
    ours, theirs = (_high_band(x.mean(1, keepdim=True)) for x in (picture, tele))
    total = weight.sum((1, 2, 3)).clamp_min(1e-6)

    def mean(x: Tensor) -> Tensor:
        return (x * weight).sum((1, 2, 3)) / total

    ours, theirs = ours - mean(ours)[:, None, None, None], theirs - mean(theirs)[:, None, None, None]
    variance = mean(theirs.square())
    correlation = mean(ours * theirs) / (mean(ours.square()) * variance).sqrt().clamp_min(1e-9)
    return torch.stack([correlation, variance > _LEAST_DETAIL], 1)


def _mean_detail(details: Tensor) -> float:
    """Mean correlation where there is something to correlate; 0 where there is nothing anywhere."""
    sure = details[details[:, 1] > 0, 0]
    return float(sure.mean()) if len(sure) else 0.0


def _high_band(picture: Tensor) -> Tensor:
    """What half the size cannot show: B C H W -> the same."""
    return picture - bicubic_up(F.avg_pool2d(picture, 2))
