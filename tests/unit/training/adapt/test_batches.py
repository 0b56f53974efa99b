"""Batches are functions of seed and step, may be shared out, and ask what they promise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.registry import build_network
from dualzoom.training.adapt.batches import collate, cropped, kind_of, make_batch, make_example
from dualzoom.training.adapt.objective import objective
from dualzoom.training.confidence import Confidence, overheard

ONLY = {
    "fidelity": {"fidelity_share": 1.0, "alone_share": 0.0},
    "reference": {"fidelity_share": 0.0, "alone_share": 0.0},
    "alone": {"fidelity_share": 0.0, "alone_share": 1.0},
}


def tensors(batch):
    parts = (batch.wide, batch.ref, batch.validity, batch.truth, batch.weight, batch.degradation)
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
            losses.append(float(objective(network, batch, confidence, config)))
    assert losses[0] == pytest.approx((losses[1] + losses[2]) / 2, rel=1e-5)


def test_held_out_tiles_are_never_trained_on(tiles, config):
    """Held-out tiles made unmistakable: nothing of them reaches any batch, not even as a stranger."""
    for number, index in (*tiles.held_inside, *tiles.held_outside):
        tiles.pairs[number].wide[index] = 0
        if index < tiles.pairs[number].inside:
            tiles.pairs[number].tele[index] = 255
    for number, index in tiles.inside:
        pair = tiles.pairs[number]
        pair.wide[index] = np.clip(pair.wide[index], 100, 150)
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
        if batch.kind == "reference":
            assert batch.ref.mean() < 0.8
    assert all(seen.values())


def test_a_simulated_reference_is_not_the_truth(tiles, config):
    rng = np.random.default_rng(1)
    tile = tiles.tile(tiles.inside[0])
    item = make_example(tile, tile, "reference", config, rng)
    assert np.abs(item.ref - item.truth).mean() > 0.005
    used = make_example(tile, tile, "fidelity", config, rng)
    np.testing.assert_array_equal(used.ref, tile.tele)


def test_a_reference_in_training_is_not_the_truth_itself_unless_asked(tiles, config):
    """Its noise is that of the target, so copying noise would be learned."""
    batch = make_batch(tiles, 1, replace(config, **ONLY["reference"], batch=64))
    off = (batch.ref - batch.truth).abs().mean((1, 2, 3))
    assert float(off.min()) > 0.001
    batch = make_batch(tiles, 1, replace(config, **ONLY["reference"], batch=64, untouched_share=0.5))
    off = (batch.ref - batch.truth).abs().mean((1, 2, 3))  # what colour matching leaves over
    assert 0.3 < float((off < 0.004).float().mean()) < 0.7


def test_crops_keep_the_grids_together(tiles, config):
    """However an item is cut and turned, its truth reduced stays its wide."""
    tile = tiles.tile(tiles.inside[0])
    item = make_example(tile, tile, "fidelity", config, np.random.default_rng(0))
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
        assert float(objective(network, batch, doubt, config)) == float(
            objective(network, other, doubt, config)
        )
        assert float(objective(network, batch, faith, config)) != float(
            objective(network, other, faith, config)
        )


def test_what_is_overheard_is_the_evidence(tiles, config, network):
    batch = make_batch(tiles, 0, replace(config, **ONLY["fidelity"]))
    with overheard(network) as confidence, torch.no_grad():
        network(batch.wide, batch.ref, torch.zeros_like(batch.validity), batch.degradation)
        assert confidence.last is not None
        assert not confidence.last.any()  # multiplied by validity
        network(batch.wide, batch.ref, batch.validity, batch.degradation)
        assert confidence.weights(batch.validity).shape == (4, 1, 12, 12)
        assert confidence.last.any()
    before = confidence.last
    with torch.no_grad():
        network(batch.wide, batch.ref, batch.validity, batch.degradation)
    assert confidence.last is before  # nobody listens any more


def test_kinds_come_in_their_shares(config):
    kinds = [kind_of(step, config) for step in range(600)]
    assert kinds.count("fidelity") / 600 == pytest.approx(config.fidelity_share, abs=0.07)
    assert kinds.count("alone") / 600 == pytest.approx(config.alone_share, abs=0.07)


class Says(RestorationNetwork):
    """The truth or the enlarged wide, and what is added to it."""

    receptive_radius_px = 2

    def __init__(self, base, added):
        super().__init__(NetworkConfig())
        self.base, self.added = base, added

    def forward(self, wide, *rest):
        return (bicubic_up(wide) if self.base is None else self.base) + self.added


def fine_grid(side: int) -> torch.Tensor:
    """±1 from pixel to pixel."""
    return torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(side // 2, side // 2)


@pytest.mark.parametrize("kind", ["reference", "alone"])
def test_where_the_tele_is_not_valid_the_loss_is_zero(tiles, config, kind):
    batch = make_batch(tiles, 2, replace(config, **ONLY[kind]))
    seen = torch.zeros_like(batch.weight)
    seen[..., :12] = 1
    batch = replace(batch, weight=seen)
    for base, said in ((batch.truth + 0.3 * (1 - seen), 0.0), (batch.truth + 0.3 * seen, 0.3)):
        calm = replace(config, detail_weight=0.0)
        loss = objective(Says(base, 0.0), batch, Confidence(), calm)
        assert float(loss) == pytest.approx(said, abs=1e-6)


def test_a_pairs_detail_counts_again(tiles, config):
    """Above the wide's limit an error counts by `detail_weight` more; below it, it does not."""
    batch = make_batch(tiles, 2, replace(config, **ONLY["alone"]))
    for added, twice in ((0.1 * fine_grid(24), True), (torch.tensor(0.1), False)):
        network = Says(batch.truth, added)
        once, more = (
            float(objective(network, batch, Confidence(), replace(config, detail_weight=weight)))
            for weight in (0.0, 1.0)
        )
        assert once == pytest.approx(0.1, rel=1e-3)
        assert more == pytest.approx(0.2 if twice else 0.1, rel=1e-2)


def test_eq_7_asks_for_the_wides_tones_and_not_for_its_pixels(tiles, config):
    config = replace(config, **ONLY["fidelity"], fidelity_weight=0.0)
    batch = make_batch(tiles, 2, config)
    fine = torch.repeat_interleave(
        torch.repeat_interleave(fine_grid(12), 2, 0), 2, 1
    )  # the wide's own pixels
    exact = batch.wide.repeat_interleave(2, 2).repeat_interleave(2, 3)
    losses = [
        float(objective(Says(exact, added), batch, Confidence(), config)) for added in (0.0, 0.1, 0.1 * fine)
    ]
    assert losses[0] < 1e-6
    assert losses[1] == pytest.approx(0.1, rel=1e-4)
    assert losses[2] < 0.01  # what is left at the edges


def test_what_a_burst_saw_is_cut_and_turned_with_its_place(tiles, config):
    place = tiles.draw(np.random.default_rng(1))
    tile = tiles.tile(place)
    marked = np.dstack([tile.truth(), tile.validity, tile.validity]).astype(np.float32)  # 2s 2s 5
    shown = replace(tile, burst=marked)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        example = cropped(make_example(shown, tile, "alone", config, rng), config.crop_px, rng)
        assert np.array_equal(example.burst[..., :3], example.truth)
        assert np.array_equal(example.burst[..., 3], example.weight)
    batch = collate([example, example], "alone")
    assert batch.burst.shape == (2, 5, 2 * config.crop_px, 2 * config.crop_px)
    assert torch.equal(batch.part(slice(1, 2)).burst, batch.burst[1:])


def test_only_networks_for_bursts_are_shown_one(tiles, config, network):
    tile = tiles.tile(tiles.draw(np.random.default_rng(1)))
    side = 2 * tile.wide.shape[0]
    shown = replace(tile, burst=np.ones((side, side, 5), np.float32))
    example = cropped(
        make_example(shown, tile, "alone", config, np.random.default_rng(2)),
        config.crop_px,
        np.random.default_rng(2),
    )
    batch = collate([example], "alone")
    bursts = build_network(
        {"architecture": "dcsr-frames", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}
    )
    assert batch.beside(network) == ()
    assert batch.beside(bursts)[0] is batch.burst
    assert collate([replace(example, burst=None)], "alone").beside(bursts) == ()
