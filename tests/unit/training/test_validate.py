"""Scores on held-out photographs: fixed samples of both kinds, bicubic for bicubic, the truth for the truth."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import HALVED_AREA, HALVED_BICUBIC
from dualzoom.training.config import TrainConfig
from dualzoom.training.simulate import SimulationConfig, patterns
from dualzoom.training.validate import CHUNK, Validation, _psnr

CPU = torch.device("cpu")
CONFIG = TrainConfig(validation_samples=2 * CHUNK, simulation=SimulationConfig(lr_patch_px=24))
NAMES = {f"{kind}.{way}" for kind in ("clean", "real") for way in ("bicubic", "alone", "reference")}


class Bicubic(RestorationNetwork):
    """No network at all; with a reference it returns that."""

    receptive_radius_px = 2

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(self, lr, ref=None, validity=None, degradation=None):
        return bicubic_up(lr) if ref is None else ref


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(2)]


@pytest.fixture(scope="module")
def validation(photos) -> Validation:
    return Validation(photos, CONFIG)


def test_bicubic_scores_as_bicubic_and_every_way_has_its_score(validation: Validation) -> None:
    scores = validation.measure(Bicubic(), CPU)
    assert scores.keys() == NAMES
    for kind in ("clean", "real"):
        assert scores[f"{kind}.alone"] == scores[f"{kind}.bicubic"]
        assert scores[f"{kind}.reference"] != scores[f"{kind}.bicubic"]
        assert 10 < scores[f"{kind}.bicubic"] < 60


def test_samples_are_those_of_the_seed(photos, validation: Validation) -> None:
    again, other = Validation(photos, CONFIG), Validation(photos, replace(CONFIG, seed=1))
    assert again.measure(Bicubic(), CPU) == validation.measure(Bicubic(), CPU)
    assert other.measure(Bicubic(), CPU) != validation.measure(Bicubic(), CPU)


def test_one_half_is_halved_and_the_other_is_not_whatever_is_trained_on(photos) -> None:
    halves = torch.tensor([HALVED_BICUBIC, HALVED_AREA])
    for share in (0.0, 1.0):
        made = Validation(photos, replace(CONFIG, simulation=replace(CONFIG.simulation, halved=share)))
        for kind, halved in (("clean", True), ("real", False)):
            degradations = torch.cat([batch.degradation for batch in made.batches[kind]])
            assert len(degradations) == CHUNK
            is_halved = (degradations[:, None] == halves).all(2).any(1)
            assert (is_halved == halved).all()


def test_a_few_samples_are_still_a_chunk(photos) -> None:
    made = Validation(photos, replace(CONFIG, validation_samples=2))
    assert {kind: [len(batch.lr) for batch in found] for kind, found in made.batches.items()} == {
        "clean": [CHUNK],
        "real": [CHUNK],
    }


@pytest.mark.parametrize("error", [0.1, 0.01])
def test_decibels_are_those_of_the_mean_square(error: float) -> None:
    truth = torch.full((2, 3, 4, 4), 0.5)
    picture = truth.clone()
    picture[1] += error
    found = _psnr(picture, truth)
    assert found[0] == 100  # where there is no difference at all
    assert float(found[1]) == pytest.approx(-20 * np.log10(error), rel=1e-4)
    assert torch.equal(_psnr(truth + 9, torch.ones_like(truth)), torch.full((2,), 100.0)), "white is white"


def test_crops_show_bicubic_reference_result_and_truth(validation: Validation) -> None:
    rows = validation.samples(Bicubic(), CPU, rows=2)
    assert len(rows) == 4
    for bicubic, reference, result, truth in rows:
        assert bicubic.shape == reference.shape == result.shape == truth.shape == (48, 48, 3)
        assert np.array_equal(result, reference)
        assert not np.array_equal(bicubic, truth)


def test_named_pairs_are_scored_beside_them(photos, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    from dualzoom.training import validate_pairs

    monkeypatch.setattr(validate_pairs, "load_pair", lambda folder: folder.name)
    monkeypatch.setattr(
        validate_pairs, "measure", lambda pairs, _network, _device: {f"{name}.inside": 30.0 for name in pairs}
    )
    named = Validation(photos, replace(CONFIG, validate_pairs=(str(tmp_path / "a"), str(tmp_path / "b"))))
    scores = named.measure(Bicubic(), CPU)
    assert scores.keys() == {*NAMES, "a.inside", "b.inside"}
