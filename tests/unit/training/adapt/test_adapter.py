"""Steps: at which rate, on what, and what of the network stays."""

from dataclasses import replace

import pytest
import torch

from dualzoom.training.adapt.adapter import Adapter

CPU = torch.device("cpu")


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


@pytest.mark.parametrize("decay", [False, True])
def test_the_rate_warms_up_and_ends_at_zero_where_it_decays(config, network, decay):
    adapter = Adapter(network, replace(config, steps=40, warmup_steps=4, decay=decay), CPU)
    rates = []
    for adapter.step in range(40):
        rates.append(adapter.learning_rate() / config.learning_rate)
    assert rates[0] == pytest.approx(0.25)
    if decay:
        assert rates[4:] == sorted(rates[4:], reverse=True)
        assert rates[4] > 0.95
        assert rates[20] == pytest.approx(0.5, abs=0.01)
        assert 0 <= rates[-1] < 0.005
    else:
        assert rates[4:] == [1.0] * 36


def test_same_seed_same_result(tiles, config, network):
    one, two, other = (Adapter(network, replace(config, seed=seed), CPU) for seed in (5, 5, 6))
    for adapter in (one, two, other):
        for _ in range(3):
            adapter.train_step(tiles)
    assert same(one.average, two.average)
    assert not same(one.average, other.average)


def test_the_network_given_and_the_estimator_stay(tiles, config, network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    adapter = Adapter(network, replace(config, learning_rate=1e-2), CPU)
    for _ in range(3):
        adapter.train_step(tiles)
    assert same(before, network.state_dict())
    changed = {
        name for name, value in adapter.network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed
    assert not any(name.startswith("estimator.") for name in changed)
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_taken_up_it_is_the_straight_run_to_the_bit(tiles, config, network):
    straight, first, second = (Adapter(network, config, CPU) for _ in range(3))
    for _ in range(4):
        straight.train_step(tiles)
    for _ in range(2):
        first.train_step(tiles)
    second.take_up({name: value.clone() for name, value in first.tensors().items()}, first.step)
    for _ in range(2):
        second.train_step(tiles)
    assert same(straight.tensors(), second.tensors())
