"""Encoders: grids, and that a stack's place in the picture does not matter."""

import pytest
import torch

from dualzoom.network.features import MatchingEncoder, PaperResidualStack, ReferenceEncoder, WideEncoder


@pytest.mark.parametrize(("height", "width"), [(16, 20), (17, 23)])
def test_grids(height: int, width: int) -> None:
    x = torch.rand(2, 3, height, width)
    fine, coarse = ReferenceEncoder(8, blocks=1)(x)
    assert fine.shape == (2, 8, height, width)
    assert coarse.shape == (2, 8, (height + 1) // 2, (width + 1) // 2)
    assert MatchingEncoder(8, out=4)(x).shape == (2, 4, height // 2, width // 2)
    assert WideEncoder(8, blocks=1)(x).shape == (2, 8, height, width)


@torch.no_grad()
def test_phi_moves_with_the_picture() -> None:
    phi = MatchingEncoder(8, out=4)
    picture = torch.rand(1, 3, 40, 40)
    whole, part = phi(picture), phi(picture[..., 8:, 4:])
    torch.testing.assert_close(part[..., 4:-4, 4:-4], whole[..., 8:-4, 6:-4])


@torch.no_grad()
def test_a_fresh_modulation_changes_nothing_and_a_trained_one_does() -> None:
    stack = PaperResidualStack(8, blocks=2, degradation_size=5)
    x, degradation = torch.randn(1, 8, 9, 9), torch.rand(1, 5)
    plain = stack(x)
    assert torch.equal(stack(x, degradation), plain)
    modulation = stack.blocks[0].modulation
    torch.nn.init.ones_(modulation.to_scale_shift.weight)
    assert not torch.equal(stack(x, degradation), plain)
    assert torch.equal(stack(x), plain)
