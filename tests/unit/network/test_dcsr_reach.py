"""The receptive radius that tiles rely on, against gradients."""

import torch
from torch import nn

from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.degradation import SIZE


def test_the_receptive_radius_is_what_gradients_show() -> None:
    torch.manual_seed(2)
    config = DcsrConfig(
        channels=8, encoder_blocks=2, reference_blocks=1, decoder_lr_blocks=2, decoder_hr_blocks=2, matching_width=8
    )  # fmt: skip
    network = Dcsr(config).eval()
    for parameter in network.parameters():
        if parameter.dim() > 1:  # no layer may hide behind a quiet start
            nn.init.normal_(parameter, std=(2 / parameter[0].numel()) ** 0.5)
    side = 2 * network.receptive_radius_px + 13
    lr = torch.rand(1, 3, side, side, requires_grad=True)
    ref = torch.rand(1, 3, 2 * side, 2 * side, requires_grad=True)
    out = network(lr, ref, torch.ones(1, 1, 2 * side, 2 * side), torch.full((1, SIZE), 0.5))
    centre = side // 2
    cell = out[..., 2 * centre : 2 * centre + 2, 2 * centre : 2 * centre + 2]
    (cell * torch.tensor([[1.0, 2.0], [3.0, 5.0]])).sum().backward()  # their plain sum is the wide's alone
    reach = 0
    for tensor, grid in ((lr, 1), (ref, 2)):
        assert tensor.grad is not None
        where = torch.nonzero(tensor.grad.abs().sum((0, 1))) // grid
        reach = max(reach, int((where - centre).abs().max()))
    assert network.receptive_radius_px - 2 <= reach <= network.receptive_radius_px


def test_the_papers_size_reaches_47_px() -> None:
    with torch.device("meta"):
        assert Dcsr(DcsrConfig()).receptive_radius_px == 47
