"""Test-time augmentation: a network sees each tile in its eight orientations, and the mean of what it makes counts.

What a network adds to one orientation only is its own noise, and a part of it goes: 0.1 to 0.2 dB for eight times
the time. Source: the "self-ensemble" of "Enhanced Deep Residual Networks for Single Image Super-Resolution" (CVPRW
2017), there of single photos; here reference and validity are turned along.
"""

import torch
from torch import Tensor, nn

ORIENTATIONS = 8


class SelfEnsemble(nn.Module):
    """A network's mean over the eight turns and mirrorings of its inputs; called as the network is."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, lr: Tensor, ref: Tensor | None, validity: Tensor | None, condition: Tensor | None
    ) -> Tensor:
        """lr B 3 H W, ref B 3 2H 2W, validity B 1 2H 2W, condition B K -> B 3 2H 2W float32, not clamped."""
        total: Tensor | None = None
        for number in range(ORIENTATIONS):
            turned = (None if part is None else turn(part, number) for part in (lr, ref, validity))
            picture = turn_back(self.network(*turned, condition).float(), number)
            total = picture if total is None else total + picture
        assert total is not None
        return total / ORIENTATIONS


def turn(picture: Tensor, number: int) -> Tensor:
    """… H W in orientation 0..7: mirrored if odd, then turned by number // 2 quarters. Channels last stay so."""
    mirrored = picture.flip(-1) if number % 2 else picture
    return _as(torch.rot90(mirrored, number // 2, (-2, -1)), picture)


def turn_back(picture: Tensor, number: int) -> Tensor:
    """Undo `turn`."""
    upright = torch.rot90(picture, -(number // 2), (-2, -1))
    return _as(upright.flip(-1) if number % 2 else upright, picture)


def _as(turned: Tensor, picture: Tensor) -> Tensor:
    """In the memory format of `picture`: convolutions on CPUs are slow in any other."""
    last = picture.dim() == 4 and picture.is_contiguous(memory_format=torch.channels_last)
    return turned.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)
