"""Takes what moved from the wide alone.

Where hardly a frame agrees with the wide, the merged wide is the wide itself, noise and all, among places of less
noise. There the result without frames stands in, whose noise the network was told of, with all that a tele gives it.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.frames.burst import Burst
from dualzoom.geometry import Region
from dualzoom.resampling import quantise

Float = NDArray[np.float32]

_ALONE = 0.4, 1.5  # frames up to which a place is taken from the wide alone, and from which not at all
_HALO, _BLOCK_PX, _AROUND_PX = 8, 256, 16
_ENOUGH = 0.002  # of a block, from which on it is computed once more from the wide alone


def restore_moved(pixels: NDArray[Any], burst: Burst, alone: Callable[[Region], NDArray[Any]]) -> None:
    """Changes `pixels` (2H, 2W, 3), made from the merged wide, in place.

    `alone`: the region of the wide itself, enlarged as without frames, (2h, 2w, 3) of the same type.
    """
    peak = np.float32(np.iinfo(pixels.dtype).max)
    for block in _blocks(burst):
        region = block.pad(_AROUND_PX).intersect(Region.full(burst.wide.size))
        single = alone(region)[block.shift(-region.x, -region.y).scale(2).slices]
        place = block.scale(2).slices
        moved = movement(burst, block)
        share = cv2.resize(moved, (2 * block.width, 2 * block.height), interpolation=cv2.INTER_LINEAR)
        mixed = pixels[place] + (single.astype(np.float32) - pixels[place]) * share[..., None]
        pixels[place] = quantise(np.asarray(mixed / peak, np.float32), pixels.dtype)


def _blocks(burst: Burst) -> list[Region]:
    """Blocks in which something moved."""
    if not burst.frames:
        return []
    size = burst.wide.size
    found = []
    for y in range(0, size.height, _BLOCK_PX):
        for x in range(0, size.width, _BLOCK_PX):
            block = Region(x, y, _BLOCK_PX, _BLOCK_PX).intersect(Region.full(size))
            if (movement(burst, block) > 0.5).mean() > _ENOUGH:
                found.append(block)
    return found


def movement(burst: Burst, block: Region) -> Float:
    """1 where a block is to be taken from the wide alone, 0 where not: (h, w).

    The frame's border, which a shaken hand keeps some frames from, does not count: it would cost a third more time.
    """
    size = burst.wide.size
    around = block.pad(_HALO).intersect(Region.full(size))
    frames = burst.coverage[around.slices].astype(np.float32) / 16
    share: NDArray[Any] = np.clip((_ALONE[1] - frames) / (_ALONE[1] - _ALONE[0]), 0, 1)
    inner = block.shift(-around.x, -around.y).slices
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 2.0), np.float32)[inner]
    y, x = np.arange(block.y, block.bottom)[:, None], np.arange(block.x, block.right)[None, :]
    edge = np.minimum(np.minimum(x, size.width - 1 - x), np.minimum(y, size.height - 1 - y))
    return np.asarray(share * np.clip((edge - _HALO) / _HALO, 0, 1), np.float32)
