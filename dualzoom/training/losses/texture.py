"""Sliced Wasserstein distance of fine detail: the right kind of texture, wherever exactly it lies.

    L = mean over cells and filters of  ‖sort(f ∗ high(x)) - sort(f ∗ high(y))‖₁,      high(x) = x - blur(x), luma

Two sets of equal size on a line are nearest when matched in order (Rabin et al., SSVM 2011; for textures of networks'
features: Heitz et al., CVPR 2021). Filters are random, of unit norm and other ones in every step. Cells keep a texture
in its place: a wall does not take that of the tree beside it.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.reconstruction import blur

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def high_band(picture: Tensor) -> Tensor:
    """Returns luma above what three 3×3 Gaussians of σ 1 pass: B 3 H W -> B 1 H W."""
    grey = (picture * picture.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    low = grey
    for _ in range(3):
        low = blur(low, 1.0)
    return grey - low


def random_filters(count: int, size: int, seed: int) -> Tensor:
    """Returns filters of unit norm: count 1 size size. The same seed gives the same filters on every device."""
    drawn = torch.randn(count, 1, size, size, generator=torch.Generator().manual_seed(seed))
    unit: Tensor = drawn / drawn.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    return unit


def sliced_wasserstein(x: Tensor, y: Tensor, filters: Tensor, *, cell: int = 32) -> Tensor:
    """Returns the distance of pictures B 3 H W, by `filters` n 1 k k, in cells of `cell` px: -> B.

    What is left of the frame right of and below whole cells counts for nothing. Raises ValueError where no cell fits.
    """
    if min(x.shape[-2:]) < cell:
        raise ValueError(f"pictures below {cell} px hold no cell")
    ordered = [_responses(picture, filters.to(picture), cell).sort(-1).values for picture in (x, y)]
    return (ordered[0] - ordered[1]).abs().flatten(1).mean(1)


def _responses(picture: Tensor, filters: Tensor, cell: int) -> Tensor:
    """Returns what each filter answers in each cell: B 3 H W -> B n cells cell²."""
    inner = filters.shape[-1] // 2
    answers = F.conv2d(F.pad(high_band(picture), (inner,) * 4, mode="reflect"), filters)
    tiles = answers.unfold(2, cell, cell).unfold(3, cell, cell)  # B n r c cell cell
    return tiles.flatten(4).flatten(2, 3)
