"""The default calibrates another network than it enlarges with, on processors alone; that one is loaded when needed."""

import pytest
import torch

from dualzoom.network import weights
from dualzoom.network.learner import Learner, learner_of

CPU = torch.device("cpu")


def test_the_default_learns_with_the_network_that_learns_quicker() -> None:
    found = learner_of("auto", CPU)
    assert found is not None
    alone, taught = weights.load(weights.resolve("auto")), found.loaded
    assert taught.name == found.name
    sizes = [sum(value.numel() for value in one.module.parameters()) for one in (alone, taught)]
    assert sizes[1] < 0.8 * sizes[0]


def test_it_is_told_of_a_wide_what_the_other_found_out() -> None:
    """Both estimate the degradation alike and need the same margins, so one engine serves both."""
    found = learner_of("auto", CPU)
    assert found is not None
    one, other = (loaded.module for loaded in (weights.load(weights.resolve("auto")), found.loaded))
    assert one.estimator is not None
    assert other.estimator is not None
    states = one.estimator.state_dict(), other.estimator.state_dict()
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    assert other.context_px <= one.context_px
    assert other.preferred_tile_px == one.preferred_tile_px


@pytest.mark.parametrize("model", ["dcsr-lite", "dcsr-lite-fast", "mine.safetensors"])
def test_a_model_that_somebody_chose_learns_itself(model: str) -> None:
    assert learner_of(model, CPU) is None


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_where_time_is_plenty_nothing_else_learns(device: str) -> None:
    assert learner_of("auto", torch.device(device)) is None


def test_it_is_loaded_once_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(weights, "load", lambda name: asked.append(name) or object())
    learner = Learner("some")
    assert asked == []
    assert learner.loaded is learner.loaded
    assert asked == ["some"]
