"""The estimator's training: samples by their number, a loss that asks only native wides for numbers, and it learns."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.network.degradation import FEATURES, KINDS, PATCH_PX, SIZE, DegradationEstimator, measurements
from dualzoom.training import estimate
from dualzoom.training.config import TrainConfig
from dualzoom.training.estimate import CHUNK, SimulatedWides, estimator_loss, train_estimator
from dualzoom.training.simulate import SimulationConfig, patterns, simulate_wide

CONFIG = TrainConfig(workers=0, estimator_samples=CHUNK, simulation=SimulationConfig())
NATIVE, BICUBIC, AREA = (KINDS.index(name) for name in ("native", "bicubic", "area"))


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(2)]


def estimates(degradation: torch.Tensor, kind: torch.Tensor, sure: float) -> torch.Tensor:
    """What an estimator says that knows both."""
    return torch.cat([degradation, sure * torch.nn.functional.one_hot(kind, len(KINDS)).float()], 1)


def test_who_knows_both_loses_nothing_and_who_knows_nothing_the_whole_entropy() -> None:
    degradation, kind = torch.rand(6, SIZE), torch.tensor([0, 1, 2, 0, 1, 2])
    assert estimator_loss(estimates(degradation, kind, 50.0), degradation, kind) < 1e-6
    blind = estimates(degradation, kind, 0.0)
    assert float(estimator_loss(blind, degradation, kind)) == pytest.approx(math.log(len(KINDS)))


def test_only_native_wides_are_asked_for_their_numbers() -> None:
    degradation = torch.rand(3, SIZE)
    for kind in (BICUBIC, AREA):
        kinds = torch.full((3,), kind)
        assert estimator_loss(estimates(degradation + 5, kinds, 50.0), degradation, kinds) < 1e-6
    native = torch.full((3,), NATIVE)
    off = estimator_loss(estimates(degradation + 0.1, native, 50.0), degradation, native)
    assert float(off) == pytest.approx(2 * 0.01, rel=1e-3)


def test_halved_wides_beside_them_do_not_dilute_the_error_of_native_ones() -> None:
    degradation, kind = torch.rand(4, SIZE), torch.tensor([NATIVE, BICUBIC, AREA, BICUBIC])
    off = estimator_loss(estimates(degradation + 0.1, kind, 50.0), degradation, kind)
    assert float(off) == pytest.approx(2 * 0.01, rel=1e-3)


@pytest.mark.parametrize(("samples", "chunks"), [(1, 1), (CHUNK, 1), (CHUNK + 1, 2), (10 * CHUNK, 10)])
def test_chunks_hold_at_least_the_samples_asked_for(photos, samples: int, chunks: int) -> None:
    assert len(SimulatedWides(photos, replace(CONFIG, estimator_samples=samples))) == chunks


def test_a_chunk_is_its_number_alone(photos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "CHUNK", 3)
    wides = SimulatedWides(photos, CONFIG)
    first, again, other = wides[1], SimulatedWides(photos, CONFIG)[1], wides[2]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    measured, degradation, kind = first
    assert measured.shape == (3, FEATURES)
    simulation = replace(CONFIG.simulation, lr_patch_px=PATCH_PX)
    picture, told, number = simulate_wide(photos, (CONFIG.seed, 1, 3, 2), simulation)
    torch.testing.assert_close(measured[2:], measurements(torch.from_numpy(picture).permute(2, 0, 1)[None]))
    assert np.array_equal(degradation[2], told)
    assert kind[2] == number


def test_it_learns_to_tell_kinds_apart_and_is_then_at_rest(photos, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements that give the answer away, so that a few epochs are enough."""
    rng = torch.Generator().manual_seed(1)

    class Obvious(SimulatedWides):
        def __getitem__(self, index: int):  # type: ignore[no-untyped-def]
            kind = torch.randint(0, len(KINDS), (CHUNK,), generator=rng)
            measured = 0.1 * torch.randn(CHUNK, FEATURES, generator=rng) + 3.0
            measured[:, :10] += kind[:, None]
            return measured, torch.full((CHUNK, SIZE), 0.25), kind

    monkeypatch.setattr(estimate, "SimulatedWides", Obvious)
    monkeypatch.setattr(estimate, "EPOCHS", 12)
    torch.manual_seed(0)
    estimator = DegradationEstimator()
    estimator.requires_grad_(False)
    train_estimator(estimator, photos, replace(CONFIG, estimator_samples=8 * CHUNK))
    assert not estimator.training
    measured, _, kind = Obvious(photos, CONFIG)[0]
    with torch.no_grad():
        said = estimator.regression((measured - estimator.centre) / estimator.spread)
    assert (said[:, SIZE:].argmax(1) == kind).float().mean() > 0.95
    assert float((said[kind == NATIVE, :SIZE] - 0.25).abs().mean()) < 0.1
    torch.testing.assert_close(estimator.centre[10:], torch.full((FEATURES - 10,), 3.0), atol=0.05, rtol=0)
