"""Eq. 1 restricted to a window: after registration the match of a cell lies within a few cells of it.

Notation: D feature channels, r radius in cells, n = (2r+1)² shifts in row-major order (dy, dx from -r to r).
A shift (dy, dx) at cell (y, x) points at key cell (y + dy, x + dx). Callers pad keys and values by r on every side.

Three primitives are each other's gradients, so that neither direction stores n copies of the features:
`correlate` (features, features → volume), `gather` (values, volume → values), `scatter` (the transpose of gather).
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F  # noqa: N812

#: Rows correlated at once: products of so many fit a core's cache.
_ROWS = 32
#: One over the length of keys beyond the frame: next to nothing, so that their similarity is none.
_NOTHING = 1e-6


def shifts(radius: int) -> list[tuple[int, int]]:
    """All (dy, dx) of the window, in the order of the similarity volume's channels.

    >>> shifts(1)[:4]
    [(-1, -1), (-1, 0), (-1, 1), (0, -1)]
    """
    reach = range(-radius, radius + 1)
    return [(dy, dx) for dy in reach for dx in reach]


def _shifted(padded: Tensor, radius: int, shift: tuple[int, int]) -> Tensor:
    dy, dx = shift
    height, width = padded.shape[-2] - 2 * radius, padded.shape[-1] - 2 * radius
    return padded[..., radius + dy : radius + dy + height, radius + dx : radius + dx + width]


def _correlate(query: Tensor, padded: Tensor, radius: int) -> Tensor:
    b, _, height, width = query.shape
    planes = query.new_empty(b, len(shifts(radius)), height, width)
    for top in range(0, height, _ROWS):
        rows = slice(top, top + _ROWS)
        for index, shift in enumerate(shifts(radius)):
            planes[:, index, rows] = (query[:, :, rows] * _shifted(padded, radius, shift)[:, :, rows]).sum(1)
    return planes


def _gather(padded: Tensor, volume: Tensor, radius: int) -> Tensor:
    out = torch.zeros_like(_shifted(padded, radius, (0, 0)), memory_format=torch.contiguous_format)
    for index, shift in enumerate(shifts(radius)):
        out.addcmul_(_shifted(padded, radius, shift), volume[:, index : index + 1])
    return out


def _scatter(values: Tensor, volume: Tensor, radius: int) -> Tensor:
    b, c, height, width = values.shape
    out = values.new_zeros(b, c, height + 2 * radius, width + 2 * radius)
    for index, shift in enumerate(shifts(radius)):
        _shifted(out, radius, shift).addcmul_(values, volume[:, index : index + 1])
    return out


class _Correlate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, padded: Tensor, radius: int) -> Tensor:
        ctx.save_for_backward(query, padded)
        ctx.radius = radius
        return _correlate(query, padded, radius)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        query, padded = ctx.saved_tensors
        return _gather(padded, grad, ctx.radius), _scatter(query, grad, ctx.radius), None


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, padded: Tensor, volume: Tensor, radius: int) -> Tensor:
        ctx.save_for_backward(padded, volume)
        ctx.radius = radius
        return _gather(padded, volume, radius)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, None]:
        padded, volume = ctx.saved_tensors
        to_values = _scatter(grad, volume, ctx.radius) if ctx.needs_input_grad[0] else None
        return to_values, _correlate(grad, padded, ctx.radius), None


def window_similarity(query: Tensor, key: Tensor, radius: int) -> Tensor:
    """Cosine of 3×3 patches between each query cell and the n key cells around it: B D H W, B D H W -> B n H W.

    Computed in float32 (in bfloat16 near matches cannot be told apart). Patches at the frame's edge are
    zero-padded; keys beyond the frame have similarity 0.
    """
    query, key = (x.float().contiguous() for x in (query, key))
    pad, side = (radius,) * 4, 2 * radius + 1
    dots = _box_mean(_Correlate.apply(query, F.pad(key, pad), radius))  # type: ignore[no-untyped-call]
    batch, _, height, width = dots.shape
    strengths = F.pad(1 / _patch_norm(key), pad, value=_NOTHING)  # B 1 H+2r W+2r
    keys = strengths.unfold(2, height, 1).unfold(3, width, 1)[:, 0]  # B side side H W: views, shift by shift
    scaled = dots * (1 / _patch_norm(query))
    return (scaled.view(batch, side, side, height, width) * keys).view_as(dots)


def _box_mean(x: Tensor) -> Tensor:
    """Mean over 3×3, zero-padded; by shifted sums, for torch's own `avg_pool2d` takes seven times as long on CPUs."""
    padded = F.pad(x, (1, 1, 1, 1))
    rows = padded[:, :, :-2] + padded[:, :, 1:-1] + padded[:, :, 2:]
    return (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) * (1 / 9)


def _patch_norm(x: Tensor) -> Tensor:
    """Root of the mean square length of 3×3 patches: B D H W -> B 1 H W."""
    return _box_mean(x.square().sum(1, keepdim=True)).clamp_min(1e-8).sqrt()


def window_gather(values: Tensor, weights: Tensor, radius: int) -> Tensor:
    """Weighted sum of the shifted values: B C H W, weights B n H W -> B C H W. One-hot weights move cells.

    Beyond the frame the values of its edge are repeated.
    """
    padded = F.pad(values.float().contiguous(), (radius,) * 4, mode="replicate")
    return _Gather.apply(padded, weights.float(), radius)  # type: ignore[no-untyped-call, no-any-return]
