"""Test-time augmentation: the mean of a network's results over the eight orientations of each tile.

Noise that a network adds in one orientation only averages out in part: 0.1 to 0.2 dB for eight times the time. Source:
the "self-ensemble" of "Enhanced Deep Residual Networks for Single Image Super-Resolution" (CVPRW 2017), there of
single photos; here the reference and its validity turn with the wide.
"""

from typing import Self

import torch
from torch import Tensor

from dualzoom.network.contract import RestorationNetwork

ORIENTATIONS = 8


class SelfEnsemble(RestorationNetwork):
    """The mean of a network's results over the eight turns and mirrorings of its inputs."""

    def __init__(self, network: RestorationNetwork) -> None:
        super().__init__(network.config)
        self.network = network
        self.estimator = network.estimator
        self.preferred_tile_px = network.preferred_tile_px

    @property
    def receptive_radius_px(self) -> int:
        """That of the network: turning moves no pixel nearer."""
        return self.network.receptive_radius_px

    @property
    def context_px(self) -> int:
        """That of the network."""
        return self.network.context_px

    def with_config(self, **changes: object) -> Self:
        """An ensemble of the network with a changed configuration."""
        return type(self)(self.network.with_config(**changes))

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
        burst: Tensor | None = None,
    ) -> Tensor:
        """As `RestorationNetwork.forward`; float32 whatever the network returns. `burst`: if it takes one."""
        total: Tensor | None = None
        for number in range(ORIENTATIONS):
            turned = (None if part is None else turn(part, number) for part in (lr, ref, validity))
            beside = () if burst is None else (turn(burst, number),)
            picture = turn_back(self.network(*turned, degradation, *beside).float(), number)
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
    """`turned` in the memory format of `picture`: convolutions on CPUs are slow in any other."""
    last = picture.dim() == 4 and picture.is_contiguous(memory_format=torch.channels_last)
    return turned.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)
