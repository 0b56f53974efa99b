"""δ and Eq. 6 where the reference is registered: the most similar place is looked for within a few pixels.

    δ_i(X, Y) = min_{|s| ≤ r} RMS(x_i - y_{i+s}),      s = (row, column), r in pixels of X's grid

X and Y show the same frame. Beside the global search this needs a hundredth of the work, cannot take a look-alike
from elsewhere, and its gradient is that of the minimum.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.fidelity import place_weights
from dualzoom.training.losses.nearest import FLOOR


def nearby_distance(x: Tensor, y: Tensor, *, size: int = 3, radius: int = 2) -> Tensor:
    """δ_i of pictures B 3 H W each -> B N, patches row-major, N = (H - size + 1)·(W - size + 1).

    Beyond y's frame nothing is found; D is 0..1 for pictures in 0..1.
    """
    height, width = x.shape[-2:]
    far = F.pad(y, (radius,) * 4, value=1e3)  # never the nearest
    squared = [
        F.avg_pool2d((x - far[..., row : row + height, column : column + width]).square(), size, stride=1)
        for row in range(2 * radius + 1)
        for column in range(2 * radius + 1)
    ]
    least = torch.stack([part.mean(1) for part in squared]).amin(0)  # B h w
    return (least + FLOOR).sqrt().flatten(1)


def registered_fidelity(
    sr: Tensor, ref: Tensor, confidence: Tensor, *, size: int = 3, radius: int = 2
) -> Tensor:
    """Eq. 6 against a registered reference: B 3 H W each, confidence B 1 h w over the same frame -> B.

    One value an item, so that a batch's mean does not depend on how it is shared out; 0 where nothing is asked.
    """
    distance = nearby_distance(sr, ref, size=size, radius=radius)
    weights = place_weights(confidence, (sr.shape[-2], sr.shape[-1]), size, 1)
    return (distance * weights).sum(1) / weights.sum(1).clamp_min(1e-8)
