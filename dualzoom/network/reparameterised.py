"""Blocks that are wide while they learn and plain 3×3 convolutions when they work.

A `RichConv` learns as 1×1 – 3×3 – 1×1 over more channels beside a 1×1, all linear; `merge` multiplies them into the one
3×3 convolution that they are (Ding et al., CVPR 2021). A `SpanBlock` has three of them and an attention without
parameters, as in SPAN (Wan et al., CVPR Workshops 2024): what a block adds is weighed by how much of it there is.

Notation: B batch, C channels, H W the LR grid, K length of the degradation.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import FeatureModulation, Foldable

_WIDER = 2  # channels inside while learning, over those outside


class RichConv(nn.Module):
    """A 3×3 convolution, edges padded by zeros: B C H W -> B C H W."""

    def __init__(self, channels: int, start: float = 1.0) -> None:
        """`start`: scale of the first values."""
        super().__init__()
        inner = _WIDER * channels
        self.widen = nn.Conv2d(channels, inner, 1)
        self.look = nn.Conv2d(inner, inner, 3)
        self.narrow = nn.Conv2d(inner, channels, 1)
        self.beside = nn.Conv2d(channels, channels, 1)
        self.merged: nn.Conv2d | None = None
        with torch.no_grad():
            for last in (self.narrow, self.beside):
                last.weight.mul_(start)
                if last.bias is not None:
                    last.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """Pads before the first 1×1, whose bias then counts beyond the edge, too: so merging is exact there."""
        if self.merged is not None:
            return self.merged(x)  # type: ignore[no-any-return]
        rich = self.narrow(self.look(self.widen(F.pad(x, (1, 1, 1, 1)))))
        return rich + self.beside(x)  # type: ignore[no-any-return]

    @torch.no_grad()
    def merge(self) -> nn.Conv2d:
        """Becomes one plain convolution, for good; returns it."""
        if self.merged is None:
            parts = (self.widen, self.look, self.narrow, self.beside)
            widen, look, narrow, beside = (part.weight for part in parts)
            of_widen, of_look, of_narrow, of_beside = (_bias(part) for part in parts)
            out = nn.Conv2d(widen.shape[1], narrow.shape[0], 3, padding=1).to(widen)
            weight = torch.einsum("op,pmyx,mi->oiyx", narrow[:, :, 0, 0], look, widen[:, :, 0, 0])
            weight[:, :, 1, 1] += beside[:, :, 0, 0]
            inner = look.sum((2, 3)) @ of_widen + of_look
            out.weight.copy_(weight)
            _bias(out).copy_(narrow[:, :, 0, 0] @ inner + of_narrow + of_beside)
            self.merged = out
            del self.widen, self.look, self.narrow, self.beside
        return self.merged


def _bias(conv: nn.Conv2d) -> Tensor:
    assert conv.bias is not None
    return conv.bias


class SpanBlock(Foldable):
    """x + (x + y) · (sigmoid(y) - ½), y three convolutions of x; a degradation may modulate the first's features."""

    def __init__(self, channels: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.conv1, self.conv2 = RichConv(channels), RichConv(channels)
        self.conv3 = RichConv(channels, start=0.1)  # a deep stack starts near the identity
        self.modulation = FeatureModulation(channels, degradation_size) if degradation_size else None

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        inner = self.conv1(x)
        if self.modulation is not None and degradation is not None:
            inner = self.modulation(inner, degradation)
        y: Tensor = self.conv3(F.silu(self.conv2(F.silu(inner))))
        return x + (x + y) * (torch.sigmoid(y) - 0.5)

    @torch.no_grad()
    def fold(self, degradation: Tensor) -> None:
        """Merges its convolutions, and one degradation (K) into the first: equal results, a seventh of the work."""
        first, _, _ = (conv.merge() for conv in (self.conv1, self.conv2, self.conv3))
        if self.modulation is None:
            return
        scale, shift = self.modulation.to_scale_shift(degradation[None])[0].chunk(2)  # C, C
        first.weight.mul_((1 + scale)[:, None, None, None])
        _bias(first).mul_(1 + scale).add_(shift)
        self.modulation = None


class SpanStack(nn.Module):
    """Blocks in a row."""

    def __init__(self, channels: int, blocks: int, degradation_size: int = 0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(SpanBlock(channels, degradation_size) for _ in range(blocks))

    def forward(self, x: Tensor, degradation: Tensor | None = None) -> Tensor:
        """B C H W -> B C H W."""
        for block in self.blocks:
            x = block(x, degradation)
        return x
