"""Back projection: what the result, reduced to the wide's size, lacks or has too much of is given back to it.

Restoring a phone's photo changes also what the wide showed well: tone, local contrast, fine lines. But the wide errs,
too: noise, smear, lines of sharpening, colours that a mosaic and JPEG have halved. So differences that rounding or
noise explain are left alone, and of the rest most of the luma is given back and a little of the chroma. A share of
every difference is worth more than all of the small ones: for the same mean difference from the wide, results are
nearer to the truth. Source: Irani & Peleg 1991; "Seven ways to improve example-based single image super resolution"
(CVPR 2016).

First what is missing is enlarged smoothly. Enlarging and reducing again loses the finest lines of it, so what is then
still missing goes evenly to each pixel's four: of all pictures that show the wide this one changes the band above it
least. (More smooth passes would have to amplify those lines, and a part of that lands among the detail.)

A wide that bicubic halved (condition zero) is left alone: area means would not give it back.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.condition import NOISE_UNIT, noise_of

REACH_PX = 2  # LR pixels: bicubic enlargement of the difference
_ROUNDING = 0.5 / 255
#: Beside it, as noise, 1.5 σ of strong noise; half of that at four grey levels, hardly any at one.
_OF_NOISE, _KNEE = 1.5, 4 / 255
#: Of what exceeds both, the shares that the result keeps, in luma and in chroma.
_LUMA_SHARE, _CHROMA_SHARE = 0.2, 0.8
_LUMA = (0.299, 0.587, 0.114)  # of R, G, B, as JPEG has it (BT.601): its chroma is what was halved


class BackProjection(nn.Module):
    """The last step of a network: `back_project`, unless switched off.

    It is off while a network learns, since through it networks learn to push against it, and for good in one that is
    to correct the wide.
    """

    def __init__(self, active: bool, leeway: float = 1.0) -> None:
        super().__init__()
        self.active = active
        self.leeway = leeway

    def forward(self, picture: Tensor, lr: Tensor, condition: Tensor) -> Tensor:
        """As `back_project`, or the picture itself."""
        return back_project(picture, lr, condition, self.leeway) if self.active else picture


def projects(network: nn.Module) -> bool:
    """Whether a network projects its results back onto the wide."""
    return any(part.active for part in network.modules() if isinstance(part, BackProjection))


def project(network: nn.Module, active: bool) -> None:
    """Switch a network's back projection; networks without one stay as they are."""
    for part in network.modules():
        if isinstance(part, BackProjection):
            part.active = active


def leeway_of(network: nn.Module) -> float:
    """The leeway of a network's back projection; 1 for networks without one."""
    return next((part.leeway for part in network.modules() if isinstance(part, BackProjection)), 1.0)


def give_leeway(network: nn.Module, leeway: float) -> None:
    """Let a network's results keep `leeway` (0..1) of what they usually keep of their difference from the wide."""
    for part in network.modules():
        if isinstance(part, BackProjection):
            part.leeway = leeway


def back_project(picture: Tensor, lr: Tensor, condition: Tensor, leeway: float = 1.0) -> Tensor:
    """The picture (B 3 2H 2W) brought nearer to the wide (B 3 H W) where it strays from it; condition B K.

    Pictures are about 0..1 and not clamped. Items whose condition is zero come back unchanged. `leeway`: factor on
    what results keep of their difference from the wide; 0 keeps none.
    """
    told = (condition != 0).any(1)[:, None, None, None]  # B 1 1 1
    noise = NOISE_UNIT * noise_of(condition)[:, None, None, None]
    slack = _ROUNDING + _OF_NOISE * noise * noise / (noise + _KNEE)
    wanted = lr - leeway * _kept(lr - F.avg_pool2d(picture, 2), slack)  # B 3 H W: what the result shall show

    def missing() -> Tensor:
        return (wanted - F.avg_pool2d(picture, 2)) * told

    picture = picture + bicubic_up(missing()).to(picture.dtype)
    return picture + F.interpolate(missing(), scale_factor=2, mode="nearest").to(picture.dtype)


def _kept(difference: Tensor, slack: Tensor) -> Tensor:
    """What the result keeps of its difference from the wide: B 3 H W -> the same, in 0..1 units; slack B 1 1 1."""
    small = torch.minimum(torch.maximum(difference, -slack), slack)
    rest = difference - small
    luma = sum((weight * rest[:, i : i + 1] for i, weight in enumerate(_LUMA)), torch.zeros_like(rest[:, :1]))
    return small + _LUMA_SHARE * luma + _CHROMA_SHARE * (rest - luma)
