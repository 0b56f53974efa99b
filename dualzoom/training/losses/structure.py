"""Multi-scale structural similarity (Wang, Simoncelli & Bovik, Asilomar 2003), as a loss.

    MS-SSIM = l_M^{w_M} · Π_j cs_j^{w_j},      l: luminance, cs: contrast and structure, in 11×11 Gaussians of σ 1.5

Scale j + 1 is scale j by means of 2 × 2. Patches hold fewer than the five scales of the paper; the weights of those
that fit are scaled to sum 1. Edges weigh by their contrast relative to their surroundings, so faint texture counts.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # the paper's, finest first
SIDE, SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2
_LEAST = 1e-4  # under the power: structure may be opposite, and its power has no value there


def ms_ssim(x: Tensor, y: Tensor) -> Tensor:
    """Returns the similarity of pictures B C H W in 0..1, mean over channels: -> B. Raises ValueError below 11 px."""
    scales = scales_of(min(x.shape[-2:]))
    weights = [weight / sum(WEIGHTS[:scales]) for weight in WEIGHTS[:scales]]
    product = x.new_ones(x.shape[:2])
    for scale, weight in enumerate(weights):
        luminance, structure = _parts(x, y)
        last = scale == scales - 1
        value = (luminance * structure if last else structure).mean((2, 3))  # B C
        product = product * value.clamp_min(_LEAST) ** weight
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    return product.mean(1)


def scales_of(side_px: int) -> int:
    """Returns how many scales a picture of this shorter side has; raises ValueError where it has none."""
    if side_px < SIDE:
        raise ValueError(f"pictures below {SIDE} px have no structure to compare")
    return min(len(WEIGHTS), (side_px // SIDE).bit_length())


def _parts(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Returns luminance, and contrast with structure: B C H W each -> B C H-10 W-10 each."""
    mean_x, mean_y = _smooth(x), _smooth(y)
    var_x, var_y = _smooth(x * x) - mean_x**2, _smooth(y * y) - mean_y**2
    covariance = _smooth(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    return luminance, (2 * covariance + _C2) / (var_x + var_y + _C2)


def _smooth(picture: Tensor) -> Tensor:
    channels = picture.shape[1]
    place = torch.arange(SIDE, device=picture.device, dtype=picture.dtype) - SIDE // 2
    taps = torch.exp(-(place**2) / (2 * SIGMA**2))
    taps = taps / taps.sum()
    across = F.conv2d(picture, taps.view(1, 1, 1, -1).expand(channels, 1, 1, SIDE), groups=channels)
    return F.conv2d(across, taps.view(1, 1, -1, 1).expand(channels, 1, SIDE, 1), groups=channels)
