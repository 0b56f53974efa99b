"""What a wide photo went through, as five numbers that tell the network how to restore it.

A halved photograph is sharp up to its last pixel; a photo as it leaves a phone is soft, denoised, sharpened
and compressed. One network serves both when it is told which it has. The estimator reads the numbers off
patches of the wide; `zoom` takes their median over the frame, so that all tiles are restored alike.

Vector (each about 0..1): optical blur σ in LR px · noise σ before noise reduction / (12/255) · noise
reduction strength · sharpening amount / 1.5 · JPEG loss (100 - quality) / 40.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

NAMES = ("blur", "noise", "denoise", "sharpen", "jpeg")
SIZE = len(NAMES)


class ConditionEstimator(nn.Module):
    """LR patches to conditions: mean and spread of learned filter responses, then a small regression.

    Whether a wide is clean (condition zero) is decided apart from how a real one was made: the mean of both would
    be a wide that does not exist.
    """

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.filters = nn.Sequential(
            nn.Conv2d(3, channels, 5, padding=2), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.regression = nn.Sequential(nn.Linear(4 * channels, 64), nn.ReLU(), nn.Linear(64, SIZE + 1))

    def forward(self, lr: Tensor) -> Tensor:
        """B 3 H W in [0, 1] -> B K+1: the condition if it is real, then the logit of being clean; H, W ≥ 48 px."""
        # Degradation lives in the fine structure: brightness itself must not matter.
        fine = lr - F.avg_pool2d(F.pad(lr, (4,) * 4, mode="reflect"), 9, stride=1)
        responses = self.filters(fine * 8)  # B 2c H/2 W/2
        mean, spread = responses.mean((2, 3)), responses.std((2, 3))
        estimate: Tensor = self.regression(torch.cat([mean, spread], 1))
        return estimate


def settle(estimates: Tensor) -> Tensor:
    """One condition (K) from the estimates of many patches of a wide (B, K+1): zero where they are clean on average."""
    if estimates[:, SIZE].mean() > 0:
        return estimates.new_zeros(SIZE)
    return estimates[:, :SIZE].median(0).values.clamp(0, 1.5)
