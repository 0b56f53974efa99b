"""A patch discriminator that sees wavelet bands only: it judges detail and cannot touch tones.

    critic:   max(0, 1 - C(truth)) + max(0, 1 + C(result))        network:   -C(result)        (the hinge losses)

One level of Haar wavelets leaves three bands of detail at half the size; the low band, where colours are, is not shown
(as in DASR, Wei et al., CVPR 2021). Each answer sees 20 px of the result. Spectral normalisation (Miyato et al., ICLR
2018) bounds the critic's slope, and with it the network's gradients: batches of 16 stay stable.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

_GAIN = 8.0  # bands of photographs deviate by a few hundredths; the critic is given values around 1


def haar_bands(picture: Tensor) -> Tensor:
    """Returns horizontal, vertical and diagonal detail: B C H W -> B 3C H/2 W/2. Energy of the four bands is kept."""
    a, b, c, d = (picture[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
    return torch.cat([a - b + c - d, a + b - c - d, a - b - c + d], 1) / 2


class Critic(nn.Module):
    """B 3 H W in 0..1 (even sides) -> B 1 h w: above 0 where detail looks like a photograph's."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        wide = 2 * width
        self.layers = nn.ModuleList(
            spectral_norm(layer)
            for layer in (
                nn.Conv2d(9, width, 3, padding=1),
                nn.Conv2d(width, wide, 4, stride=2, padding=1),
                nn.Conv2d(wide, wide, 3, padding=1),
                nn.Conv2d(wide, 1, 1),
            )
        )

    def forward(self, picture: Tensor) -> Tensor:
        """Judges each place."""
        x = _GAIN * haar_bands(picture)
        for layer in self.layers[:-1]:
            x = F.leaky_relu(layer(x), 0.2)
        judged: Tensor = self.layers[-1](x)
        return judged


def critic_loss(critic: Critic, result: Tensor, truth: Tensor) -> Tensor:
    """Returns what the critic minimises: pictures B 3 H W each -> scalar, at most 1 on each side when it is right."""
    return F.relu(1 - critic(truth)).mean() + F.relu(1 + critic(result.detach())).mean()


def realism_loss(critic: Critic, result: Tensor) -> Tensor:
    """Returns what the network minimises: B 3 H W -> scalar. Leaves no gradient in the critic."""
    parameters = [p for p in critic.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        loss: Tensor = -critic(result).mean()
        return loss
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)
