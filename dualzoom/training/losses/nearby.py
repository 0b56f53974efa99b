"""Fidelity loss (Eq. 6) to a registered reference: where a match is sure, the result must look like the reference.

    L_fid = Σ_i δ_i(SR, Ref)·c_i / Σ_i c_i
    δ_i(X, Y) = min_{|s| ≤ r} RMS(x_i - y_{i+s}),      s = (row, column), r in pixels of X's grid

X and Y show the same frame. The paper searches for the most similar place everywhere; a search within a few pixels
needs a hundredth of the work, cannot take a look-alike from elsewhere, and its gradient is that of the minimum.
Without this loss the fusions can learn to ignore the reference, since Eq. 5 never compares with it.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.nearest import FLOOR


def nearby_distance(x: Tensor, y: Tensor, *, size: int = 3, radius: int = 2) -> Tensor:
    """Returns δ_i of pictures B 3 H W each -> B N, patches row-major, N = (H - size + 1)·(W - size + 1).

    Searches inside y's frame only; δ is 0..1 for pictures in 0..1.
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
    """Returns Eq. 6 against a registered reference: B 3 H W each, confidence B 1 h w over the same frame -> B.

    One value an item, so that a batch's mean does not depend on how processes share it; 0 where the confidence is.
    """
    distance = nearby_distance(sr, ref, size=size, radius=radius)
    weights = place_weights(confidence, (sr.shape[-2], sr.shape[-1]), size)
    return (distance * weights).sum(1) / weights.sum(1).clamp_min(1e-8)


def place_weights(confidence: Tensor, frame: tuple[int, int], size: int) -> Tensor:
    """Returns c_i at the centre of each patch of a picture of `frame` (rows, columns) px: B 1 h w -> B N."""
    if confidence.shape[-2:] != frame:
        confidence = F.interpolate(confidence, frame, mode="bilinear", align_corners=False)
    inner = size // 2
    rows, columns = (side - size + 1 for side in frame)
    centred = confidence[:, 0, inner : inner + rows, inner : inner + columns]
    return centred.flatten(1)
