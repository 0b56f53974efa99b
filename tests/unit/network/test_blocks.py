"""Enlargement keeps what cubic convolution keeps; modulation starts as nothing; folding changes no picture."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import (
    FeatureModulation,
    LiteResidualBlock,
    LiteResidualStack,
    bicubic_cells,
    bicubic_up,
    folded,
)


def some(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def block() -> LiteResidualBlock:
    """With random weights throughout."""
    torch.manual_seed(1)
    made = LiteResidualBlock(4, 5)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (12, 14)])
def test_cells_are_the_bicubic_picture_laid_out_by_channels(size: tuple[int, int]) -> None:
    image = some(2, 3, *size).contiguous(memory_format=torch.channels_last)
    cells = bicubic_cells(image)
    torch.testing.assert_close(cells, F.pixel_unshuffle(bicubic_up(image), 2), atol=1e-6, rtol=0)


def test_gradients_pass_through_cells() -> None:
    image = some(1, 2, 4, 5).double().requires_grad_()
    assert torch.autograd.gradcheck(bicubic_cells, (image,))


def test_a_plane_is_enlarged_to_itself_with_pixel_centres_kept() -> None:
    """Pixel u of the result lies at (u - 0.5) / 2: a half-pixel error would show as an offset."""
    rows, columns = torch.meshgrid(torch.arange(12.0), torch.arange(14.0), indexing="ij")
    plane = (0.3 + 0.02 * columns - 0.01 * rows)[None, None]
    fine_rows, fine_columns = torch.meshgrid(
        (torch.arange(24.0) - 0.5) / 2, (torch.arange(28.0) - 0.5) / 2, indexing="ij"
    )
    expected = (0.3 + 0.02 * fine_columns - 0.01 * fine_rows)[None, None]
    inner = (..., slice(4, -4), slice(4, -4))
    # With a = -0.75 a ramp ripples by 0.047 of its step, evenly about the ramp.
    torch.testing.assert_close(bicubic_up(plane)[inner], expected[inner], atol=0.05 * 0.03, rtol=0)
    pairs = bicubic_up(plane)[inner].unfold(2, 2, 2).unfold(3, 2, 2).mean((-1, -2))
    torch.testing.assert_close(pairs, plane[..., 2:-2, 2:-2], atol=1e-6, rtol=0)


def test_enlarging_is_linear_and_keeps_constants() -> None:
    a, b = some(2, 3, 6, 7), some(2, 3, 6, 7, seed=1)
    torch.testing.assert_close(bicubic_up(2 * a - b), 2 * bicubic_up(a) - bicubic_up(b))
    assert bicubic_up(a).shape == (2, 3, 12, 14)
    torch.testing.assert_close(bicubic_up(torch.full((1, 1, 3, 4), 0.7)), torch.full((1, 1, 6, 8), 0.7))


def test_modulation_starts_as_the_identity_and_acts_per_channel_and_item() -> None:
    made, x = FeatureModulation(4, 5), some(2, 4, 3, 3)
    assert torch.equal(made(x, some(2, 5)), x)
    torch.nn.init.normal_(made.to_scale_shift.weight)
    degradation = some(2, 5)
    scale_shift = made.to_scale_shift(degradation)
    for item in range(2):
        for channel in range(4):
            scale, shift = scale_shift[item, channel], scale_shift[item, 4 + channel]
            torch.testing.assert_close(
                made(x, degradation)[item, channel], x[item, channel] * (1 + scale) + shift
            )


@torch.no_grad()
def test_a_deep_stack_starts_near_the_identity() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 16, 12, 12)
    out = LiteResidualStack(16, 12)(x)
    assert not torch.equal(out, x)
    assert (out - x).std() < 0.6 * x.std()


@torch.no_grad()
def test_folding_one_degradation_changes_no_result(block: LiteResidualBlock) -> None:
    x, degradation = some(3, 4, 6, 6), some(5)
    whole = block(x, degradation.expand(3, -1))
    assert not torch.allclose(whole, block(x, torch.zeros(3, 5)), atol=1e-3)
    block.fold(degradation)
    assert block.modulation is None
    for given in (None, degradation.expand(3, -1), torch.zeros(3, 5)):  # it has no say any more
        torch.testing.assert_close(block(x, given), whole, atol=1e-5, rtol=1e-4)
    weights = [parameter.clone() for parameter in block.parameters()]
    block.fold(degradation)  # once is all
    assert all(torch.equal(a, b) for a, b in zip(weights, block.parameters(), strict=True))


@torch.no_grad()
def test_without_a_degradation_nothing_is_modulated(block: LiteResidualBlock) -> None:
    x = some(1, 4, 6, 6)
    plain = LiteResidualBlock(4)
    plain.load_state_dict(block.state_dict(), strict=False)
    assert torch.equal(block(x), plain(x))


@torch.no_grad()
def test_a_folded_copy_leaves_the_network_alone(lite_network, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(12, 12)
    before = {name: value.clone() for name, value in lite_network.state_dict().items()}
    copied = folded(lite_network, degradation[0])
    assert not any(
        part.modulation is not None for part in copied.modules() if isinstance(part, LiteResidualBlock)
    )
    assert lite_network.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in lite_network.state_dict().items())
    assert copied.training == lite_network.training
    one = degradation[:1].expand(2, -1)
    torch.testing.assert_close(
        copied(lr, ref, validity, one), lite_network(lr, ref, validity, one), atol=1e-4, rtol=1e-4
    )
