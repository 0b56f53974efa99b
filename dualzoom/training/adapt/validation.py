"""How good weights are on tiles that were held out, and whether others may replace them.

- `tele_db`: PSNR in dB of results against the tele where it is valid; half of it without a reference, half with a
  reference that is *not* that tele (as in a self-supervised pair). This is what adaptation is for.
- `detail`: correlation with the tele's high band when the tele itself is the reference, as in use.
- `energy`: deviation of that band of results over the tele's, in use: below 1 they are softer.
- `consistency_db`: PSNR of the tones of results against the wide's (`colour.tones`), in use and outside the tele's
  view; three quarters of a frame lie there.

Results are judged as they are used, with the wide's tones.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.fusion import high_band
from dualzoom.network.precision import bf16_pays
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tasks import Item, TaskBatch, collate, make_item
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.losses.tones import slow, toned

SCORES_VERSION = 4  # another one where the same weights would get other scores: no run goes on across it
_CHUNK = 8
_BORDER_PX = 8  # of the 2× grid: a tile's edge lacks context
_LEAST_DETAIL = 4e-5  # variance of the tele's high band below which a tile says nothing of detail


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Held-out scores; see the module."""

    tele_db: float
    detail: float
    energy: float
    consistency_db: float

    def to_json(self) -> dict[str, float]:
        """Rounded, as plain JSON values."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def finite(scores: Scores) -> bool:
    """Whether all scores are numbers: weights that diverged have none."""
    return all(math.isfinite(value) for value in asdict(scores).values())


def acceptable(scores: Scores, limits: Scores, config: AdaptConfig) -> bool:
    """The hard limits: neither the wide's tones nor the tele's detail may be lost. NaN is never acceptable.

    What the starting weights already lack is no fault of those that come after them.
    """
    kept_tones = scores.consistency_db >= min(config.min_consistency_db, limits.consistency_db)
    kept_energy = _own(scores) >= min(config.min_energy, _own(limits)) - config.max_energy_loss
    kept_detail = scores.detail >= limits.detail - config.max_detail_loss
    return finite(scores) and kept_tones and kept_energy and kept_detail


def _own(scores: Scores) -> float:
    """How much of the tele's own detail results hold: what else they show, noise and halos, does not count."""
    return scores.detail * scores.energy


def better(scores: Scores, best: Scores, start: Scores, config: AdaptConfig) -> bool:
    """Whether `scores` are better than the best so far. The start itself is only beaten by a real gain."""
    needed = best.tele_db if best != start else start.tele_db + config.min_gain_db
    return scores.tele_db > needed


class Judge:
    """Fixed batches of held-out tiles."""

    def __init__(self, tiles: TileSet, config: AdaptConfig) -> None:
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
        for batch in (chunk.to(device) for chunk in self.pairs):
            for ref, validity in ((None, None), (batch.ref, batch.validity)):
                errors.append(_weighted_error(_used(network, batch, ref, validity), batch))
        for batch in (chunk.to(device) for chunk in self.in_use):
            picture = _used(network, batch, batch.ref, batch.validity)
            assert batch.ref is not None
            details.append(_detail(picture, batch.ref, batch.weight))
            inside.append(_tone_error(picture, batch.wide))
        rest = (chunk.to(device) for chunk in self.outside)
        outside = [_tone_error(_used(network, batch, None, None), batch.wide) for batch in rest]
        without, with_reference = _db(errors[0::2]), _db(errors[1::2])
        detail, energy = _mean_detail(torch.cat(details))
        return Scores(
            tele_db=(without + with_reference) / 2,
            detail=detail,
            energy=energy,
            consistency_db=_consistency_db(inside, outside),
        )

    def pictures(self, network: nn.Module, device: torch.device, count: int) -> list[tuple[Tensor, Item]]:
        """Results (3 2s 2s, clamped, on the CPU) with the tele in use, for the `count` busiest held-out tiles."""
        order = sorted(self._used, key=lambda item: -float(np.abs(np.diff(item.truth, axis=1)).mean()))
        found = []
        with torch.no_grad():
            for item in order[:count]:
                batch = collate([item], "fidelity").to(device)
                picture = _used(network, batch, batch.ref, batch.validity)
                found.append((picture[0].cpu(), item))
        return found


def _used(network: nn.Module, batch: TaskBatch, ref: Tensor | None, validity: Tensor | None) -> Tensor:
    """Results as they are used: in the format that the engine computes in, with the wide's tones, in 0..1."""
    device = batch.wide.device
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)):
        picture = network(batch.wide, ref, validity, batch.condition)
    return toned(picture.float(), batch.wide).clamp(0, 1)


def _tone_error(picture: Tensor, wide: Tensor) -> Tensor:
    """Mean squared difference of tones: B 3 2h 2w, B 3 h w -> B."""
    return slow(F.avg_pool2d(picture, 2) - wide).square().mean((1, 2, 3))


def _chunks(items: list[Item], kind: str) -> list[TaskBatch]:
    return [collate(items[i : i + _CHUNK], kind) for i in range(0, len(items), _CHUNK)]  # type: ignore[arg-type]


def _weighted_error(picture: Tensor, batch: TaskBatch) -> tuple[Tensor, Tensor]:
    """Sums over a chunk: squared error where the truth counts, and how much counts."""
    inner = (..., slice(_BORDER_PX, -_BORDER_PX), slice(_BORDER_PX, -_BORDER_PX))
    weight = batch.weight[inner]
    squared = (picture - batch.truth)[inner].square().mean(1, keepdim=True)
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
    """B 3: correlation of both high bands, weighted, the ratio of their deviations, and whether the tele has detail."""
    ours, theirs = (high_band(x.mean(1, keepdim=True)) for x in (picture, tele))
    total = weight.sum((1, 2, 3)).clamp_min(1e-6)

    def mean(x: Tensor) -> Tensor:
        return (x * weight).sum((1, 2, 3)) / total

    ours, theirs = ours - mean(ours)[:, None, None, None], theirs - mean(theirs)[:, None, None, None]
    variance, own = mean(theirs.square()), mean(ours.square())
    correlation = mean(ours * theirs) / (own * variance).sqrt().clamp_min(1e-9)
    ratio = (own / variance.clamp_min(1e-12)).sqrt()
    return torch.stack([correlation, ratio, variance > _LEAST_DETAIL], 1)


def _mean_detail(details: Tensor) -> tuple[float, float]:
    """Mean correlation and median ratio where there is something to compare; 0 and 1 where there is nothing."""
    sure = details[details[:, 2] > 0]
    return (float(sure[:, 0].mean()), float(sure[:, 1].median())) if len(sure) else (0.0, 1.0)
