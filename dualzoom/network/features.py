"""Encoders: φ for matching, ψ for the reference's detail, and the wide's own (paper, Section 3.1).

Notation: B batch, C channels; H W the LR grid, 2H 2W the HR grid. Every part works at any size.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 – the field's own abbreviation

from dualzoom.network.blocks import FeatureModulation

SLOPE = 0.2  # of every LeakyReLU; that of the released network


def leaky(x: Tensor) -> Tensor:
    """LeakyReLU with the slope used throughout."""
    return F.leaky_relu(x, SLOPE)


class PaperResidualBlock(nn.Module):
    """conv – LeakyReLU – conv, plus the input, as in the paper; a degradation may modulate the inner features."""

    def __init__(self, channels: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = FeatureModulation(channels, degradation_size) if degradation_size else None
        _start_small(self.conv2)

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        inner: Tensor = self.conv1(x)
        if self.modulation is not None and degradation is not None:
            inner = self.modulation(inner, degradation)
        residual: Tensor = self.conv2(leaky(inner))
        return x + residual


class PaperResidualStack(nn.Module):
    """Residual blocks, a last convolution, and the input again."""

    def __init__(self, channels: int, blocks: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(PaperResidualBlock(channels, degradation_size) for _ in range(blocks))
        self.tail = nn.Conv2d(channels, channels, 3, padding=1)
        _start_small(self.tail)

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        y = x
        for block in self.blocks:
            y = block(y, degradation)
        residual: Tensor = self.tail(y)
        return x + residual


class WideEncoder(nn.Module):
    """F^SR: the wide's features on its own grid."""

    def __init__(self, channels: int, blocks: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.stack = PaperResidualStack(channels, blocks, degradation_size)

    def forward(self, lr: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B 3 H W -> B C H W."""
        return self.stack(leaky(self.head(lr)), degradation)  # type: ignore[no-any-return]


class Level(nn.Module):
    """One scale of ψ: two convolutions, the first of which may halve the grid, and a residual stack."""

    def __init__(self, incoming: int, channels: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(incoming, channels, 3, stride, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.stack = PaperResidualStack(channels, blocks)

    def forward(self, x: Tensor) -> Tensor:
        """B c H W -> B C H/stride W/stride."""
        return self.stack(leaky(self.conv2(leaky(self.conv1(x)))))  # type: ignore[no-any-return]


class ReferenceEncoder(nn.Module):
    """ψ: the reference's features on its own grid and on half of it."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.fine = Level(3, channels, blocks, stride=1)
        self.coarse = Level(channels, channels, blocks, stride=2)

    def forward(self, ref: Tensor) -> tuple[Tensor, Tensor]:
        """B 3 Hr Wr -> fine B C Hr Wr, coarse B C Hr/2 Wr/2."""
        fine = self.fine(ref)
        return fine, self.coarse(fine)


class MatchingEncoder(nn.Module):
    """φ: what a place looks like, on half the picture's grid; trained to ignore colours and noise."""

    def __init__(self, width: int = 64, out: int = 16) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv3 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.project = nn.Conv2d(2 * width, out, 1)

    def forward(self, image: Tensor) -> Tensor:
        """B 3 H W -> B out H/2 W/2."""
        x = F.relu(self.conv2(F.relu(self.conv1(image))))  # B width H W
        x = F.relu(self.conv3(F.max_pool2d(x, 2)))  # B 2·width H/2 W/2
        return leaky(self.project(x))


def _start_small(conv: nn.Conv2d) -> None:
    """Start a residual branch near zero, so that deep stacks train from the first step."""
    with torch.no_grad():
        conv.weight.mul_(0.1)
        if conv.bias is not None:
            conv.bias.zero_()
