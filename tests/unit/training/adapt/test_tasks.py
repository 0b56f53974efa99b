"""Batches are functions of seed and step, may be shared out, and ask what they promise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.training.adapt.degradation import TAPS, Degradation
from dualzoom.training.adapt.tasks import (
    collate,
    cropped,
    infidelity,
    kind_of,
    make_batch,
    make_item,
    task_loss,
)
from dualzoom.training.confidence import Confidence, overheard
from dualzoom.training.losses import reduced_difference

ONLY = {
    "fidelity": {"fidelity_share": 1.0, "alone_share": 0.0},
    "pair": {"fidelity_share": 0.0, "alone_share": 0.0},
    "alone": {"fidelity_share": 0.0, "alone_share": 1.0},
}


def tensors(batch):
    parts = (batch.wide, batch.ref, batch.validity, batch.truth, batch.weight, batch.condition)
    return [part for part in parts if part is not None]


@pytest.mark.parametrize("kind", ONLY)
def test_a_batch_is_a_function_of_seed_and_step(tiles, config, kind):
    config = replace(config, **ONLY[kind])
    first, again, other = (make_batch(tiles, step, config) for step in (3, 3, 4))
    assert first.kind == kind
    assert all(torch.equal(a, b) for a, b in zip(tensors(first), tensors(again), strict=True))
    assert not torch.equal(first.truth, other.truth)


@pytest.mark.parametrize("kind", ONLY)
def test_processes_share_a_batch_without_rest(tiles, config, kind):
    config = replace(config, **ONLY[kind])
    whole = make_batch(tiles, 1, config)
    parts = [make_batch(tiles, 1, config, rank, 2) for rank in (0, 1)]
    for everything, even, odd in zip(tensors(whole), *map(tensors, parts), strict=True):
        assert torch.equal(everything[0::2], even)
        assert torch.equal(everything[1::2], odd)


@pytest.mark.parametrize("kind", ONLY)
def test_the_loss_is_the_mean_over_shares(tiles, config, network, kind):
    config = replace(config, **ONLY[kind])
    losses = []
    with overheard(network) as confidence, torch.no_grad():
        for rank, ranks in ((0, 1), (0, 2), (1, 2)):
            batch = make_batch(tiles, 2, config, rank, ranks)
            losses.append(float(task_loss(network, network, batch, confidence, config)))
    assert losses[0] == pytest.approx((losses[1] + losses[2]) / 2, rel=1e-5)


def test_held_out_tiles_are_never_trained_on(tiles, config):
    """Held-out tiles made unmistakable: nothing of them reaches any batch, not even as a stranger."""
    for number, index in (*tiles.held_inside, *tiles.held_outside):
        tiles.pairs[number].wide[index] = 0
        if index < tiles.pairs[number].inside:
            tiles.pairs[number].tele[index] = 255
    for number, index in (*tiles.inside, *tiles.outside):
        pair = tiles.pairs[number]
        pair.wide[index] = np.clip(pair.wide[index], 100, 150)
        if index < pair.inside:
            pair.tele[index] = np.clip(pair.tele[index], 100, 150)
    seen = dict.fromkeys(ONLY, 0)
    calm = replace(config, simulation=replace(config.simulation, wrong=1.0))  # strangers are always shown
    for step in range(40):
        batch = make_batch(tiles, step, calm)
        seen[batch.kind] += 1
        assert batch.wide.min() > 0.3
        assert batch.truth.max() < 0.75
        if batch.kind == "fidelity":
            assert batch.ref.max() < 0.7
        if batch.kind == "pair":
            assert batch.ref.mean() < 0.8
    assert all(seen.values())


def test_the_reference_of_a_pair_is_not_its_truth(tiles, config):
    rng = np.random.default_rng(1)
    tile = tiles.tile(tiles.inside[0])
    item = make_item(tile, tile, "pair", config, rng)
    assert np.abs(item.ref - item.truth).mean() > 0.005
    used = make_item(tile, tile, "fidelity", config, rng)
    np.testing.assert_array_equal(used.ref, tile.tele)


def test_crops_keep_the_grids_together(tiles, config):
    """However an item is cut and turned, its truth reduced stays its wide."""
    tile = tiles.tile(tiles.inside[0])
    item = make_item(tile, tile, "fidelity", config, np.random.default_rng(0))
    fine = item.wide.repeat(2, 0).repeat(2, 1)
    item = replace(item, truth=fine, ref=fine)
    for seed in range(8):
        cut = cropped(item, 10, np.random.default_rng(seed))
        np.testing.assert_array_equal(cut.truth[::2, ::2], cut.wide)
        np.testing.assert_array_equal(cut.ref[1::2, 1::2], cut.wide)
        assert collate([cut], "fidelity").truth.shape == (1, 3, 20, 20)


def test_where_the_network_is_not_confident_the_tele_asks_nothing(tiles, config, network):
    config = replace(config, **ONLY["fidelity"])
    batch = make_batch(tiles, 0, config)
    other = replace(batch, truth=1 - batch.truth)
    doubt, faith = Confidence(), Confidence()
    doubt.last, faith.last = torch.zeros(4, 1, 12, 12), None
    with torch.no_grad():
        assert float(task_loss(network, network, batch, doubt, config)) == float(
            task_loss(network, network, other, doubt, config)
        )
        assert float(task_loss(network, network, batch, faith, config)) != float(
            task_loss(network, network, other, faith, config)
        )


def test_what_is_overheard_is_the_evidence(tiles, config, network):
    batch = make_batch(tiles, 0, replace(config, **ONLY["fidelity"]))
    with overheard(network) as confidence, torch.no_grad():
        network(batch.wide, batch.ref, torch.zeros_like(batch.validity), batch.condition)
        assert confidence.last is not None
        assert not confidence.last.any()  # multiplied by trust
        network(batch.wide, batch.ref, batch.validity, batch.condition)
        assert confidence.weights(batch.validity).shape == (4, 1, 12, 12)
        assert confidence.last.any()
    before = confidence.last
    with torch.no_grad():
        network(batch.wide, batch.ref, batch.validity, batch.condition)
    assert confidence.last is before  # nobody listens any more


def test_kinds_come_in_their_shares(config):
    kinds = [kind_of(step, config) for step in range(600)]
    assert kinds.count("fidelity") / 600 == pytest.approx(config.fidelity_share, abs=0.07)
    assert kinds.count("alone") / 600 == pytest.approx(config.alone_share, abs=0.07)


def test_the_barrier_stands_where_the_wide_is_shown_worse(tiles, config, network):
    """A network is never punished beside itself, and one that drifts from the wide is, by how much it drifts."""

    class Drifting(torch.nn.Module):
        def __init__(self, drift):
            super().__init__()
            self.drift = drift

        def forward(self, *inputs):
            return network(*inputs) + self.drift

    losses = {}
    batch = make_batch(tiles, 2, replace(config, **ONLY["alone"]))
    for drift in (0.0, 0.1, 0.2):
        for barrier in (0.0, 1.0):
            with torch.no_grad():
                loss = task_loss(
                    Drifting(drift), network, batch, Confidence(), replace(config, barrier=barrier)
                )
            losses[drift, barrier] = float(loss)
    assert losses[0.0, 1.0] == losses[0.0, 0.0]
    steep, steeper = (losses[drift, 1.0] - losses[drift, 0.0] for drift in (0.1, 0.2))
    assert steeper > 2 * steep > 0


def test_the_barrier_sees_the_wide_through_the_camera(tiles, config, network):
    """One that brightens by a fifth is shown better by darker results, though area means are shown worse."""

    class Darker(torch.nn.Module):
        def forward(self, *inputs):
            return network(*inputs) * 0.95

    kernel = torch.zeros(TAPS, TAPS)
    kernel[5:7, 5:7] = 0.3
    batch = make_batch(tiles, 2, replace(config, **ONLY["alone"]))
    parts = []
    for camera in (None, Degradation(kernel)):
        with torch.no_grad():
            high, low = (
                task_loss(Darker(), network, batch, Confidence(), replace(config, barrier=weight), camera)
                for weight in (1.0, 0.0)
            )
        parts.append(float(high - low))
    assert parts[0] > 0.1
    assert parts[1] == pytest.approx(0, abs=1e-6)


def test_where_the_tele_saw_nothing_only_the_wide_teaches(tiles, config, network):
    config = replace(config, **ONLY["alone"], batch=32)
    batch = make_batch(tiles, 2, config)
    unseen = batch.weight.amax((1, 2, 3)) == 0
    assert 0 < unseen.sum() < len(unseen)
    calm = replace_items(batch, ~unseen)
    with torch.no_grad():
        whole, seen = (float(task_loss(network, None, b, Confidence(), config)) for b in (batch, calm))
        sr = network(batch.wide[unseen], None, None, batch.condition[unseen])
    held = float(reduced_difference(sr, batch.wide[unseen]))
    share = float(unseen.float().mean())
    assert whole == pytest.approx((1 - share) * seen + share * held, rel=1e-4)


def replace_items(batch, kept):
    parts = (batch.wide, batch.truth, batch.weight, batch.condition)
    wide, truth, weight, condition = (part[kept] for part in parts)
    return replace(batch, wide=wide, truth=truth, weight=weight, condition=condition)


def test_what_reduces_to_the_wide_has_no_infidelity(tiles):
    wide = torch.rand(2, 3, 8, 8)
    fine = wide.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert infidelity(fine, wide).max() < 1e-12
    assert infidelity(fine + 0.1, wide).tolist() == pytest.approx([0.01, 0.01], rel=1e-3)


def test_what_the_camera_shows_as_the_wide_has_none_for_it():
    kernel = torch.rand(TAPS, TAPS)
    camera, sharp = Degradation(kernel / kernel.sum()), torch.rand(2, 3, 16, 16)
    assert infidelity(sharp, camera(sharp), camera).max() < 1e-12
    assert infidelity(sharp, camera(sharp)).min() > 1e-4


@pytest.mark.parametrize("kind", ["fidelity", "alone"])
def test_eq_7_asks_for_the_wide_as_the_camera_shows_it(tiles, config, network, kind):
    """A camera that shows everything brighter: only through it the first term sees the result as too bright."""
    config = replace(config, **ONLY[kind], fidelity_weight=0.0)
    batch = make_batch(tiles, 2, config)
    if kind == "alone":
        batch = replace(batch, weight=torch.zeros_like(batch.weight))  # nothing seen by the tele
    kernel = torch.zeros(TAPS, TAPS)
    kernel[5:7, 5:7] = 0.3  # instead of a quarter
    with overheard(network) as confidence, torch.no_grad():
        plain = float(task_loss(network, None, batch, confidence, config))
        through = float(task_loss(network, None, batch, confidence, config, Degradation(kernel)))
    assert through > plain + 0.02
