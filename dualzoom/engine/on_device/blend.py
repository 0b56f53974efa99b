"""Twin of `tiling.blend`: joins enlarged tiles in a band of floats, and rounds what no later tile can touch."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from dualzoom.engine.on_device.picture import quantised, sent
from dualzoom.errors import DualzoomError
from dualzoom.geometry import Region, Size
from dualzoom.tiling.blend import ramp
from dualzoom.tiling.plan import Tile, half_feather

_SCALE = 2


class BlenderOnDevice:
    """Collects the tiles of one plan, row by row, into a canvas of integers.

    `canvas`: (2H, 2W, 3) uint8, or int16 for the bits of uint16; on the device, or on the host where there is no room.
    """

    def __init__(
        self, size: Size, tiles: Sequence[Tile], dtype: DTypeLike, canvas: Tensor, device: torch.device
    ) -> None:
        self._frame, self._dtype, self._canvas, self._device = Region.full(size), dtype, canvas, device
        tallest = max(tile.reach.intersect(self._frame).height for tile in tiles)
        self._band = torch.zeros(3, tallest * _SCALE, size.width * _SCALE, device=device)
        self._top = 0  # the band's place in the canvas; all rows above it are finished
        self._finite: list[tuple[Tile, Tensor]] = []

    def add(self, tile: Tile, pixels: Tensor) -> None:
        """Blends a tile, `tile.padded` enlarged: 3 h w float32. The rows of tiles come from top to bottom."""
        self._release(max(0, tile.core.y - half_feather(tile.feather_px)) * _SCALE)
        counts = tile.reach.intersect(self._frame)
        rows, columns = counts.shift(-tile.padded.x, -tile.padded.y).scale(_SCALE).slices
        part = pixels[:, rows, columns]
        core, feather = tile.core, tile.feather_px
        down = sent(ramp(core.y, core.bottom, self._frame.height, feather, _SCALE), self._device)
        across = sent(ramp(core.x, core.right, self._frame.width, feather, _SCALE), self._device)
        rows, columns = counts.scale(_SCALE).shift(0, -self._top).slices
        self._band[:, rows, columns] += part * (down[:, None] * across)
        self._finite.append((tile, torch.isfinite(part).all()))

    def finish(self) -> None:
        """Completes the canvas. Raises DualzoomError where a tile was not finite: no garbage gets into a picture."""
        self._release(self._canvas.shape[0])
        finite = torch.stack([flag for _, flag in self._finite]).cpu().numpy()
        if not finite.all():
            core = self._finite[int(np.argmin(finite))][0].core
            reason = f"the network's output at {core.x}, {core.y} is not finite"
            raise DualzoomError("result", reason, "compute on the CPU instead")

    def _release(self, row: int) -> None:
        """Rounds all rows of the canvas above `row` and moves the band down to it."""
        done = row - self._top
        if done <= 0:
            return
        self._canvas[self._top : row] = quantised(self._band[:, :done], self._dtype).permute(1, 2, 0)
        kept = self._band.shape[1] - done
        self._band[:, :kept] = self._band[:, done:].clone()
        self._band[:, kept:] = 0
        self._top = row
