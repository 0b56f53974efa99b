"""Adaptive fusion: the reference's features (Eq. 3) and its aligned high band (Eq. 4), gated by confidence.

    F_fused = g(C)·h(F_SR, F_ref) + F_SR            (3)
    I_SR    = g_r(C)·I_HF + decoder(F)              (4)

The gates g see the confidence map C of a neighbourhood, not of one cell alone. `validity` (B 1 on the grid
of the features, 0..1; for our own networks) multiplies them: where it is zero the result is F_SR, or the
decoder's picture, exactly.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.features import SLOPE


def high_band(picture: Tensor) -> Tensor:
    """I^HF = I - I↓↑, what the LR grid cannot hold (2×2 mean, bicubic): B 3 H W, even sides -> B 3 H W."""
    return picture - bicubic_up(F.avg_pool2d(picture, 2))


class FeatureFusion(nn.Module):
    """Eq. 3."""

    def __init__(self, channels: int, gate_channels: int = 16) -> None:
        super().__init__()
        act = nn.LeakyReLU(SLOPE)
        self.g = nn.Sequential(
            nn.Conv2d(1, gate_channels, 7, padding=3),
            act,
            nn.Conv2d(gate_channels, channels, 3, padding=1),
            act,
        )
        self.h = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 5, padding=2),
            act,
            nn.Conv2d(channels, channels, 3, padding=1),
            act,
        )

    def forward(self, sr: Tensor, ref: Tensor, confidence: Tensor, validity: Tensor | None = None) -> Tensor:
        """Features B C H W each, confidence and validity B 1 H W -> B C H W."""
        gate: Tensor = self.g(confidence)
        if validity is not None:
            gate = gate * validity.to(gate.dtype)
        detail: Tensor = self.h(torch.cat([ref, sr], 1))
        return sr + gate * detail


class ImageFusion(nn.Module):
    """Eq. 4; g_r sees the aligned high band beside C."""

    def __init__(self, gate_channels: int = 32) -> None:
        super().__init__()
        act = nn.LeakyReLU(SLOPE)
        self.g_r = nn.Sequential(
            nn.Conv2d(4, gate_channels, 7, padding=3),
            act,
            nn.Conv2d(gate_channels, 3, 3, padding=1),
            act,
        )

    def forward(
        self, decoded: Tensor, high_band: Tensor, confidence: Tensor, validity: Tensor | None = None
    ) -> Tensor:
        """Pictures B 3 H W each, confidence and validity B 1 H W -> B 3 H W."""
        gate: Tensor = self.g_r(torch.cat([confidence, high_band], 1))
        if validity is not None:
            gate = gate * validity.to(gate.dtype)
        return decoded + gate * high_band
