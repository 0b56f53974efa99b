"""The deep network: one function folded and unfolded, the paper's laws, and its cost."""

import pytest
import torch
from torch import Tensor, nn

from dualzoom.network.blocks import bicubic_up, folded
from dualzoom.network.dcsr_best import DcsrBest, DcsrBestConfig
from dualzoom.network.degradation import SIZE
from dualzoom.network.registry import build_network, describe

SMALL = {
    "architecture": "dcsr-best", "channels": 12, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 2,
    "matching_channels": 4,
}  # fmt: skip
Inputs = tuple[Tensor, Tensor, Tensor, Tensor]


@pytest.fixture
def network() -> DcsrBest:
    torch.manual_seed(2)
    made = build_network(SMALL)
    assert isinstance(made, DcsrBest)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    return made.eval()


def test_it_is_built_again_from_its_description(network: DcsrBest) -> None:
    again = build_network(describe(network))
    again.load_state_dict(network.state_dict())
    assert isinstance(again, DcsrBest)
    assert build_network({"architecture": "dcsr-best"}).config == DcsrBestConfig()


@torch.no_grad()
def test_folded_it_makes_the_same_pictures(network: DcsrBest, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(20, 24)
    degradation[1] = degradation[0]
    once = folded(network, degradation[0])
    for given in ((ref, validity), (None, None)):
        torch.testing.assert_close(
            once(lr, *given, degradation), network(lr, *given, degradation), atol=1e-5, rtol=1e-4
        )
    assert not any(name.endswith("look.weight") for name in once.state_dict())
    assert any(name.endswith("look.weight") for name in network.state_dict())  # the original still learns


@torch.no_grad()
def test_zero_validity_is_the_single_image_branch_bit_for_bit(network: DcsrBest, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(20, 20)
    alone = network(lr, None, None, degradation)
    assert torch.equal(network(lr, ref, torch.zeros_like(validity), degradation), alone)
    assert not torch.allclose(network(lr, ref, validity, degradation), alone)


@torch.no_grad()
def test_untrained_it_starts_from_bicubic_however_deep(lite_inputs) -> None:
    torch.manual_seed(0)
    deep = DcsrBest(DcsrBestConfig(channels=16))
    lr = lite_inputs(24, 24)[0]
    assert (deep(lr) - bicubic_up(lr)).abs().mean() < 0.05


def test_nothing_beyond_the_receptive_radius_counts(network: DcsrBest) -> None:
    side = 2 * network.receptive_radius_px + 9
    lr = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1), requires_grad=True)
    ref = torch.rand(1, 3, 2 * side, 2 * side, generator=torch.Generator().manual_seed(2), requires_grad=True)
    centre = side // 2
    network(lr, ref, None, torch.full((1, SIZE), 0.5))[..., 2 * centre, 2 * centre].sum().backward()
    for tensor, grid in ((lr, 1), (ref, 2)):
        assert tensor.grad is not None
        where = torch.nonzero(tensor.grad.abs().sum((0, 1))) // grid
        assert int((where - centre).abs().max()) <= network.receptive_radius_px


@torch.no_grad()
def test_folded_it_costs_at_most_six_megaflops_a_pixel() -> None:
    """Two for each product of its convolutions, counted where they run."""
    deep = folded(DcsrBest(DcsrBestConfig()), torch.zeros(SIZE))
    flops = 0

    def count(conv: nn.Conv2d, _inputs: tuple[Tensor], out: Tensor) -> None:
        nonlocal flops
        flops += 2 * conv.weight[0].numel() * out.numel()

    for module in deep.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    lr = torch.rand(1, 3, 16, 16)
    deep(lr, None, None, torch.zeros(1, SIZE))
    alone, flops = flops / 256 / 1e6, 0
    deep(lr, bicubic_up(lr), None, torch.zeros(1, SIZE))
    assert alone == pytest.approx(4.2, abs=0.3)
    assert flops / 256 / 1e6 == pytest.approx(5.3, abs=0.3)
