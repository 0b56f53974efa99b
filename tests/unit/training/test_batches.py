"""Batches: each a function of its index, and samples shown in several orientations as good as freshly drawn ones."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.training.batches import PASS_BATCHES, SimulatedBlocks, batches, collate
from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate import SimulationConfig, patterns, simulate

CONFIG = TrainConfig(steps=40, batch=2, workers=0, simulation=SimulationConfig(lr_patch_px=16))
OFTEN = replace(CONFIG, orientations=3)


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(3)]


def test_shown_once_a_batch_is_its_samples(photos: list[np.ndarray]) -> None:
    """The stream is that of a plain loop over seeds."""
    for index, batch in enumerate(itertools.islice(batches(photos, CONFIG, 0), 3)):
        plain = collate([simulate(photos, (2021, index, 0, i), CONFIG.simulation) for i in range(2)], True)
        assert torch.equal(batch.lr, plain.lr)
        assert torch.equal(batch.truth, plain.truth)


@pytest.mark.parametrize("config", [CONFIG, OFTEN])
@pytest.mark.parametrize("start", [0, 5, 12, 17, 39, 40])
def test_a_stream_may_start_anywhere_and_ends_with_the_steps(
    photos: list[np.ndarray], config: TrainConfig, start: int
) -> None:
    config = replace(config, steps=40 if start > 17 else start + 3)
    whole = list(batches(photos, config, max(0, start - 2)))[min(2, start) :]
    late = list(batches(photos, config, start))
    assert len(late) == config.steps - start
    for one, other in zip(whole, late, strict=True):
        assert torch.equal(one.lr, other.lr)
        assert (one.ref is None) == (other.ref is None)


def test_by_time_nothing_ends_the_stream(photos: list[np.ndarray]) -> None:
    config = replace(CONFIG, steps=2, schedule="time", minutes=1.0)
    assert len(list(itertools.islice(batches(photos, config, 1), 5))) == 5


def test_processes_share_a_block_as_they_share_a_batch(photos: list[np.ndarray]) -> None:
    whole = SimulatedBlocks(photos, OFTEN)[1]
    shares = [SimulatedBlocks(photos, OFTEN, rank, 2)[1] for rank in (0, 1)]
    assert len(whole) == PASS_BATCHES * 3
    for number, batch in enumerate(whole):
        assert torch.equal(batch.lr, torch.cat([share[number].lr for share in shares]))


def test_each_sample_is_shown_in_as_many_orientations_and_never_twice_in_one(
    photos: list[np.ndarray],
) -> None:
    """Told apart by their sorted pixels, which turning leaves; a sample's showings lie in different passes."""
    shown: dict[bytes, list[tuple[int, bytes]]] = {}
    for number, batch in enumerate(SimulatedBlocks(photos, OFTEN)[0]):
        for truth in batch.truth.numpy():
            name = np.sort(truth.reshape(3, -1), axis=1).tobytes()
            shown.setdefault(name, []).append((number // PASS_BATCHES, truth.tobytes()))
    assert len(shown) == PASS_BATCHES * OFTEN.batch
    for showings in shown.values():
        assert [turn for turn, _ in showings] == [0, 1, 2]
        assert len({picture for _, picture in showings}) == 3


def test_statistics_are_those_of_samples_drawn_afresh(photos: list[np.ndarray]) -> None:
    """Means of brightness, detail, displacement and validity over some hundred samples, with their standard errors."""
    config = replace(CONFIG, batch=16, orientations=4, no_reference=0.0)

    def measures(config: TrainConfig, count: int) -> np.ndarray:
        rows = []
        for batch in itertools.islice(batches(photos, replace(config, steps=1000), 0), count):
            assert batch.ref is not None
            assert batch.validity is not None
            assert batch.shift is not None
            across, down = batch.truth.diff(dim=3).abs(), batch.truth.diff(dim=2).abs()
            parts = (
                batch.lr,
                across,
                down,
                batch.validity,
                batch.shift[:, :1],
                batch.shift[:, 1:],
                batch.ref,
            )
            rows.append(np.stack([part.flatten(1).nanmean(1).numpy() for part in parts], 1))
        return np.concatenate(rows)

    fresh, again = measures(replace(config, orientations=1), 32), measures(config, 64)
    error = np.nanstd(fresh, 0) / np.sqrt(256)  # the fewer of the means rests on 256 different samples
    assert (np.abs(np.nanmean(fresh, 0) - np.nanmean(again, 0)) < 4 * error).all()
