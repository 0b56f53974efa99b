"""Reconstruction loss (Eq. 5): the right content in the low band, the right kind of detail in the high band.

    L_rec = ‖SR_blur - HR_blur‖ + w·mean_i δ_i(SR, HR)

The blur is a 3×3 Gaussian, σ 0.5. The second term asks each place of SR to look like *some* place of HR, so a
slightly displaced reference does not teach blur.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.nearest import nearest_distance

PAPER_SIGMA = 0.5


def gaussian_kernel(sigma: float) -> Tensor:
    """Returns a 3×3 sampled Gaussian of sum 1."""
    taps = torch.exp(-torch.tensor([1.0, 0.0, 1.0]) / (2 * sigma**2))
    kernel = torch.outer(taps, taps)
    return kernel / kernel.sum()


def blur(picture: Tensor, sigma: float = PAPER_SIGMA, pad: int = 1) -> Tensor:
    """Filters the low band by a 3×3 Gaussian, edges reflected by `pad`: B C H W -> B C H+2·pad-2 W+2·pad-2."""
    channels = picture.shape[1]
    kernel = gaussian_kernel(sigma).to(picture).expand(channels, 1, 3, 3)
    return F.conv2d(F.pad(picture, (pad,) * 4, mode="reflect"), kernel, groups=channels)


def low_band_difference(sr: Tensor, hr: Tensor, sigma: float = PAPER_SIGMA, pad: int = 1) -> Tensor:
    """Returns the first term of Eq. 5: mean absolute difference of the low bands, B 3 H W each -> scalar."""
    return F.l1_loss(blur(sr, sigma, pad), blur(hr, sigma, pad))


def reconstruction(
    sr: Tensor, hr: Tensor, *, weight: float = 0.01, size: int = 3, stride: int = 1, spatial: float = 0.0
) -> Tensor:
    """Returns Eq. 5: B 3 H W each -> scalar. `weight` is that of the second term (the release's 0.01)."""
    nearest, _ = nearest_distance(sr, hr, size=size, stride=stride, spatial=spatial)
    return low_band_difference(sr, hr) + weight * nearest.mean()
