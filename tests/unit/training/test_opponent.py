"""The critic's training: its rate, its state to the bit, and means that wait for nothing."""

import pytest
import torch

from dualzoom.training.config import LossConfig
from dualzoom.training.opponent import Means, Opponent
from dualzoom.training.parallel import Group

ASKED = LossConfig(adversarial=0.01, critic_rate=1e-3)


def opponent() -> Opponent:
    torch.manual_seed(3)
    made = Opponent.of(ASKED, torch.device("cpu"), Group())
    assert made is not None
    return made


def pictures(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    truth = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed))
    return truth * 0.5, truth


def test_there_is_none_where_it_has_no_weight() -> None:
    assert Opponent.of(LossConfig(), torch.device("cpu"), Group()) is None


def test_it_goes_on_from_its_state_to_the_bit() -> None:
    straight, half = opponent(), opponent()
    for seed in range(6):
        straight.learn(*pictures(seed), 1.0)
    for seed in range(3):
        half.learn(*pictures(seed), 1.0)
    torch.manual_seed(99)
    resumed = Opponent(ASKED.critic_rate, torch.device("cpu"), Group())
    resumed.take_up({name: value.clone() for name, value in half.tensors().items()})
    for seed in range(3, 6):
        resumed.learn(*pictures(seed), 1.0)
    for name, value in straight.tensors().items():
        assert torch.equal(value, resumed.tensors()[name]), name


def test_it_follows_the_schedule_and_without_rate_learns_nothing() -> None:
    made = opponent()
    before = {name: p.detach().clone() for name, p in made.parameters.items()}
    made.learn(*pictures(1), 0.0)
    assert all(torch.equal(p, before[name]) for name, p in made.parameters.items())
    made.learn(*pictures(1), 0.5)
    assert made.optimizer.param_groups[0]["lr"] == pytest.approx(5e-4)


def test_a_state_without_a_critic_leaves_a_new_one() -> None:
    made = opponent()
    before = {name: value.clone() for name, value in made.critic.state_dict().items()}
    made.take_up({"network.head.weight": torch.zeros(1)})
    assert all(torch.equal(value, before[name]) for name, value in made.critic.state_dict().items())


def test_means_are_of_what_came_since_they_were_taken() -> None:
    means = Means()
    assert means.taken() is None
    for value in (1.0, 3.0):
        means.add({"a": torch.tensor(value)})
    means.add({"b": torch.tensor(5.0)})
    assert means.taken() == {"a": 2.0, "b": 5.0}
    assert means.taken() is None
