"""Twin of `colour.transform`: the tele's colours made the wide's by the same two tables, matrix and grid of gains."""

import numpy as np
import torch
from torch import Tensor

from dualzoom.colour import ColourMap
from dualzoom.colour.grid import fractions, hats
from dualzoom.colour.transform import MAX_LIGHT
from dualzoom.engine.on_device.picture import sent
from dualzoom.geometry import Region


class ColoursOnDevice:
    """A `ColourMap` on a device."""

    def __init__(self, colour: ColourMap, device: torch.device) -> None:
        self._device = device
        self._decoded, self._encoded = (
            sent(table[0].T, device).contiguous() for table in (colour.decoded, colour.encoded)
        )
        self._matrix = colour.matrix.tolist()
        self._gain = sent(np.exp(colour.log_gain).astype(np.float32), device)  # rows columns 3

    def apply(self, rgb: Tensor, region: Region, window: Region) -> Tensor:
        """As `ColourMap.apply`: 3 h w 0..1 -> 3 h w."""
        light = _look_up(self._decoded, rgb)
        mixed = torch.stack(
            [sum(m * channel for m, channel in zip(row, light, strict=True)) for row in self._matrix]
        )
        mixed.mul_(self._spread(region, window)).clamp_(min=0).mul_(1 / MAX_LIGHT).sqrt_()
        return _look_up(self._encoded, mixed)

    def _spread(self, region: Region, window: Region) -> Tensor:
        """The gains at every pixel of a region: 3 h w."""
        rows, columns, _ = self._gain.shape
        down = hats(fractions(region.y, region.height, window.y, window.height), rows)
        across = hats(fractions(region.x, region.width, window.x, window.width), columns)
        first, second = (sent(part.astype(np.float32), self._device) for part in (down, across))
        return torch.einsum("hr,rcn,wc->nhw", first, self._gain, second)


def _look_up(table: Tensor, pixels: Tensor) -> Tensor:
    """Every channel (3 h w) in 0..1 through its own row of the table (3, entries); beyond, the ends."""
    last = table.shape[1] - 1
    index = (pixels * last + 0.5).clamp_(0, last).to(torch.int64)
    return torch.gather(table, 1, index.flatten(1)).view_as(pixels)
