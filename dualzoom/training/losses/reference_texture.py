"""Texture loss to a registered reference: the result's texture must be of the reference's kind (SRNTT).

    L_tex = mean over cells of  s·‖G(F(SR)·s) - G(F(M)·s)‖_F / ‖G(F(M)·s)‖_F,      G(X) = X·Xᵀ of a cell's pixels

(Zhang et al., Image Super-Resolution by Neural Texture Transfer, CVPR 2019, Section 3.3.) M is the reference with each
place taken from where it matches best, s how well it does there. The paper takes F from a classifier's features; here
they are the network's own: φ, which matches by them, and the first of the encoder's, both held still. G forgets where
in a cell a texture lies; cells keep it from wandering further.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.dcsr_lite import DcsrLite, mean_of_cells
from dualzoom.network.window import window_gather


def reference_texture(
    network: DcsrLite, picture: Tensor, lr: Tensor, ref: Tensor, validity: Tensor, *, cell: int = 16
) -> Tensor:
    """Returns L_tex of a picture B 3 2H 2W, by the wide B 3 H W and the reference and its validity on 2H 2W: -> B.

    Only the picture is pulled at: the network's features and its choice of places stay as they are.
    """
    with torch.no_grad():
        swapped, sure = swap(network, lr, ref, validity)
    return gram_distance(features(network, picture), features(network, swapped), sure, cell=cell)


def swap(network: DcsrLite, lr: Tensor, ref: Tensor, validity: Tensor) -> tuple[Tensor, Tensor]:
    """Puts at each place the reference's pixels that match it best: M, B 3 2H 2W, and s, B 1 2H 2W in 0..1."""
    cells = F.pixel_unshuffle(ref, 2)
    similarity, _ = network.match(lr, mean_of_cells(cells))  # B n H W
    best = similarity.max(1, keepdim=True)
    chosen = torch.zeros_like(similarity).scatter_(1, best.indices, 1.0)
    moved = F.pixel_shuffle(window_gather(cells, chosen, network.config.window_radius), 2)
    alike = F.interpolate(best.values.clamp(0, 1), scale_factor=2, mode="nearest")
    return moved, alike * validity


def features(network: DcsrLite, picture: Tensor) -> Tensor:
    """Returns φ and the encoder's head of a picture on its own grid, without their mean over the frame: -> B C 2H 2W.

    Their weights are held still, so that no loss is made small by making features small.
    """
    found = torch.cat([_still(part)(picture) for part in (network.phi, network.head)], 1)
    return found - found.mean((2, 3), keepdim=True)


def gram_distance(x: Tensor, y: Tensor, weights: Tensor, *, cell: int) -> Tensor:
    """Returns how far x's Gram matrices are from y's, relative to these, weighed: B C H W each, B 1 H W -> B.

    What is left of the frame right of and below whole cells counts for nothing. Raises ValueError where no cell fits.
    """
    if min(x.shape[-2:]) < cell:
        raise ValueError(f"pictures below {cell} px hold no cell")
    ours, theirs = (_grams(one * weights, cell) for one in (x, y))  # B cells C C
    worth = F.avg_pool2d(weights, cell)[:, 0].flatten(1)  # B cells
    size = (theirs.square().sum((2, 3)) + 1e-12).sqrt()
    distance = ((ours - theirs).square().sum((2, 3)) + 1e-12).sqrt() / (size + 1e-6)
    return (distance * worth).mean(1)


def _grams(x: Tensor, cell: int) -> Tensor:
    tiles = x.unfold(2, cell, cell).unfold(3, cell, cell).flatten(4).flatten(2, 3)  # B C cells cell²
    columns = tiles.transpose(1, 2).float()  # B cells C cell²
    return columns @ columns.transpose(2, 3) / cell**2


def _still(part: nn.Module) -> Callable[[Tensor], Tensor]:
    weights = {name: value.detach() for name, value in part.named_parameters()}
    return lambda x: functional_call(part, weights, (x,))
