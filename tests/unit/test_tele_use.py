"""A tele is measured first; only one that has detail, and where time is given, teaches; the given engine stays."""

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dualzoom import tele_use
from dualzoom.reference.worth import Worth
from dualzoom.settings import CalibrationSettings
from dualzoom.tele_use import TeleUse, use_tele
from dualzoom.training.calibration import Calibration

WIDE = np.zeros((6, 8, 3), np.uint8)
REFERENCE = SimpleNamespace(denoised=0.25)
USEFUL = Worth(detail=0.51239, used=True, share=1.0, reason=None)
USELESS = Worth(detail=0.0, used=False, share=0.0, reason="it holds no more detail")


class Engine:
    """An engine that can only be given another network, and lets training have its format and a core."""

    def __init__(self, network: object) -> None:
        self.network = network
        self.shares_its_format = self.leaves_a_core = False

    @contextmanager
    def learning(self) -> Any:
        self.leaves_a_core = True
        yield
        self.leaves_a_core = False

    @contextmanager
    def in_format(self) -> Any:
        self.shares_its_format = True
        yield
        self.shares_its_format = False

    def with_network(self, network: object) -> "Engine":
        return Engine(network)


class Bench:
    """Puts a worth and a calibration in the place of the true ones, and keeps what they were asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.worth, self.calibration = USEFUL, Calibration(network=None, reason="nothing gained")
        self.stages: list[str] = []
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.engine = Engine("as given")
        self.registration = SimpleNamespace(window="window", ratio=2.5)
        patch.setattr(tele_use, "worth", self._worth)
        patch.setattr(tele_use, "calibrate", self._calibrate)

    def _worth(self, *given: Any, ratio: float) -> Worth:
        assert self.stages[-1] == "worth"
        self.asked["worth"] = (*given, ratio)
        return self.worth

    def _calibrate(self, *given: Any) -> Calibration:
        assert self.stages[-1] == "calibrate"
        assert self.engine.shares_its_format
        assert self.engine.leaves_a_core
        self.asked["calibrate"] = given
        return self.calibration

    @contextmanager
    def clock(self, stage: str) -> Any:
        self.stages.append(stage)
        yield

    def use(self, seconds: float | None = None) -> TeleUse:
        self.settings = CalibrationSettings(seconds=seconds)
        return use_tele(
            self.engine, WIDE, REFERENCE, self.registration, self.settings,
            degradation="degradation", clock=self.clock, start="start", burst="burst",
        )  # type: ignore[arg-type] # fmt: skip


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


@pytest.mark.parametrize("seconds", [None, 0.0, 30.0])
def test_a_useless_tele_teaches_nothing_whatever_time_is_given(bench: Bench, seconds: float | None) -> None:
    bench.worth = USELESS
    found = bench.use(seconds)
    assert (found.engine, found.worth, found.calibration) == (bench.engine, USELESS, None)
    assert bench.stages == ["worth"]


def test_without_time_a_useful_tele_teaches_nothing(bench: Bench) -> None:
    found = bench.use(0.0)
    assert (found.engine, found.worth, found.calibration) == (bench.engine, USEFUL, None)
    assert bench.stages == ["worth"]


@pytest.mark.parametrize("seconds", [None, 30.0])
def test_what_was_tried_in_vain_leaves_the_engine_and_says_why(bench: Bench, seconds: float | None) -> None:
    found = bench.use(seconds)
    assert found.engine is bench.engine
    assert found.calibration is bench.calibration
    assert bench.stages == ["worth", "calibrate"]


def test_what_was_learned_is_in_another_engine(bench: Bench) -> None:
    bench.calibration = Calibration(network="calibrated")  # type: ignore[arg-type]
    found = bench.use()
    assert found.engine.network == "calibrated"  # type: ignore[comparison-overlap, attr-defined]
    assert bench.engine.network == "as given"


def test_both_are_asked_of_this_very_pair(bench: Bench) -> None:
    bench.use()
    assert bench.asked["worth"] == (WIDE, REFERENCE, "window", 2.5)
    assert bench.asked["calibrate"] == (
        bench.engine, WIDE, REFERENCE, bench.registration, bench.settings, "degradation", "start", "burst",
    )  # fmt: skip


@pytest.mark.parametrize("value", [USEFUL, USELESS])
def test_what_is_told_is_plain_json(bench: Bench, value: Worth) -> None:
    bench.worth = value
    told = bench.use(0.0).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["used"], told["reason"]) == (value.used, value.reason)
    assert told["detail"] == pytest.approx(value.detail, abs=5e-4)
    assert told["share"] == value.share
    assert told["denoised"] == 0.25
