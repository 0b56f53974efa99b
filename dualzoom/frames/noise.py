"""Measures noise by what two frames of one scene differ in, which no photo alone can tell from fine structure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.geometry import Size
from dualzoom.resampling import luma

_BLOCK_PX, _ROWS = 8, 64  # blocks, and how many rows of them are looked at
_QUIET = 0.1  # of the blocks: there structure that is not aligned counts least


def noise_between(wide: Pixels, frame: AlignedFrame) -> float:
    """The standard deviation of luma noise (0..1) of one of the two, in the quietest tenth of what both show."""
    size, peak = Size.of(wide), np.float32(np.iinfo(wide.dtype).max)
    columns = size.width // _BLOCK_PX
    energies = []
    for top in range(0, size.height - _BLOCK_PX + 1, max(_BLOCK_PX, size.height // _ROWS)):
        bottom = top + _BLOCK_PX
        own = np.asarray(wide[top:bottom], np.float32) / peak
        off = luma(own - frame.sample(top, bottom, cv2.INTER_LANCZOS4))[:, : columns * _BLOCK_PX]
        blocks = np.square(off).reshape(_BLOCK_PX, columns, _BLOCK_PX).mean((0, 2))
        same = frame.same[top:bottom, : columns * _BLOCK_PX].reshape(_BLOCK_PX, columns, _BLOCK_PX)
        energies.append(blocks[same.min((0, 2)) > 127])
    every: NDArray[np.float32] = np.concatenate(energies) if energies else np.zeros(0, np.float32)
    return float(np.sqrt(np.quantile(every, _QUIET) / 2)) if every.size else 0.0
