"""The loss of a step: nothing for a perfect result, only where the tele is valid, the same however it is shared."""

from dataclasses import replace

import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.fusion import high_band
from dualzoom.training.adapt.batches import ExampleBatch
from dualzoom.training.adapt.objective import objective
from dualzoom.training.confidence import Confidence
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.tones import tone_difference

KINDS = ("fidelity", "reference", "alone")


class Says(RestorationNetwork):
    """Always the same pictures; it keeps what it was given."""

    receptive_radius_px = 0

    def __init__(self, pictures: torch.Tensor) -> None:
        super().__init__(NetworkConfig())
        self.pictures = pictures

    def forward(self, lr, ref=None, validity=None, degradation=None):
        self.given = (lr, ref, validity, degradation)
        return self.pictures


def some(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def batch(kind: str, items: int = 3, side: int = 12) -> ExampleBatch:
    big = (items, 3, 2 * side, 2 * side)
    alone = kind == "alone"
    return ExampleBatch(
        kind=kind,
        wide=some(items, 3, side, side),
        ref=None if alone else some(*big, seed=1),
        validity=None if alone else some(items, 1, 2 * side, 2 * side, seed=2),
        truth=some(*big, seed=3),
        weight=some(items, 1, 2 * side, 2 * side, seed=4),
        degradation=some(items, 5, seed=5),
    )


def of(made: ExampleBatch, config, pictures: torch.Tensor) -> torch.Tensor:
    return objective(Says(pictures), made, Confidence(), config)


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_the_truth_itself_costs_nothing_and_any_other_picture_something(kind, config):
    made = batch(kind)
    assert of(made, config, made.truth) == 0
    assert of(made, config, made.truth + 0.01) > 0


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_what_is_not_valid_costs_nothing(kind, config):
    made = batch(kind)
    made.weight[..., :10] = 0
    wrong = made.truth.clone()
    wrong[..., :4] += 0.5  # the high band looks some pixels about
    assert of(made, config, wrong) == pytest.approx(0, abs=1e-6)
    wrong[..., 12:] += 0.5
    assert of(made, config, wrong) > 0.1


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_it_is_the_absolute_difference_and_again_that_of_the_high_band(kind, config):
    made = batch(kind)
    made = replace(made, weight=torch.ones_like(made.weight))
    picture = some(*made.truth.shape, seed=9)
    missing = picture - made.truth
    plain, band = missing.abs().mean(), high_band(missing).abs().mean()
    for weight in (0.0, 1.0, 2.5):
        found = of(made, replace(config, detail_weight=weight), picture)
        torch.testing.assert_close(found, plain + weight * band)


def test_fidelity_asks_for_the_wides_tones_and_the_teles_look(config):
    made, picture = batch("fidelity"), some(3, 3, 24, 24, seed=9)
    tones = tone_difference(picture, made.wide)
    look = registered_fidelity(picture, made.truth, made.weight).mean()
    for weight in (0.0, 2.0):
        found = of(made, replace(config, fidelity_weight=weight), picture)
        torch.testing.assert_close(found, tones + weight * look)


def test_fidelity_asks_where_the_network_is_confident(config):
    made, picture, sure = batch("fidelity"), some(3, 3, 24, 24, seed=9), Confidence()
    sure.last = torch.zeros(3, 1, 12, 12)
    found = objective(Says(picture), made, sure, config)
    torch.testing.assert_close(found, tone_difference(picture, made.wide))
    made = replace(made, truth=bicubic_up(made.wide))
    sure.last = torch.ones(3, 1, 12, 12)
    assert objective(Says(picture), made, sure, config) > found


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_costs_the_mean_of_its_shares(kind, config):
    """So that processes may share it."""
    whole, picture = batch(kind, items=4), some(4, 3, 24, 24, seed=9)

    def part(of_batch: ExampleBatch, pick: slice) -> ExampleBatch:
        names = ("wide", "ref", "validity", "truth", "weight", "degradation")
        return replace(
            of_batch,
            **{name: None if (value := getattr(of_batch, name)) is None else value[pick] for name in names},
        )

    shares = [of(part(whole, pick), config, picture[pick]) for pick in (slice(0, 2), slice(2, 4))]
    torch.testing.assert_close(of(whole, config, picture), sum(shares) / 2)


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_an_item_counts_the_same_however_much_of_it_is_valid(kind, config):
    made, picture = batch(kind, items=2), some(2, 3, 24, 24, seed=9)
    made = replace(made, weight=torch.ones_like(made.weight))
    before = of(made, config, picture)
    made.weight[0] *= 0.5
    torch.testing.assert_close(of(made, config, picture), before)


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_nothing_valid_at_all_is_no_loss_and_no_nan(kind, config):
    made = batch(kind)
    made = replace(made, weight=torch.zeros_like(made.weight))
    assert of(made, config, made.truth + 1) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_network_is_given_all_that_the_batch_holds(kind, config):
    made = batch(kind)
    network = Says(made.truth)
    objective(network, made, Confidence(), config)
    assert network.given == (made.wide, made.ref, made.validity, made.degradation)
