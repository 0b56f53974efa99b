"""Calibration: a gain on held-out places or nothing at all, and always the same."""

import os
import signal
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Region, Size
from dualzoom.network.registry import build_network
from dualzoom.reference import AlignedTele, build
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, EngineSettings
from dualzoom.training import calibration
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.validation import Judge
from dualzoom.training.calibration import Calibration, calibrate

SIZES = {"channels": 8, "encoder_blocks": 1, "reference_blocks": 1}
LITE = {"architecture": "dcsr-lite", **SIZES, "decoder_blocks": 1, "matching_channels": 4}
FULL = {"architecture": "dcsr", **SIZES, "decoder_lr_blocks": 1, "decoder_hr_blocks": 1}
CPU = EngineSettings(device="cpu")
WIDE_PX = Size(560, 420)


@pytest.fixture(scope="module")
def wide() -> np.ndarray:
    return _shot().wide


@pytest.fixture(scope="module")
def laid() -> AlignedTele:
    shot = _shot()
    return build(Photo(pixels=shot.wide), Photo(pixels=shot.tele))


def _shot() -> Any:
    return photograph(render(3, size=WIDE_PX).truth, PHONES[0], seed=1)


def network(config: dict[str, object] = LITE, seed: int = 3) -> nn.Module:
    torch.manual_seed(seed)
    return build_network(config).eval()


def spoiled() -> nn.Module:
    module = network()
    with torch.no_grad():
        module.tail.weight += 0.05 * torch.randn(module.tail.weight.shape)
    return module


def tried(
    module: nn.Module, wide: np.ndarray, laid: AlignedTele, seconds: float = 4.0, **kept: Any
) -> tuple[Engine, Calibration]:
    learner = kept.pop("learner", None)
    learns = None if learner is None else SimpleNamespace(loaded=SimpleNamespace(module=learner))
    engine = Engine(module, CPU, learns)  # type: ignore[arg-type]
    where = replace(laid.registration, **kept.pop("registration", {}))
    degradation = engine.degradation(wide)
    settings = CalibrationSettings(seconds=seconds)
    return engine, calibrate(engine, wide, laid, where, settings, degradation, **kept)


def same(a: nn.Module, b: nn.Module) -> bool:
    one, other = a.state_dict(), b.state_dict()
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.fixture(scope="module")
def learned(wide: np.ndarray, laid: AlignedTele) -> Calibration:
    """A gain: four seconds' worth of steps."""
    return tried(network(), wide, laid)[1]


def test_it_gains_on_places_it_never_learned_from(learned: Calibration) -> None:
    assert learned.network is not None
    assert learned.reason is None
    assert learned.steps == 72  # by the device, never by the clock
    assert learned.tiles >= 10
    assert learned.gained_db > 0.03
    told = learned.to_json()
    assert told["used"] is True
    assert told["gained_db"] == pytest.approx(told["after"]["tele_db"] - told["before"]["tele_db"], abs=1e-3)


def test_the_same_pair_gives_the_same_weights(
    wide: np.ndarray, laid: AlignedTele, learned: Calibration
) -> None:
    engine, again = tried(network(), wide, laid)
    assert again.network is not None
    assert learned.network is not None
    assert same(again.network, learned.network)
    assert (again.before, again.after) == (learned.before, learned.after)
    assert same(engine.network, network())  # what was given stays


def test_seconds_zero_do_not_even_look_at_the_tele(wide: np.ndarray, laid: AlignedTele) -> None:
    class Hidden:
        registration = laid.registration

        def tile(self, region: Region) -> Any:
            pytest.fail("looked at")

    found = tried(network(), wide, Hidden(), seconds=0)[1]
    assert (found.network, found.steps, found.gained_db) == (None, 0, 0.0)
    assert found.reason == "it was not asked for"


def test_never_worse_than_before(
    wide: np.ndarray, laid: AlignedTele, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Learning that only spoils is thrown away."""
    monkeypatch.setattr(calibration, "QUICK", replace(calibration.QUICK, learning_rate=3.0))
    found = tried(network(), wide, laid, seconds=1)[1]
    assert (found.network, found.steps, found.gained_db) == (None, 18, 0.0)
    assert found.before == found.after
    assert found.reason == "nothing was gained on the held-out places"
    assert found.to_json()["used"] is False


@pytest.mark.parametrize("window", [Region(250, 190, 60, 60), Region(250, 190, 20, 20)], ids=["few", "none"])
def test_too_small_an_overlap_teaches_nothing_and_says_so(
    wide: np.ndarray, laid: AlignedTele, window: Region
) -> None:
    found = tried(network(), wide, laid, registration={"window": window})[1]
    assert (found.network, found.steps, found.before) == (None, 0, None)
    assert found.reason
    assert "places of 32 px" in found.reason
    assert found.to_json()["before"] is None


def test_where_the_overlap_is_large_tiles_are_too(laid: AlignedTele) -> None:
    engine = Engine(network(), CPU)
    windows = Region(0, 0, 160, 120), Region(0, 0, 300, 240), Region(0, 0, 560, 420)
    found = [calibration._config(engine, replace(laid.registration, window=w), 80) for w in windows]
    assert [config.tile_px for config in found] == [32, 48, 64]
    assert [config.crop_px for config in found] == [32, 48, 48]
    assert {config.steps for config in found} == {80}


def test_who_has_time_gets_larger_batches_rather_than_more_steps(laid: AlignedTele) -> None:
    engine = Engine(network(), CPU)
    quick, long = (calibration._config(engine, laid.registration, usual) for usual in (80, 1080))
    assert (quick.steps, quick.batch) == (80, 4)
    assert (long.steps, long.batch) == (180, 24)


def test_other_architectures_are_left_as_they_are(wide: np.ndarray, laid: AlignedTele) -> None:
    found = tried(network(FULL), wide, laid)[1]
    assert found.network is None
    assert found.reason
    assert "dcsr-lite" in found.reason


def test_a_learner_learns_in_the_place_of_the_network(
    wide: np.ndarray, laid: AlignedTele, learned: Calibration
) -> None:
    """As it would alone; but what it has to beat is that network."""
    engine, found = tried(spoiled(), wide, laid, learner=network())
    assert found.network is not None
    assert learned.network is not None
    assert same(found.network, learned.network)
    assert found.after == learned.after
    assert found.before is not None
    assert found.before != learned.before
    assert same(engine.network, spoiled())


def test_a_learner_that_stays_behind_the_network_changes_nothing(
    wide: np.ndarray, laid: AlignedTele, learned: Calibration
) -> None:
    """Though it became better than it was."""
    assert learned.network is not None
    assert tried(network(), wide, laid, seconds=0.5)[1].gained_db > 0
    found = tried(learned.network, wide, laid, seconds=0.5, learner=network())[1]
    assert (found.network, found.gained_db) == (None, 0.0)
    assert found.before == found.after == learned.after
    assert found.reason == "nothing was gained on the held-out places"


def test_a_worse_start_is_not_used(wide: np.ndarray, laid: AlignedTele, learned: Calibration) -> None:
    found = tried(network(), wide, laid, start=spoiled())[1]
    assert found.network is not None
    assert learned.network is not None
    assert same(found.network, learned.network)
    assert (found.before, found.after) == (learned.before, learned.after)


def test_a_better_start_is_gone_on_from(wide: np.ndarray, laid: AlignedTele, learned: Calibration) -> None:
    """Even where nothing is gained any more: then it is used as it is."""
    found = tried(network(), wide, laid, start=learned.network)[1]
    assert found.network is not None
    assert found.after is not None
    assert learned.after is not None
    assert found.before == learned.before  # of the network that was given
    assert found.after.tele_db >= learned.after.tele_db
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "QUICK", replace(calibration.QUICK, min_gain_db=99.0))
        kept = tried(network(), wide, laid, seconds=0.5, start=learned.network)[1]
    assert kept.network is not None
    assert learned.network is not None
    assert same(kept.network, learned.network)
    assert kept.gained_db == pytest.approx(learned.gained_db, abs=1e-3)


def test_a_start_that_breaks_a_limit_is_not_used(
    wide: np.ndarray, laid: AlignedTele, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However near to the tele it comes: here it loses all detail."""
    soft, measure, asked = network(seed=4), Judge.measure, []

    def flattered(self: Judge, candidate: nn.Module, device: torch.device) -> Any:
        scores = measure(self, candidate, device)
        asked.append(candidate)
        return replace(scores, tele_db=99.0, detail=0.0) if same(candidate, soft) else scores

    monkeypatch.setattr(Judge, "measure", flattered)
    found = tried(network(), wide, laid, seconds=0.5, start=soft)[1]
    assert any(same(candidate, soft) for candidate in asked)
    assert found.after is not None
    assert found.after.detail > 0
    assert found.after.tele_db < 99


def test_ctrl_c_passes_through(wide: np.ndarray, laid: AlignedTele, monkeypatch: pytest.MonkeyPatch) -> None:
    step, made = Adapter.train_step, []

    def press(self: Adapter, tiles: Any) -> Any:
        made.append(self.step)
        if len(made) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self, tiles)

    monkeypatch.setattr(Adapter, "train_step", press)
    with pytest.raises(KeyboardInterrupt):
        tried(network(), wide, laid)
    assert len(made) == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_noisier_the_tele_the_less_it_is_shown_as_it_is(wide: np.ndarray, laid: AlignedTele) -> None:
    config = calibration._config(Engine(network(), CPU), laid.registration, 8)
    pair = calibration.cut(
        "pair", wide, laid, laid.registration, degradations=(None, None), config=config, most=40,
        digest="ab" * 32,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    smooth = np.repeat(pair.tele.mean((1, 2), keepdims=True), pair.tele.shape[1], 1).repeat(
        pair.tele.shape[2], 2
    )
    found = []
    for sigma in (0.0, 4.5, 12.0):
        noisy = np.clip(smooth + rng.normal(0, sigma, smooth.shape), 0, 255).round().astype(np.uint8)
        found.append(calibration.untouched_share(calibration._tele_noise(replace(pair, tele=noisy))))
    assert found[0] == 0.5
    assert 0.0 < found[1] < 0.5
    assert found[2] == 0.0
