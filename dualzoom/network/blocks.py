"""Small parts of our own networks: enlargement, modulation by the degradation, and dcsr-lite's residual blocks.

Notation: B batch, C channels, H W the LR grid, 2H 2W the HR grid, K length of the degradation.
"""

import copy
from abc import abstractmethod
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 – the field's own abbreviation

from dualzoom.network.contract import RestorationNetwork

N = TypeVar("N", bound=RestorationNetwork)


def bicubic_up(image: Tensor) -> Tensor:
    """Twice the size by cubic convolution (a = -0.75, half-pixel centres): B C H W -> B C 2H 2W."""
    return F.interpolate(image, scale_factor=2, mode="bicubic", align_corners=False)


def start_normal(weight: Tensor, std: float) -> None:
    """Draw start values, unless the tensor has only a shape (on `meta`): for that torch loads its compiler, in 1 s."""
    if not weight.is_meta:
        nn.init.normal_(weight, std=std)


class FeatureModulation(nn.Module):
    """Per-channel scale and shift from the degradation; starts as the identity."""

    def __init__(self, channels: int, degradation_size: int) -> None:
        super().__init__()
        self.to_scale_shift = nn.Linear(degradation_size, 2 * channels)
        nn.init.zeros_(self.to_scale_shift.weight)
        nn.init.zeros_(self.to_scale_shift.bias)

    def forward(self, x: Tensor, degradation: Tensor) -> Tensor:
        """B C H W and B K -> B C H W."""
        scale, shift = self.to_scale_shift(degradation)[..., None, None].chunk(2, dim=1)  # B C 1 1
        modulated: Tensor = x * (1 + scale) + shift
        return modulated


class Foldable(nn.Module):
    """A block that one degradation can be folded into."""

    @abstractmethod
    def fold(self, degradation: Tensor) -> None:
        """Become, for good, the block for one degradation (K): equal results for less work."""


class LiteResidualBlock(Foldable):
    """conv – ReLU – conv plus the input, without normalisation; a degradation may modulate the residual.

    Unlike `features.PaperResidualBlock` it can `fold` one degradation into its weights.
    """

    def __init__(self, channels: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = FeatureModulation(channels, degradation_size) if degradation_size else None
        # A deep stack starts near the identity, so high learning rates hold from the first step.
        start_normal(self.conv1.weight, (2 / (9 * channels)) ** 0.5)
        start_normal(self.conv2.weight, 0.1 * (2 / (9 * channels)) ** 0.5)
        nn.init.zeros_(self.conv1.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        inner = self.conv1(x)
        if self.modulation is not None and degradation is not None:
            inner = self.modulation(inner, degradation)
        out: Tensor = self.conv2(inner.relu_())  # in place: new memory would cost more than the additions
        return out.add_(x)

    @torch.no_grad()
    def fold(self, degradation: Tensor) -> None:
        """Multiply the modulation by one degradation (K) into the first convolution: equal results, two passes less."""
        if self.modulation is None:
            return
        scale, shift = self.modulation.to_scale_shift(degradation[None])[0].chunk(2)  # C, C
        self.conv1.weight.mul_((1 + scale)[:, None, None, None])
        assert self.conv1.bias is not None
        self.conv1.bias.mul_(1 + scale).add_(shift)
        self.modulation = None


def folded(network: N, degradation: Tensor) -> N:
    """A copy of `network` for this one degradation (K): the same pictures for less work."""
    copied = copy.deepcopy(network)
    for module in list(copied.modules()):
        if isinstance(module, Foldable):
            module.fold(degradation)
    return copied


class LiteResidualStack(nn.Module):
    """Residual blocks in a row."""

    def __init__(self, channels: int, blocks: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(LiteResidualBlock(channels, degradation_size) for _ in range(blocks))

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        for block in self.blocks:
            x = block(x, degradation)
        return x
