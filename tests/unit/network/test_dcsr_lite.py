"""Laws of the lite network."""

import pytest
import torch
from torch import Tensor

from dualzoom.network.blocks import bicubic_up, folded
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig, LocalTranslation
from dualzoom.network.degradation import SIZE

SMALL = DcsrLiteConfig(
    channels=8, encoder_blocks=1, reference_blocks=1, decoder_blocks=2, matching_channels=4
)


@pytest.fixture
def network() -> DcsrLite:
    torch.manual_seed(4)
    network = DcsrLite(SMALL).eval()
    for parameter in network.parameters():  # no layer may hide behind a quiet start
        torch.nn.init.normal_(parameter, std=0.15)
    return network


def inputs(side: int = 24) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    g = torch.Generator().manual_seed(9)
    lr, ref = torch.rand(2, 3, side, side, generator=g), torch.rand(2, 3, 2 * side, 2 * side, generator=g)
    return lr, ref, torch.ones(2, 1, 2 * side, 2 * side), torch.rand(2, SIZE, generator=g)


@torch.no_grad()
def test_zero_validity_is_the_single_image_branch_bit_for_bit(network: DcsrLite) -> None:
    lr, ref, validity, degradation = inputs()
    assert torch.equal(
        network(lr, ref, torch.zeros_like(validity), degradation), network(lr, None, None, degradation)
    )


@torch.no_grad()
def test_a_valid_reference_changes_the_picture_only_near_it(network: DcsrLite) -> None:
    lr, ref, validity, degradation = inputs(96)
    validity[..., 20:] = 0
    alone, together = network(lr, None, None, degradation), network(lr, ref, validity, degradation)
    reach = 20 + 2 * network.receptive_radius_px
    assert torch.equal(together[..., reach:], alone[..., reach:])
    assert not torch.allclose(together[..., :20], alone[..., :20])


@torch.no_grad()
def test_what_lies_under_zero_validity_does_not_matter(network: DcsrLite) -> None:
    lr, ref, validity, degradation = inputs()
    validity[..., 24:] = 0
    other = torch.where(validity > 0, ref, torch.rand_like(ref))
    assert torch.equal(network(lr, ref, validity, degradation), network(lr, other, validity, degradation))


@torch.no_grad()
def test_an_untrained_network_starts_from_bicubic() -> None:
    torch.manual_seed(0)
    lr = inputs()[0]
    assert (DcsrLite(SMALL)(lr) - bicubic_up(lr)).abs().mean() < 0.05


def test_the_receptive_radius_is_what_gradients_show(network: DcsrLite) -> None:
    """One central output cell; the farthest inputs with any gradient, in LR pixels."""
    side = 2 * network.receptive_radius_px + 21
    reach = 0
    for seed in range(3):
        g = torch.Generator().manual_seed(seed)
        lr = torch.rand(1, 3, side, side, generator=g, requires_grad=True)
        ref = torch.rand(1, 3, 2 * side, 2 * side, generator=g, requires_grad=True)
        out = network(lr, ref, torch.ones(1, 1, 2 * side, 2 * side), torch.full((1, SIZE), 0.5))
        centre = side // 2
        cell = out[..., 2 * centre : 2 * centre + 2, 2 * centre : 2 * centre + 2]
        (
            cell * torch.tensor([[1.0, 2.0], [3.0, 5.0]])
        ).sum().backward()  # their plain sum is the wide's alone
        for tensor, grid in ((lr, 1), (ref, 2)):
            assert tensor.grad is not None
            where = torch.nonzero(tensor.grad.abs().sum((0, 1))) // grid
            reach = max(reach, int((where - centre).abs().max()))
    assert network.receptive_radius_px - 2 <= reach <= network.receptive_radius_px


@torch.no_grad()
def test_folding_a_condition_changes_no_picture(network: DcsrLite) -> None:
    lr, ref, validity, degradation = inputs()
    degradation[1] = degradation[0]
    once = folded(network, degradation[0])
    torch.testing.assert_close(
        once(lr, ref, validity, degradation), network(lr, ref, validity, degradation), atol=1e-4, rtol=1e-4
    )


def test_translation_weights_are_a_distribution_that_prefers_the_centre() -> None:
    weights = LocalTranslation(9)(torch.zeros(1, 9, 4, 4))
    torch.testing.assert_close(weights.sum(1), torch.ones(1, 4, 4))
    assert (weights.argmax(1) == 4).all()
