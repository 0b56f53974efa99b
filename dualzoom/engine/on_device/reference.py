"""Twins of the references: they render any region of the 2× grid on a device, and wait for nothing.

Where geometry says that a photo does not reach a region there is no reference; whether anything of it is valid there
is not asked, for that the processor would have to wait.
"""

from functools import singledispatch
from typing import Protocol

import torch
from torch import Tensor

from dualzoom.engine.on_device.agreement import agreement, exposed
from dualzoom.engine.on_device.colours import ColoursOnDevice
from dualzoom.engine.on_device.filters import doubled, halved
from dualzoom.engine.on_device.picture import Picture, sent
from dualzoom.engine.on_device.warp import WarperOnDevice
from dualzoom.geometry import Region
from dualzoom.reference.aligned_tele import AROUND_PX, AlignedTele, covering
from dualzoom.reference.outline import Outline
from dualzoom.tiling.plan import reflect_index


class Twin(Protocol):
    """A reference on a device."""

    def tile(self, region: Region) -> tuple[Tensor, Tensor] | None:
        """RGB 3 h w 0..1 in the wide's colours and validity 1 h w 0..1; None where there surely is no reference."""
        ...

    def finish(self) -> None:
        """Hands what was noted on the device to the reference that this is the twin of."""
        ...


@singledispatch
def twin(source: object, wide: Picture) -> Twin | None:
    """The twin of a reference, on the device of its wide; None of those that have none."""
    return None


class AlignedOnDevice:
    """Twin of `AlignedTele`."""

    def __init__(self, source: AlignedTele, wide: Picture) -> None:
        self._wide, self._outline, self._noise = wide, source.outline, source.noise
        self._frame, self._window = Region.full(wide.size), source.registration.window.scale(2)
        self._warper = WarperOnDevice(source.warper, wide.device)
        self._colours = ColoursOnDevice(source.colour, wide.device)

    def tile(self, region: Region) -> tuple[Tensor, Tensor] | None:
        """As `Twin.tile`; beyond the frame both are mirrored as the wide is."""
        if self._frame.scale(2).contains(region):
            return self._inside(region)
        rows = reflect_index(region.y, region.height, self._frame.height, scale=2)
        columns = reflect_index(region.x, region.width, self._frame.width, scale=2)
        x, y = int(columns.min()), int(rows.min())
        found = self._inside(Region(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y))
        if found is None:
            return None
        down, across = (sent(index, self._wide.device) for index in (rows - y, columns - x))
        rgb, validity = (part.index_select(1, down).index_select(2, across) for part in found)
        return rgb, validity

    def finish(self) -> None:
        """Nothing was noted."""

    def _inside(self, region: Region) -> tuple[Tensor, Tensor] | None:
        if region.intersect(self._window).empty:
            return None
        lr = covering(region).pad(AROUND_PX).intersect(self._frame)
        around = lr.scale(2)
        raw, confidence = self._warper.tile(around)
        matched = self._colours.apply(raw, around, self._window)
        fine = confidence * doubled(self._verdict(lr, matched, raw, confidence))
        rows, columns = region.shift(-around.x, -around.y).slices
        return matched[:, rows, columns], fine[:, rows, columns]

    def _verdict(self, lr: Region, matched: Tensor, raw: Tensor, confidence: Tensor) -> Tensor:
        wide = self._wide.part(lr)
        tele, seen, unmatched = (halved(part) for part in (matched, confidence, raw))
        verdict = agreement(wide, tele, seen, self._noise)
        return verdict * exposed(wide) * exposed(unmatched) * _feather(self._outline, lr, self._wide.device)


def _feather(outline: Outline, region: Region, device: torch.device) -> Tensor:
    """Twin of `Outline.feather`: 1 h w. Distances count from the region's corner, which float32 holds well."""
    x = torch.arange(region.width, dtype=torch.float32, device=device)[None, None, :]
    y = torch.arange(region.height, dtype=torch.float32, device=device)[None, :, None]
    nearest = torch.full((1, region.height, region.width), outline.feather_px, device=device)
    for a, b, c in outline.edges.tolist():
        nearest = torch.minimum(nearest, a * x + (b * y + (a * region.x + b * region.y + c)))
    t = (nearest / outline.feather_px).clamp_(0, 1)
    return t * t * (3 - 2 * t)


@twin.register
def _(source: AlignedTele, wide: Picture) -> Twin | None:
    return AlignedOnDevice(source, wide)
