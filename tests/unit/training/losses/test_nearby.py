"""Eq. 6 for a registered reference, against double loops."""

import pytest
import torch

from dualzoom.training.losses.nearby import nearby_distance, place_weights, registered_fidelity
from dualzoom.training.losses.nearest import nearest_distance


def slow(x, y, size, radius):
    _, _, height, width = x.shape
    found = []
    for row in range(height - size + 1):
        for column in range(width - size + 1):
            patch = x[:, :, row : row + size, column : column + size]
            distances = [
                (patch - y[:, :, r : r + size, c : c + size]).square().mean((1, 2, 3)).sqrt()
                for r in range(max(0, row - radius), min(height - size, row + radius) + 1)
                for c in range(max(0, column - radius), min(width - size, column + radius) + 1)
            ]
            found.append(torch.stack(distances).amin(0))
    return torch.stack(found, 1)


@pytest.mark.parametrize(("size", "radius"), [(3, 0), (3, 1), (3, 2), (1, 2)])
def test_distance_is_the_double_loops(size, radius):
    torch.manual_seed(size + radius)
    x, y = torch.rand(2, 3, 7, 8), torch.rand(2, 3, 7, 8)
    torch.testing.assert_close(
        nearby_distance(x, y, size=size, radius=radius), slow(x, y, size, radius), atol=2e-4, rtol=0
    )


def test_a_window_over_everything_is_the_global_search():
    torch.manual_seed(1)
    x, y = torch.rand(1, 3, 6, 6), torch.rand(1, 3, 6, 6)
    everywhere, _ = nearest_distance(x, y)
    torch.testing.assert_close(nearby_distance(x, y, radius=6), everywhere, atol=2e-4, rtol=0)
    c = torch.rand(1, 1, 6, 6)
    weights = c[:, 0, 1:-1, 1:-1].flatten(1)  # at the patches' centres
    expected = (everywhere * weights).sum() / weights.sum()
    assert float(registered_fidelity(x, y, c, radius=6)) == pytest.approx(float(expected), abs=2e-4)
    torch.testing.assert_close(place_weights(c, (6, 6), 3), weights)


def test_a_confidence_on_another_grid_is_spread_over_the_frame():
    torch.manual_seed(4)
    x, y = torch.rand(2, 3, 10, 12), torch.rand(2, 3, 10, 12)
    plain = nearby_distance(x, y).mean(1)
    for level in (0.1, 1.0):  # its scale cancels
        torch.testing.assert_close(registered_fidelity(x, y, torch.full((2, 1, 5, 6), level)), plain)


def test_a_shift_within_reach_costs_nothing_and_beyond_it_does():
    torch.manual_seed(2)
    y = torch.rand(1, 3, 16, 16)
    inner = torch.zeros(1, 1, 16, 16)
    inner[..., 5:11, 5:11] = 1
    near, far = (registered_fidelity(y.roll(s, -1), y, inner, radius=2) for s in (2, 4))
    assert float(near) < 2e-3
    assert float(far) > 0.05


def test_items_are_apart_and_doubt_asks_nothing():
    torch.manual_seed(3)
    x, y = torch.rand(2, 3, 8, 8, requires_grad=True), torch.rand(2, 3, 8, 8)
    c = torch.stack([torch.ones(1, 8, 8), torch.zeros(1, 8, 8)])
    both = registered_fidelity(x, y, c)
    assert both[1] == 0
    torch.testing.assert_close(both[:1], registered_fidelity(x[:1], y[:1], c[:1]))
    both.sum().backward()
    assert x.grad is not None
    assert x.grad[0].abs().max() > 0
    assert not x.grad[1].any()
