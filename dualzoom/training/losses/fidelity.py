"""Fidelity loss (Eq. 6): where a match is sure, the result must look like the reference.

    L_fid = Σ_i δ_i(SR, Ref)·c_i / Σ_i c_i

Without it the fusions can learn to ignore the reference, since Eq. 5 never looks at it.
"""

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.nearest import nearest_distance


def fidelity(
    sr: Tensor, ref: Tensor, confidence: Tensor, *, size: int = 3, stride: int = 1, spatial: float = 0.0
) -> Tensor:
    """Eq. 6: sr B 3 H W, ref B 3 Hr Wr, confidence B 1 h w (0 and more, over sr's frame) -> scalar.

    Where confidence is zero nothing is asked; zero everywhere gives 0.
    """
    distance, _ = nearest_distance(sr, ref, size=size, stride=stride, spatial=spatial)  # B N
    weights = place_weights(confidence, (sr.shape[-2], sr.shape[-1]), size, stride)
    return (distance * weights).sum() / weights.sum().clamp_min(1e-8)


def place_weights(confidence: Tensor, frame: tuple[int, int], size: int, stride: int) -> Tensor:
    """c_i at the centre of each patch of a picture of `frame` (rows, columns) px: B 1 h w -> B N."""
    if confidence.shape[-2:] != frame:
        confidence = F.interpolate(confidence, frame, mode="bilinear", align_corners=False)
    inner = size // 2
    rows, columns = (side - size + 1 for side in frame)
    centred = confidence[:, 0, inner : inner + rows : stride, inner : inner + columns : stride]
    return centred.flatten(1)
