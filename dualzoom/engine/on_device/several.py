"""Twins of the references that hold others: `reference.several`, `elsewhere` and `contribution`."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import pixel_shuffle

from dualzoom.engine.on_device.filters import gaussian, halved
from dualzoom.engine.on_device.picture import Picture, sent
from dualzoom.engine.on_device.reference import Twin, twin
from dualzoom.geometry import Region
from dualzoom.network.blocks import bicubic_cells
from dualzoom.reference.aligned_tele import CUBIC_PX, covering
from dualzoom.reference.contribution import Contribution
from dualzoom.reference.elsewhere import BELIEVED, DOUBTED, FINER, NO_FINER, Elsewhere
from dualzoom.reference.own_band import REACH_PX, SIGMA_PX
from dualzoom.reference.several import CHOICE, Best, Layer, Over

Rendered = tuple[Tensor, Tensor] | None


class ContributionOnDevice:
    """Twin of `Contribution`: notes the validity on the device, and hands it over in the end."""

    def __init__(self, source: Contribution, inner: Twin, wide: Picture) -> None:
        self._source, self._inner, self._frame = source, inner, Region.full(wide.size)
        self._map = torch.zeros(source.map.shape, dtype=torch.uint8, device=wide.device)

    def tile(self, region: Region) -> Rendered:
        """As `Twin.tile`; `region` begins and ends between pixels of the wide."""
        found = self._inner.tile(region)
        if found is not None:
            lr = Region(region.x // 2, region.y // 2, region.width // 2, region.height // 2)
            seen = lr.intersect(self._frame)
            share = halved(found[1])[0][seen.shift(-lr.x, -lr.y).slices] * (255 * self._source.strength)
            self._map[seen.slices] = share.round_().to(torch.uint8)
        return found

    def finish(self) -> None:
        """Completes the map of the reference."""
        self._inner.finish()
        self._source.map[:] = self._map.cpu().numpy()


class LayerOnDevice:
    """Twin of `Layer`."""

    def __init__(self, source: Layer, inner: Twin) -> None:
        self._share, self._inner = source.share, inner
        self.finish = inner.finish

    def tile(self, region: Region) -> Rendered:
        """As `Twin.tile`."""
        found = self._inner.tile(region)
        return None if found is None else (found[0], found[1] * self._share)


class OverOnDevice:
    """Twin of `Over`: layers over one another, the first on top."""

    def __init__(self, layers: Sequence[Twin]) -> None:
        self._layers = layers

    def tile(self, region: Region) -> Rendered:
        """As `Twin.tile`."""
        found = [one for one in (layer.tile(region) for layer in self._layers) if one is not None]
        if not found:
            return None
        total, left = torch.zeros_like(found[0][0]), torch.ones_like(found[0][1])
        for rgb, validity in found:
            total += rgb * (validity * left)
            left = left * (1 - validity)
        return total / (1 - left).clamp(min=1e-6), 1 - left

    def finish(self) -> None:
        """Lets every layer finish."""
        for layer in self._layers:
            layer.finish()


class Ranked(Twin, Protocol):
    """A twin that knows how large its photo shows a place."""

    def fineness(self, region: Region) -> Tensor:
        """As `Elsewhere.fineness`: 1 h w."""
        ...


class BestOnDevice:
    """Twin of `Best`: softly the best of several at each place."""

    def __init__(self, sources: Sequence[Ranked]) -> None:
        self._sources = sources

    def tile(self, region: Region) -> Rendered:
        """As `Twin.tile`."""
        rendered = [(source, source.tile(region)) for source in self._sources]
        found = [(source, *one) for source, one in rendered if one is not None]
        if not found:
            return None
        total, validity = torch.zeros_like(found[0][1]), torch.zeros_like(found[0][2])
        weights = torch.zeros_like(validity)
        for source, rgb, believed in found:
            weight = (believed * source.fineness(region)) ** CHOICE
            total += rgb * weight
            validity += believed * weight
            weights += weight
        weights.clamp_(min=1e-30)
        return total / weights, (validity / weights).clamp_(max=1)

    def finish(self) -> None:
        """Lets every source finish."""
        for source in self._sources:
            source.finish()


class ElsewhereOnDevice:
    """Twin of `Elsewhere`."""

    def __init__(self, source: Elsewhere, inner: Twin, wide: Picture) -> None:
        self._source, self._inner, self._wide = source, inner, wide
        self.finish = inner.finish

    def tile(self, region: Region) -> Rendered:
        """As `Twin.tile`."""
        around = region.pad(REACH_PX)
        found = self._inner.tile(around)
        if found is None:
            return None
        rows, columns = region.shift(-around.x, -around.y).slices
        rgb = with_own_band(found[0], enlarged(self._wide, around), found[1])
        found = rgb[:, rows, columns], found[1][:, rows, columns]
        validity = _ramp(found[1], DOUBTED, BELIEVED) * _ramp(self.fineness(region), NO_FINER, FINER)
        return found[0], validity * float(self._source.share)

    def fineness(self, region: Region) -> Tensor:
        """As `Elsewhere.fineness`: 1 h w; a polynomial of the place, which the host knows in float64."""
        return sent(self._source.fineness(region), self._wide.device)[None]


def enlarged(wide: Picture, region: Region) -> Tensor:
    """Twin of `AlignedTele.wide_tile`: 3 h w."""
    lr = covering(region).pad(CUBIC_PX)
    rows, columns = region.shift(-2 * lr.x, -2 * lr.y).slices
    return pixel_shuffle(bicubic_cells(wide.part(lr)[None]), 2)[0, :, rows, columns]


def with_own_band(rgb: Tensor, own: Tensor, validity: Tensor) -> Tensor:
    """Twin of `reference.own_band`: 3 h w, 3 h w, 1 h w -> 3 h w."""
    away = torch.where(validity > 0, own - rgb, 0.0)
    return rgb + gaussian(away, REACH_PX, float(SIGMA_PX))


def _ramp(values: Tensor, low: float, high: float) -> Tensor:
    return ((values - low) / (high - low)).clamp(0, 1)


@twin.register
def _contribution(source: Contribution, wide: Picture) -> Twin | None:
    inner = twin(source.reference, wide)
    return None if inner is None else ContributionOnDevice(source, inner, wide)


@twin.register
def _layer(source: Layer, wide: Picture) -> Twin | None:
    inner = twin(source.source, wide)
    return None if inner is None else LayerOnDevice(source, inner)


@twin.register
def _elsewhere(source: Elsewhere, wide: Picture) -> ElsewhereOnDevice | None:
    inner = twin(source.aligned, wide)
    return None if inner is None else ElsewhereOnDevice(source, inner, wide)


@twin.register
def _over(source: Over, wide: Picture) -> Twin | None:
    layers = [twin(layer, wide) for layer in source.layers]
    known = [layer for layer in layers if layer is not None]
    return OverOnDevice(known) if len(known) == len(layers) else None


@twin.register
def _best(source: Best, wide: Picture) -> Twin | None:
    sources = [twin(one, wide) for one in source.sources]
    known = [one for one in sources if isinstance(one, ElsewhereOnDevice)]
    return BestOnDevice(known) if len(known) == len(sources) else None
