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


def bicubic_cells(image: Tensor) -> Tensor:
    """`bicubic_up` as cells: B C H W -> B 4C H W, each pixel's four as channels (`pixel_shuffle` lays them out).

    Shifted planes are added up, which takes a tenth of the time of torch's own on CPUs.
    """
    batch, channels, height, width = image.shape
    padded = F.pad(image.contiguous(), (2, 2, 2, 2), mode="replicate")
    cells = []
    for row_taps in _CUBIC_TAPS:
        rows = _weighted(padded, 2, row_taps)  # B C H W+4
        cells += [_weighted(rows, 3, column_taps) for column_taps in _CUBIC_TAPS]
    return torch.stack(cells, 2).reshape(batch, 4 * channels, height, width)


def _weighted(padded: Tensor, axis: int, taps: dict[int, float]) -> Tensor:
    """Sum of the planes shifted by 0 to 4 along an axis, by their weights; the axis becomes 4 shorter."""
    length = padded.shape[axis] - 4
    total: Tensor | None = None
    for shift, weight in taps.items():
        part = padded.narrow(axis, shift, length)
        total = part * weight if total is None else total.add_(part, alpha=weight)
    assert total is not None
    return total


def _cubic(distance: float, a: float = -0.75) -> float:
    """Keys' kernel of cubic convolution (IEEE TASSP 29, 1981) with OpenCV's and torch's `a`."""
    d = abs(distance)
    return ((a + 2) * d - (a + 3)) * d * d + 1 if d <= 1 else ((a * d - 5 * a) * d + 8 * a) * d - 4 * a


#: The first half of a pixel lies 1/4 before its centre, the second 1/4 behind; shift 2 is the pixel itself.
_CUBIC_TAPS = (
    {shift: _cubic(shift - 2 + 0.25) for shift in range(4)},
    {shift: _cubic(shift - 2 - 0.25) for shift in range(1, 5)},
)


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
