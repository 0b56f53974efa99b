"""Twin of `colour.tones`: gives a result on a device the tones of its wide."""

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from dualzoom.colour.tones import REACH_PX, SIGMA_PX
from dualzoom.engine.on_device.filters import doubled, gaussian, halved
from dualzoom.engine.on_device.picture import Picture, floats, integers

_ROWS = 512  # of the wide, at a time


def give_back_tones(canvas: Tensor, wide: Picture, dtype: DTypeLike) -> None:
    """As `colour.tones.give_back_tones`, in place. `canvas`: as `BlenderOnDevice` fills it, of the type `dtype`."""
    peak, height = float(np.iinfo(dtype).max), wide.size.height
    before: Tensor | None = None  # the rows above, as they were: 3 rows 2W
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        first, last = max(0, top - 1), min(height, bottom + 1)  # bilinear looks one row further
        start, end = max(0, first - REACH_PX), min(height, last + REACH_PX)
        fresh = floats(canvas[2 * top : 2 * end]).permute(2, 0, 1)
        known = (
            fresh
            if before is None
            else torch.cat([before[:, before.shape[1] - 2 * (top - start) :], fresh], 1)
        )
        own = floats(wide.values[start:end]).permute(2, 0, 1) * (peak / wide.peak)
        missing = gaussian(own - halved(known), REACH_PX, SIGMA_PX)[:, first - start : last - start]
        lacking = doubled(missing)[:, 2 * (top - first) : 2 * (bottom - first)]
        toned = (fresh[:, : 2 * (bottom - top)] + lacking).round_().clamp_(0, peak)
        before = fresh[:, : 2 * (bottom - top)]
        canvas[2 * top : 2 * bottom] = integers(toned, dtype).permute(1, 2, 0)
