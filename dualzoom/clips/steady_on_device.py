"""Twin of `steady` for GPUs: importing this module tells `engine.on_device` of it."""

import torch
from torch import Tensor

from dualzoom.clips.steady import KEPT, LEAST, MOST, SteadyTele
from dualzoom.engine.on_device import Picture, Twin, filters, twin
from dualzoom.engine.on_device.picture import sent
from dualzoom.geometry import Region
from dualzoom.tiling.plan import reflect_index


class SteadyOnDevice:
    """Twin of `SteadyTele`: mixes on the device, and hands its map over in the end."""

    def __init__(self, source: SteadyTele, inner: Twin, wide: Picture) -> None:
        self._source, self._inner, self._frame = source, inner, Region.full(wide.size)
        self._amount, self._device = float(source.amount), wide.device
        self._map = torch.zeros(source.map.shape, device=wide.device)
        self._before = None if source.before is None else sent(source.before, wide.device)

    def tile(self, region: Region) -> tuple[Tensor, Tensor] | None:
        """As `Twin.tile`; `region` begins and ends between pixels of the wide."""
        found = self._inner.tile(region)
        if found is None:
            return None
        rgb, validity = found
        lr = Region(region.x // 2, region.y // 2, region.width // 2, region.height // 2)
        low = filters.halved(validity)
        factor = torch.ones_like(low) if self._before is None else self._factor(lr, low, self._before)
        seen = lr.intersect(self._frame)
        self._map[seen.slices] = (low * factor).clamp_(max=1)[0][seen.shift(-lr.x, -lr.y).slices]
        return rgb, (validity * filters.doubled(factor)).clamp_(max=1) * self._amount

    def finish(self) -> None:
        """Completes the map of the reference."""
        self._inner.finish()
        self._source.map[:] = self._map.cpu().numpy()

    def _factor(self, lr: Region, low: Tensor, before: Tensor) -> Tensor:
        """What a validity, 1 h w, is multiplied by to be the mean with that of the frame before."""
        rows = sent(reflect_index(lr.y, lr.height, self._frame.height), self._device)
        columns = sent(reflect_index(lr.x, lr.width, self._frame.width), self._device)
        there = before.index_select(0, rows).index_select(1, columns)[None]
        wanted = low + float(KEPT) * (there - low)
        raised = (wanted / low.clamp(min=float(LEAST))).clamp_(max=float(MOST))
        return torch.where(low > float(LEAST), raised, 1.0)


@twin.register
def _steady(source: SteadyTele, wide: Picture) -> Twin | None:
    inner = twin(source.reference, wide)
    return None if inner is None else SteadyOnDevice(source, inner, wide)
