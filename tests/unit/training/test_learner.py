"""Steps go downhill, the average follows, and a state that was taken up goes on to the bit."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.training.learner import Learner, with_prefix
from dualzoom.training.parallel import Group

CPU = torch.device("cpu")
GOAL = torch.tensor([1.0, -2.0, 3.0])


class Point(RestorationNetwork):
    """Three numbers to learn, one that stays, and a count."""

    receptive_radius_px = 0

    def __init__(self) -> None:
        super().__init__(NetworkConfig())
        self.place = torch.nn.Parameter(torch.zeros(3))
        self.fixed = torch.nn.Parameter(torch.ones(2), requires_grad=False)
        self.register_buffer("count", torch.tensor(7))

    def forward(self, lr, ref=None, validity=None, degradation=None):
        return lr


def learner(ema: float = 0.9) -> Learner:
    return Learner(Point(), CPU, ema=ema, group=Group())


def run(learning: Learner, steps: int) -> Learner:
    for _ in range(steps):
        learning.descend((learning.network.place - GOAL).square().sum(), 0.1, 1.0)
    return learning


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


def test_it_goes_downhill_and_leaves_alone_what_is_fixed() -> None:
    learning = run(learner(), 120)
    torch.testing.assert_close(learning.network.place.detach(), GOAL, atol=0.1, rtol=0)
    assert torch.equal(learning.network.fixed, torch.ones(2))
    assert learning.step == 120


def test_the_average_is_between_the_start_and_now_and_forgets_the_start_early() -> None:
    learning = run(learner(ema=0.999), 8)
    share = learning.average["place"] / learning.network.place.detach()
    assert (share > 0.3).all()  # at 0.999 from the first step on it would hardly have left the start
    assert (share < 1).all()
    assert torch.equal(learning.average["count"], torch.tensor(7))


def test_without_memory_the_average_is_the_network() -> None:
    learning = run(learner(ema=0.0), 5)
    torch.testing.assert_close(learning.average["place"], learning.network.place.detach())


def test_the_average_is_no_part_of_the_network() -> None:
    learning = learner()
    learning.average["place"] += 1
    assert torch.equal(learning.network.place.detach(), torch.zeros(3))


def test_a_rate_of_zero_moves_nothing_and_the_rate_is_that_of_the_step() -> None:
    learning = learner()
    learning.descend(learning.network.place.sum(), 0.0, 1.0)
    assert torch.equal(learning.network.place.detach(), torch.zeros(3))
    learning.descend(learning.network.place.sum(), 0.5, 1.0)
    torch.testing.assert_close(learning.network.place.detach(), torch.full((3,), -0.5), atol=1e-3, rtol=0)


def test_a_wild_gradient_is_clipped() -> None:
    learning = learner()
    learning.descend(1e6 * learning.network.place.sum(), 0.1, 1.0)
    assert learning.network.place.grad.norm() == pytest.approx(1, rel=1e-3)


@given(st.integers(0, 6), st.integers(0, 6))
def test_taken_up_it_is_the_straight_run_to_the_bit(before: int, after: int) -> None:
    straight = run(learner(), before + after)
    first = run(learner(), before)
    stored = {name: value.clone() for name, value in first.tensors().items()}
    second = learner()
    second.take_up(stored, first.step)
    assert same(second.tensors(), first.tensors())
    run(second, after)
    assert same(straight.tensors(), second.tensors())
    assert straight.step == second.step


def test_tensors_are_picked_by_their_prefix() -> None:
    tensors = {"a.x": torch.zeros(1), "a.a.y": torch.ones(1), "b.x": torch.ones(2)}
    assert with_prefix(tensors, "a.").keys() == {"x", "a.y"}
    assert with_prefix(tensors, "c.") == {}
