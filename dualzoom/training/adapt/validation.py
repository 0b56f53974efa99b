"""Scores weights on held-out tiles.

- `tele_db`: PSNR in dB of results against the tele where it is valid; half of it without a reference, half with a
  reference that is *not* that tele (as in a self-supervised example). Adaptation is meant to raise it.
- `detail`: correlation with the tele's high band when the tele itself is the reference, as in use.
- `energy`: deviation of that band of results over the tele's, in use: below 1 they are softer.
- `consistency_db`: PSNR of the tones of results against the wide's (`colour.tones`), in use and outside the tele's
  view, where three quarters of a frame lie.

Results are measured as they are used, with the wide's tones.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.fusion import high_band
from dualzoom.network.precision import bf16_pays
from dualzoom.training.adapt.batches import Example, ExampleBatch, Kind, collate, make_example
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.losses.tones import slow, toned

SCORES_VERSION = 4  # raised whenever the same weights would get other scores: no run goes on across it
_CHUNK = 8
_BORDER_PX = 8  # of the 2× grid: a tile's edge lacks context
_LEAST_DETAIL = 4e-5  # variance of the tele's high band below which a tile does not measure detail


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


class Judge:
    """Measures networks on fixed batches of held-out tiles."""

    def __init__(self, tiles: TileSet, config: AdaptConfig) -> None:
        inside, outside = tiles.judges(config.judged_tiles)
        rng = np.random.Generator(np.random.PCG64([config.seed, 41]))
        seen = [tiles.tile(place) for place in inside]
        strangers = seen[1:] + seen[:1]
        self._in_use = [make_example(tile, tile, "fidelity", config, rng) for tile in seen]
        with_strangers = [
            make_example(tile, other, "reference", config, rng)
            for tile, other in zip(seen, strangers, strict=True)
        ]
        rest = [make_example(tile, tile, "alone", config, rng) for tile in map(tiles.tile, outside)]
        self._with_tele, self._with_stranger = (
            _chunks(self._in_use, "fidelity"),
            _chunks(with_strangers, "reference"),
        )
        self._outside = _chunks(rest, "alone")

    @torch.no_grad()
    def measure(self, network: RestorationNetwork, device: torch.device) -> Scores:
        """Measures `network` (in eval mode, on `device`)."""
        errors: list[tuple[Tensor, Tensor]] = []
        details: list[Tensor] = []
        inside: list[Tensor] = []
        for batch in (chunk.to(device) for chunk in self._with_stranger):
            for ref, validity in ((None, None), (batch.ref, batch.validity)):
                errors.append(_weighted_error(_used(network, batch, ref, validity), batch))
        for batch in (chunk.to(device) for chunk in self._with_tele):
            picture = _used(network, batch, batch.ref, batch.validity)
            assert batch.ref is not None
            details.append(_detail(picture, batch.ref, batch.weight))
            inside.append(_tone_error(picture, batch.wide))
        rest = (chunk.to(device) for chunk in self._outside)
        outside = [_tone_error(_used(network, batch, None, None), batch.wide) for batch in rest]
        without, with_reference = _db(errors[0::2]), _db(errors[1::2])
        detail, energy = _mean_detail(torch.cat(details))
        return Scores(
            tele_db=(without + with_reference) / 2,
            detail=detail,
            energy=energy,
            consistency_db=_consistency_db(inside, outside),
        )

    def pictures(
        self, network: RestorationNetwork, device: torch.device, count: int
    ) -> list[tuple[Tensor, Example]]:
        """Returns results (3 2s 2s, clamped, on the CPU) with the tele, of the `count` busiest held-out tiles."""
        order = sorted(
            self._in_use, key=lambda example: -float(np.abs(np.diff(example.truth, axis=1)).mean())
        )
        found = []
        with torch.no_grad():
            for example in order[:count]:
                batch = collate([example], "fidelity").to(device)
                picture = _used(network, batch, batch.ref, batch.validity)
                found.append((picture[0].cpu(), example))
        return found


def _used(
    network: RestorationNetwork, batch: ExampleBatch, ref: Tensor | None, validity: Tensor | None
) -> Tensor:
    """Returns results as `zoom` uses them: in the engine's number format, with the wide's tones, in 0..1."""
    device = batch.wide.device
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)):
        picture = network(batch.wide, ref, validity, batch.degradation, *batch.beside(network))
    return toned(picture.float(), batch.wide).clamp(0, 1)


def _tone_error(picture: Tensor, wide: Tensor) -> Tensor:
    """Returns the mean squared difference of tones: B 3 2h 2w, B 3 h w -> B."""
    return slow(F.avg_pool2d(picture, 2) - wide).square().mean((1, 2, 3))


def _chunks(examples: list[Example], kind: Kind) -> list[ExampleBatch]:
    return [collate(examples[i : i + _CHUNK], kind) for i in range(0, len(examples), _CHUNK)]


def _weighted_error(picture: Tensor, batch: ExampleBatch) -> tuple[Tensor, Tensor]:
    """Sums over a chunk the weighted squared error, and the weights."""
    inner = (..., slice(_BORDER_PX, -_BORDER_PX), slice(_BORDER_PX, -_BORDER_PX))
    weight = batch.weight[inner]
    squared = (picture - batch.truth)[inner].square().mean(1, keepdim=True)
    return (squared * weight).double().sum(), weight.double().sum()


def _db(parts: list[tuple[Tensor, Tensor]]) -> float:
    error, weight = (float(sum(part[i] for part in parts)) for i in (0, 1))
    return -10 * float(np.log10(max(error / max(weight, 1e-12), 1e-10)))


def _consistency_db(inside: list[Tensor], outside: list[Tensor]) -> float:
    """Returns the PSNR of a frame of which the tele sees a quarter, from mean squared differences of tiles."""
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
    """Returns mean correlation and median ratio where the tele has detail; 0 and 1 where it nowhere has."""
    sure = details[details[:, 2] > 0]
    return (float(sure[:, 0].mean()), float(sure[:, 1].median())) if len(sure) else (0.0, 1.0)
