"""Adaptation loss (Eq. 7): real photos have no truth, but the result reduced must be the wide they gave.

    L = ‖SR↓ - wide‖ + λ·L_fid(SR, tele)

↓ is bicubic by half; both sides are blurred before they are compared, as the release does, because the
reduced picture's last octave depends on the reduction more than on the result.
"""

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.fidelity import fidelity
from dualzoom.training.losses.reconstruction import PAPER_SIGMA, low_band_difference


def reduced_difference(sr: Tensor, wide: Tensor, sigma: float = PAPER_SIGMA, pad: int = 1) -> Tensor:
    """First term of Eq. 7: sr B 3 2H 2W, wide B 3 H W -> scalar."""
    reduced = F.interpolate(sr, scale_factor=0.5, mode="bicubic", align_corners=False)
    return low_band_difference(reduced, wide, sigma, pad)


def adaptation(
    sr: Tensor,
    wide: Tensor,
    tele: Tensor,
    confidence: Tensor,
    *,
    weight: float = 0.1,
    stride: int = 1,
    spatial: float = 0.0,
) -> Tensor:
    """Eq. 7: sr B 3 2H 2W, wide B 3 H W, tele B 3 Hr Wr, confidence B 1 h w over sr's frame -> scalar.

    `weight` is λ (the release's 0.1).
    """
    details = fidelity(sr, tele, confidence, stride=stride, spatial=spatial)
    return reduced_difference(sr, wide) + weight * details
