"""Laws of the lite network."""

import torch

from dualzoom.network.blocks import bicubic_up, folded
from dualzoom.network.dcsr_lite import DcsrLite, LocalTranslation
from dualzoom.network.degradation import SIZE


@torch.no_grad()
def test_zero_validity_is_the_single_image_branch_bit_for_bit(lite_network: DcsrLite, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(24, 24)
    assert torch.equal(
        lite_network(lr, ref, torch.zeros_like(validity), degradation),
        lite_network(lr, None, None, degradation),
    )


@torch.no_grad()
def test_a_valid_reference_changes_the_picture_only_near_it(lite_network: DcsrLite, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(96, 96)
    validity[..., 20:] = 0
    alone, together = lite_network(lr, None, None, degradation), lite_network(lr, ref, validity, degradation)
    reach = 20 + 2 * lite_network.receptive_radius_px
    assert torch.equal(together[..., reach:], alone[..., reach:])
    assert not torch.allclose(together[..., :20], alone[..., :20])


def test_looking_only_near_valid_places_changes_no_picture(lite_network: DcsrLite, lite_inputs) -> None:
    """With gradients the network looks everywhere, without only around what is valid."""
    lr, ref, validity, degradation = lite_inputs(80, 96)
    validity[..., :100, :] = 0
    validity[..., 150:] = 0
    everywhere = lite_network(lr, ref, validity, degradation).detach()
    with torch.no_grad():
        near = lite_network(lr, ref, validity, degradation)
    torch.testing.assert_close(near, everywhere, atol=1e-5, rtol=0)


@torch.no_grad()
def test_what_lies_under_zero_validity_does_not_matter(lite_network: DcsrLite, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(24, 24)
    validity[..., 24:] = 0
    other = torch.where(validity > 0, ref, torch.rand_like(ref))
    assert torch.equal(
        lite_network(lr, ref, validity, degradation), lite_network(lr, other, validity, degradation)
    )


@torch.no_grad()
def test_an_untrained_network_starts_from_bicubic(lite_network: DcsrLite, lite_inputs) -> None:
    torch.manual_seed(0)
    lr = lite_inputs(24, 24)[0]
    assert (DcsrLite(lite_network.config)(lr) - bicubic_up(lr)).abs().mean() < 0.05


def test_the_receptive_radius_is_what_gradients_show(lite_network: DcsrLite) -> None:
    """One central output cell; the farthest inputs with any gradient, in LR pixels."""
    side = 2 * lite_network.receptive_radius_px + 21
    reach = 0
    for seed in range(3):
        g = torch.Generator().manual_seed(seed)
        lr = torch.rand(1, 3, side, side, generator=g, requires_grad=True)
        ref = torch.rand(1, 3, 2 * side, 2 * side, generator=g, requires_grad=True)
        out = lite_network(lr, ref, torch.ones(1, 1, 2 * side, 2 * side), torch.full((1, SIZE), 0.5))
        centre = side // 2
        cell = out[..., 2 * centre : 2 * centre + 2, 2 * centre : 2 * centre + 2]
        (
            cell * torch.tensor([[1.0, 2.0], [3.0, 5.0]])
        ).sum().backward()  # their plain sum is the wide's alone
        for tensor, grid in ((lr, 1), (ref, 2)):
            assert tensor.grad is not None
            where = torch.nonzero(tensor.grad.abs().sum((0, 1))) // grid
            reach = max(reach, int((where - centre).abs().max()))
    assert lite_network.receptive_radius_px - 2 <= reach <= lite_network.receptive_radius_px


@torch.no_grad()
def test_folding_a_condition_changes_no_picture(lite_network: DcsrLite, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(24, 24)
    degradation[1] = degradation[0]
    once = folded(lite_network, degradation[0])
    torch.testing.assert_close(
        once(lr, ref, validity, degradation),
        lite_network(lr, ref, validity, degradation),
        atol=1e-4,
        rtol=1e-4,
    )


def test_translation_weights_are_a_distribution_that_prefers_the_centre() -> None:
    weights = LocalTranslation(9)(torch.zeros(1, 9, 4, 4))
    torch.testing.assert_close(weights.sum(1), torch.ones(1, 4, 4))
    assert (weights.argmax(1) == 4).all()
