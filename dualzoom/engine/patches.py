"""What the wide's degradation is estimated from: patches of it, and those that show structure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Size
from dualzoom.network.degradation import PATCH_PX

#: Patches at most, and the places of the grid that they are chosen from.
_MOST, _COLUMNS, _ROWS = 48, 12, 8


def patches_of(wide: Pixels) -> list[NDArray[np.float32]]:
    """Patches (64, 64, 3) 0..1 on a regular grid over a wide (H, W, 3); none of one smaller than a patch."""
    size, side = Size.of(wide), PATCH_PX
    if min(size.width, size.height) < side:
        return []
    columns = min(size.width // side, _COLUMNS)
    rows = min(size.height // side, _ROWS)
    peak = np.float32(np.iinfo(wide.dtype).max)
    corners = [
        (int(y), int(x))
        for y in np.linspace(0, size.height - side, rows)
        for x in np.linspace(0, size.width - side, columns)
    ]
    return [wide[y : y + side, x : x + side].astype(np.float32) / peak for y, x in corners]


def structured(patches: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """The busier half of patches, the busiest first: a flat sky shows no blur."""
    busy = [float(np.abs(np.diff(patch, axis=1)).mean()) for patch in patches]
    order = np.argsort(busy)[::-1][: min(_MOST, max(1, len(patches) // 2))]
    return [patches[i] for i in order]
