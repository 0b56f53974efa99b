"""Rich while they learn, plain when they work: the same function in both forms."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.reparameterised import RichConv, SpanBlock


def shaken(module: torch.nn.Module) -> torch.nn.Module:
    """With all parameters, biases too, away from their start."""
    g = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=g))
    return module


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (2, 5), (9, 8)])
def test_merging_changes_nothing_up_to_the_edge(size: tuple[int, int]) -> None:
    conv = shaken(RichConv(6)).double()
    x = torch.randn(2, 6, *size, dtype=torch.float64)
    rich = conv(x)
    plain = conv.merge()
    torch.testing.assert_close(conv(x), rich)
    torch.testing.assert_close(F.conv2d(x, plain.weight, plain.bias, padding=1), rich)
    assert conv.merge() is plain
    assert sum(p.numel() for p in conv.parameters()) == 6 * 6 * 9 + 6


@torch.no_grad()
def test_a_block_is_its_formula_and_folds_with_its_degradation() -> None:
    block = shaken(SpanBlock(6, 5)).double()
    x, degradation = torch.randn(2, 6, 7, 8, dtype=torch.float64), torch.rand(5, dtype=torch.float64)
    both = degradation.expand(2, 5)
    y = block.conv3(F.silu(block.conv2(F.silu(block.modulation(block.conv1(x), both)))))
    expected = x + (x + y) * (1 / (1 + (-y).exp()) - 0.5)
    torch.testing.assert_close(block(x, both), expected)
    block.fold(degradation)
    torch.testing.assert_close(block(x, both), expected)
    torch.testing.assert_close(block(x), expected)


@torch.no_grad()
def test_a_block_starts_near_the_identity() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 32, 16, 16)
    assert float((SpanBlock(32)(x) - x).std()) < 0.1
