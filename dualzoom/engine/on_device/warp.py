"""Twin of `registration.warp`: the tele on the 2× grid of the wide, tile by tile.

float32 holds coordinates of a whole frame to a thousandth of a pixel only. So they count from the tile's own corner,
and in the tele from a point in what the tile shows; the homography between these two is made in float64 by the host.

OpenCV reads the displacement, which has two channels, at steps of 1/32 cell; this twin reads it exactly.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.engine.on_device.picture import Picture, floats, sent
from dualzoom.geometry import Region, Size
from dualzoom.registration import Warper
from dualzoom.registration.plane import resizing, shifting
from dualzoom.registration.warp import BORDER_PX

_CUBIC = -0.75  # OpenCV's
#: Where nothing of the tele is: far enough beyond its edge that nothing of it is believed.
_NOWHERE = -64.0


class WarperOnDevice:
    """A `Warper` on a device; `tile` gives what its `tile` gives, channels first."""

    def __init__(self, warper: Warper, device: torch.device) -> None:
        found = warper.registration
        self._device, self._from_grid = device, warper.from_grid
        self._tele = Picture(warper.pixels, device)
        self._window = found.window.scale(2)
        self._grid = Size.of(found.flow)
        self._maps = sent(np.concatenate([found.flow, found.confidence[..., None]], axis=2), device)
        self._maps = self._maps.permute(2, 0, 1).contiguous()  # x, y, confidence

    def tile(self, region: Region) -> tuple[Tensor, Tensor]:
        """Warps `region` of the 2× grid: rgb 3 h w 0..1, confidence 1 h w 0..1 (0: rgb means nothing)."""
        shift_x, shift_y, confidence = self._maps_of(region).unsqueeze(1).unbind()
        x = torch.arange(region.width, dtype=torch.float32, device=self._device)[None, None, :] + shift_x
        y = torch.arange(region.height, dtype=torch.float32, device=self._device)[None, :, None] + shift_y
        at_x, at_y, left, top = self._project(x, y, region)
        size = self._tele.size
        edge = torch.minimum(
            torch.minimum(at_x + left, (size.width - 1 - left) - at_x),
            torch.minimum(at_y + top, (size.height - 1 - top) - at_y),
        )
        confidence = confidence * ((edge + 0.5) / BORDER_PX).clamp_(0, 1)
        return self._sample(at_x[0], at_y[0], left, top), confidence

    def _project(self, x: Tensor, y: Tensor, region: Region) -> tuple[Tensor, Tensor, int, int]:
        """Places in the tele less (left, top), and these two, for places in the region."""
        local = self._from_grid @ shifting(region.x, region.y)
        middle = local @ [region.width / 2, region.height / 2, 1.0]
        seen = middle[2] > 1e-6
        left, top = (round(float(middle[axis] / middle[2])) if seen else 0 for axis in (0, 1))
        m = (shifting(-left, -top) @ local).tolist()
        depth = m[2][0] * x + m[2][1] * y + m[2][2]
        before = depth > 1e-6  # behind the camera: nothing
        at_x, at_y = ((row[0] * x + row[1] * y + row[2]) / depth for row in m[:2])
        at_x = torch.where(before, at_x, _NOWHERE - left)
        at_y = torch.where(before, at_y, _NOWHERE - top)
        return at_x, at_y, left, top

    def _sample(self, x: Tensor, y: Tensor, left: int, top: int) -> Tensor:
        """Cubic samples, the tele's edge repeated: 3 h w."""
        size = self._tele.size
        columns, across = _cubic(x, left, size.width)
        rows, down = _cubic(y, top, size.height)
        pixels = self._tele.values.view(-1, 3)
        total = torch.zeros(*x.shape, 3, device=self._device)
        for row, weight in zip(rows, down, strict=True):
            line = torch.zeros_like(total)
            for column, share in zip(columns, across, strict=True):
                line.addcmul_(floats(pixels[row * size.width + column]), share[..., None])
            total.addcmul_(line, weight[..., None])
        return total.mul_(1 / self._tele.peak).clamp_(0, 1).permute(2, 0, 1)

    def _maps_of(self, region: Region) -> Tensor:
        """Displacement and confidence of `region` from the reduced grid, 3 h w; beyond the window no confidence."""
        to_grid = resizing(self._window.size, self._grid)
        x = to_grid[0, 0] * (np.arange(region.x, region.right) - self._window.x) + to_grid[0, 2]
        y = to_grid[1, 1] * (np.arange(region.y, region.bottom) - self._window.y) + to_grid[1, 2]
        maps = _linear(_linear(self._maps, y, 1), x, 2)
        inside = region.intersect(self._window).shift(-region.x, -region.y)
        confidence = torch.zeros_like(maps[2])
        confidence[inside.slices] = maps[2][inside.slices]
        return torch.cat([maps[:2], confidence[None]])


def _cubic(at: Tensor, origin: int, length: int) -> tuple[list[Tensor], list[Tensor]]:
    """Which four pixels of a line count at each place (`origin` is added to it), and their weights (Keys, 1981)."""
    at = at.clamp(-origin - 3.0, length - origin + 2.0)
    whole = at.floor()
    t = at - whole
    first, a = whole.to(torch.int64) + origin, _CUBIC
    u, v, w = 1 + t, 1 - t, 2 - t
    near = ((a + 2) * t - (a + 3)) * t * t + 1, ((a + 2) * v - (a + 3)) * v * v + 1
    far = ((a * u - 5 * a) * u + 8 * a) * u - 4 * a, ((a * w - 5 * a) * w + 8 * a) * w - 4 * a
    pixels = [(first + shift).clamp_(0, length - 1) for shift in (-1, 0, 1, 2)]
    return pixels, [far[0], near[0], near[1], far[1]]


def _linear(maps: Tensor, at: NDArray[np.float64], axis: int) -> Tensor:
    """Maps (C h w) read between their values at places along an axis; the last values go on beyond."""
    last = maps.shape[axis] - 1
    at = np.clip(at, 0, last)
    low = np.minimum(at.astype(np.int64), max(last - 1, 0))
    shape = [1, 1, 1]
    shape[axis] = at.size
    part = sent((at - low).astype(np.float32).reshape(shape), maps.device)
    one, other = (
        maps.index_select(axis, sent(index, maps.device)) for index in (low, np.minimum(low + 1, last))
    )
    return torch.lerp(one, other, part)
