"""Integer pixels on a device, read as floats wherever they are needed.

torch computes little with uint16, so 16-bit values travel as int16 of the same bits.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.tiling.plan import reflect_index

#: Bytes from which pinning memory pays for itself.
_PIN_FROM = 1 << 20


def sent(values: NDArray[Any], device: torch.device) -> Tensor:
    """A copy on the device of any array; through pinned memory where that is faster."""
    values = np.ascontiguousarray(values)
    tensor = torch.from_numpy(values if values.flags.writeable else values.copy())  # torch warns of others
    if device.type == "cuda" and values.nbytes >= _PIN_FROM:
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def floats(values: Tensor) -> Tensor:
    """uint8, or the bits of uint16 as int16, as float32 in their own units."""
    if values.dtype == torch.int16:
        return values.to(torch.int32).bitwise_and_(0xFFFF).float()
    return values.float()


def integers(values: Tensor, dtype: DTypeLike) -> Tensor:
    """Whole floats within an integer type's range as uint8, or as the bits of uint16 in int16."""
    if np.dtype(dtype) == np.uint8:
        return values.to(torch.uint8)
    return torch.where(values > 32767, values - 65536, values).to(torch.int16)


def quantised(values: Tensor, dtype: DTypeLike) -> Tensor:
    """Floats 0..1 as integers, clipped and rounded to nearest (see `resampling.quantise`)."""
    return integers(values.clamp(0, 1).mul_(float(np.iinfo(dtype).max)).round_(), dtype)


class Picture:
    """A photo's pixels on a device. `values`: (H, W, 3), `peak`: the greatest value of their type."""

    def __init__(self, pixels: Pixels, device: torch.device) -> None:
        self.size, self.peak = Size.of(pixels), float(np.iinfo(pixels.dtype).max)
        bits = pixels.view(np.int16) if pixels.dtype == np.uint16 else pixels
        self.values = sent(bits, device)
        self.device = device

    def part(self, region: Region) -> Tensor:
        """The region's pixels in units 0..1: 3 h w. Beyond the frame they are mirrored (see `tiling.pad_reflect`)."""
        if Region.full(self.size).contains(region):
            values = self.values[region.slices]
        else:
            rows = reflect_index(region.y, region.height, self.size.height)
            columns = reflect_index(region.x, region.width, self.size.width)
            values = self.values[sent(rows, self.device)][:, sent(columns, self.device)]
        return floats(values).mul_(1 / self.peak).permute(2, 0, 1)
