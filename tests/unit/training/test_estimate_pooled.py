"""The pooled estimator learns what single patches cannot tell, and nothing else of the network moves."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.network.degradation import FEATURES, SIZE, measurements
from dualzoom.network.pooled import with_brightness
from dualzoom.network.registry import build_network
from dualzoom.training import estimate_pooled
from dualzoom.training.config import TrainConfig
from dualzoom.training.estimate_pooled import SimulatedSets, train_pooled
from dualzoom.training.simulate import SimulationConfig, patterns
from dualzoom.training.simulate.wide_set import PATCHES, simulate_set

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4, "pooled_estimator": True,
}  # fmt: skip
CONFIG = TrainConfig(
    workers=0, estimator_sets=40, estimator_steps=2, simulation=SimulationConfig(harsh=0.5, counted=0.5)
)


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(700, rng)).astype(np.uint8) for _ in range(2)]


def test_a_chunk_is_its_number_alone(photos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate_pooled, "_CHUNK", 2)
    first, again, other = (
        SimulatedSets(photos, CONFIG)[1],
        SimulatedSets(photos, CONFIG)[1],
        SimulatedSets(photos, CONFIG)[2],
    )
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    measured, degradation, lr, truth = first
    assert measured.shape == (2, PATCHES, FEATURES + 2)
    side = CONFIG.simulation.lr_patch_px
    assert lr.shape == (2, 3, side, side)
    assert truth.shape == (2, 3, 2 * side, 2 * side)
    one = simulate_set(photos, (CONFIG.seed, 1, 5, 1), CONFIG.simulation)
    patches = torch.from_numpy(one.patches).permute(0, 3, 1, 2)
    torch.testing.assert_close(measured[1], with_brightness(measurements(patches), patches))
    assert np.array_equal(degradation[1], one.degradation)


def test_it_learns_what_only_many_patches_tell_and_the_network_keeps_still(
    photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each patch is noise around a number of its set: their mean tells it, a single one does not."""
    rng = torch.Generator().manual_seed(1)

    class Told(SimulatedSets):
        def __getitem__(self, index: int):  # type: ignore[no-untyped-def]
            numbers = torch.rand(50, SIZE, generator=rng)
            measured = torch.randn(50, PATCHES, FEATURES + 2, generator=rng)
            measured[..., :SIZE] += 2 * numbers[:, None]
            grey = torch.full((50, 3, 48, 48), 128, dtype=torch.uint8)
            return measured, numbers, grey, torch.full((50, 3, 96, 96), 128, dtype=torch.uint8)

    monkeypatch.setattr(estimate_pooled, "SimulatedSets", Told)
    torch.manual_seed(0)
    network = build_network(NETWORK)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train_pooled(network, photos, replace(CONFIG, estimator_sets=1500, estimator_steps=3))
    moved = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert moved
    assert all(name.startswith("estimator.pooled.") for name in moved)
    assert all(value.requires_grad for name, value in network.named_parameters() if "estimator" not in name)
    pooled = network.estimator.pooled  # type: ignore[union-attr]
    measured, numbers, _, _ = Told(photos, CONFIG)[0]
    with torch.no_grad():
        off = pooled(measured) - numbers  # type: ignore[misc]
        alone = pooled(measured[:, :1]) - numbers  # type: ignore[misc]
    assert float(off.square().mean()) < 0.5 / 12  # of the numbers' own variance
    assert float(alone.square().mean()) > 1.5 * float(off.square().mean())


@pytest.mark.parametrize("how", ["no sets", "no pooled estimator"])
def test_without_sets_or_such_an_estimator_nothing_moves(photos, how: str) -> None:
    network = build_network(NETWORK | {"pooled_estimator": how == "no sets"})
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train_pooled(network, photos, replace(CONFIG, estimator_sets=0 if how == "no sets" else 40))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
