"""Contextual similarity of two feature maps (Mechrez et al., 2018), as the release uses it for Eqs. 5 and 6.

    d_ij = 1 - cos(x_i, y_j), both centred on y's mean        A_ij = softmax_j((1 - d_ij / min_j d_ij) / h)
    CX   = Σ_j c_j·max_i A_ij / Σ_j c_j,                       loss = -log CX

where c_j = exp((1 - d)/0.5) at the pair that attains the maximum. Notation: N places i of x, M places j of y.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

EPSILON = 1e-5
CONFIDENCE_SPREAD = 0.5


def distances(x: Tensor, y: Tensor) -> Tensor:
    """Cosine distances: x B C ·, y B C · (any map sizes) -> B N M, 0..2."""
    mean = y.mean((0, 2, 3), keepdim=True)
    x, y = (F.normalize((z - mean).flatten(2), dim=1) for z in (x, y))
    return 1 - x.transpose(1, 2) @ y


def affinity_peaks(distance: Tensor, bandwidth: float) -> tuple[Tensor, Tensor]:
    """For each j the largest affinity and its i: B N M -> B M (0..1), B M."""
    relative = distance / (distance.amin(2, keepdim=True) + EPSILON)
    peaks, where = torch.softmax((1 - relative) / bandwidth, 2).max(1)
    return peaks, where


def contextual(x: Tensor, y: Tensor, bandwidth: float = 0.5) -> Tensor:
    """-log of the contextual similarity of x to y, mean over the batch: B C · , B C · -> scalar.

    Every place of y asks for one in x that is nearer to it than to the rest of y; not symmetrical. Smaller
    `bandwidth`: stricter.
    """
    distance = distances(x, y)
    peaks, where = affinity_peaks(distance, bandwidth)
    chosen = distance.gather(1, where[:, None])[:, 0]  # B M
    confidence = torch.exp((1 - chosen) / CONFIDENCE_SPREAD)
    similarity = (peaks * confidence).sum(1) / confidence.sum(1)
    return -torch.log(similarity + EPSILON).mean()
