"""Laws of the supervision of the matching."""

import math

import pytest
import torch
from torch import Tensor

from dualzoom.network.window import shifts
from dualzoom.training.losses import correspondence_loss

RADIUS = 1
WINDOW = shifts(RADIUS)


def structured(side: int = 6) -> Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))


def everywhere(dy: float, dx: float, side: int = 6) -> Tensor:
    return torch.tensor([dy, dx])[None, :, None, None].expand(1, 2, side, side).clone()


def one_hot(shift: tuple[int, int], side: int = 6) -> Tensor:
    weights = torch.zeros(1, len(WINDOW), side, side)
    weights[:, WINDOW.index(shift)] = 1
    return weights


def slow(weights: Tensor, shift: Tensor, lr: Tensor, radius: int) -> float:
    """Cell by cell, from the definition."""
    total, count = 0.0, 0
    grey = lr.mean(1)
    padded = torch.nn.functional.pad(grey, (1, 1, 1, 1))
    for b in range(lr.shape[0]):
        for y in range(lr.shape[2]):
            for x in range(lr.shape[3]):
                dy, dx = shift[b, :, y, x].tolist()
                deviation = padded[b, y : y + 3, x : x + 3].std(correction=0)
                if not (abs(dy) <= radius and abs(dx) <= radius) or deviation <= 0.02:
                    continue
                count += 1
                for n, (wy, wx) in enumerate(shifts(radius)):
                    share = max(0.0, 1 - abs(wy - dy)) * max(0.0, 1 - abs(wx - dx))
                    total -= share * math.log(max(float(weights[b, n, y, x]), 1e-6))
    return total / max(count, 1)


@pytest.mark.parametrize("shift", [(0, 0), (-1, 1), (1, 0)])
def test_the_right_place_costs_nothing_and_another_much(shift: tuple[int, int]) -> None:
    lr, truth = structured(), everywhere(*shift)
    assert correspondence_loss(one_hot(shift), truth, lr, RADIUS) == 0
    wrong = (0, -1) if shift != (0, -1) else (0, 0)
    assert correspondence_loss(one_hot(wrong), truth, lr, RADIUS) > 5


def test_agrees_with_the_slow_version_on_fractions_and_unknowns() -> None:
    g = torch.Generator().manual_seed(3)
    lr = torch.rand(2, 3, 7, 7, generator=g)
    lr[1, :, :4] = 0.5  # flat
    weights = torch.softmax(torch.randn(2, 9, 7, 7, generator=g), 1)
    shift = 2.6 * torch.rand(2, 2, 7, 7, generator=g) - 1.3  # some beyond the window
    shift[0, :, 2:4, 2:4] = math.nan
    expected = slow(weights, shift, lr, RADIUS)
    assert float(correspondence_loss(weights, shift, lr, RADIUS)) == pytest.approx(expected, rel=1e-5)


def test_nothing_known_asks_for_nothing() -> None:
    weights = torch.full((1, 9, 6, 6), 1 / 9, requires_grad=True)
    loss = correspondence_loss(weights, everywhere(math.nan, math.nan), structured(), RADIUS)
    loss.backward()
    assert loss == 0
    assert weights.grad is not None
    assert not weights.grad.any()


def test_the_gradient_leads_to_the_true_shift() -> None:
    logits = torch.zeros(1, 9, 6, 6, requires_grad=True)
    loss = correspondence_loss(torch.softmax(logits, 1), everywhere(0.5, -1), structured(), RADIUS)
    loss.backward()
    assert logits.grad is not None
    best = logits.grad.sum((0, 2, 3)).topk(2, largest=False).indices.tolist()
    assert {WINDOW[i] for i in best} == {(0, -1), (1, -1)}
