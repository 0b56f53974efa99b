"""Reads a native wide's degradation off many patches at once.

A single patch hardly tells its own texture from noise, or a soft scene from a soft lens; the mean of what each alone
would guess is nearly the same for all cameras. Together they tell: flat ones show the noise, edges show the halos.

    patches ─► measurements, brightness ─► features of each ─► their mean and maximum ─► degradation

Pooling makes it independent of the patches' order and nearly of their number (Zaheer et al., Deep Sets, NeurIPS 2017).
Notation: P patches, F what is measured of each, K length of the degradation.
"""

import torch
from torch import Tensor, nn

#: Widths of the hidden layers, and of a patch's features.
_WIDTH, _FEATURES = 96, 64


class PooledNumbers(nn.Module):
    """A small network on what is measured of patches: P F -> K, or many sets B P F -> B K."""

    centre: Tensor  # of the measurements over the training patches, as is
    spread: Tensor

    def __init__(self, measured: int, numbers: int) -> None:
        """`measured`: F, `numbers`: K."""
        super().__init__()
        self.register_buffer("centre", torch.zeros(measured))
        self.register_buffer("spread", torch.ones(measured))
        self.each = nn.Sequential(
            nn.Linear(measured, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, _FEATURES), nn.ReLU()
        )
        self.together = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(2 * _FEATURES, _WIDTH), nn.ReLU(),
            nn.Dropout(0.1), nn.Linear(_WIDTH, numbers),
        )  # fmt: skip

    def forward(self, measured: Tensor) -> Tensor:
        """As the class says."""
        features = self.each((measured - self.centre) / self.spread)
        numbers: Tensor = self.together(torch.cat([features.mean(-2), features.amax(-2)], -1))
        return numbers


def with_brightness(measured: Tensor, patches: Tensor) -> Tensor:
    """Adds a patch's mean and standard deviation to what is measured of it: B F, B 3 h w -> B F+2."""
    grey = patches.float().mean(1)
    return torch.cat([measured, grey.mean((1, 2))[:, None], grey.std((1, 2))[:, None]], 1)
