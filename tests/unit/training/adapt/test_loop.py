"""The run: nothing for nothing, never worse, resumed to the bit, stopped politely."""

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.errors import UsageError, WriteError
from dualzoom.training import checkpoint
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge, Scores

CPU = torch.device("cpu")
START = Scores(tele_db=30, detail=0.8, energy=1.0, consistency_db=55)
#: Limits that nothing breaks.
FREE = {"max_detail_loss": 1.0, "min_consistency_db": 0.0, "min_energy": 0.0}


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


def test_zero_steps_are_the_same_weights(tiles, config, network):
    result = adapt(network, tiles, replace(config, steps=0), device=CPU)
    assert not result.improved
    assert result.before == result.after
    assert same(network.state_dict(), result.network.state_dict())


def test_adapting_learns_and_leaves_the_network_given_alone(tiles, config, network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    config = replace(config, steps=40, evaluate_every=10, learning_rate=3e-3, ema=0.9, **FREE)
    result = adapt(network, tiles, config, device=CPU)
    assert result.improved
    assert result.after.tele_db > result.before.tele_db + 0.05
    assert same(before, network.state_dict())
    measured = Judge(tiles, config).measure(result.network, CPU)
    assert measured.tele_db == pytest.approx(result.after.tele_db, abs=1e-3)
    for name, value in result.network.state_dict().items():  # a wide's degradation is read as before
        assert not name.startswith("estimator") or torch.equal(value, before[name])


def test_what_looks_like_this_camera_is_taken_for_it(pairs, config, network, monkeypatch):
    """Most of the pairs' wides are photos, so in doubt others are, too; unless nothing was gained."""
    halved = np.zeros(5, np.float32)

    def assumes(rising, *degradations):
        many = [replace(pairs[0], degradation=degradation) for degradation in degradations]
        said = iter([START])
        later = replace(START, tele_db=31 if rising else 30)
        monkeypatch.setattr(Judge, "measure", lambda *_: next(said, later))
        result = adapt(network, TileSet(many, config), replace(config, steps=2), device=CPU)
        assert not network.config.assume_native
        assert result.network.estimator.assume_native == result.network.config.assume_native
        return result.network.config.assume_native

    native = pairs[0].degradation
    assert assumes(True, native)
    assert assumes(True, native, native, halved)
    assert not assumes(True, native, halved)
    assert not assumes(True, halved)
    assert not assumes(True, None)
    assert not assumes(False, native)


def test_patience_ends_a_run_that_gains_nothing(tiles, config, network, monkeypatch):
    monkeypatch.setattr(Judge, "measure", lambda *_: START)
    result = adapt(network, tiles, replace(config, steps=1000, patience=2), device=CPU)
    assert (result.stopped, result.steps) == ("plateau", 4)


def test_resuming_is_the_straight_run_to_the_bit(tiles, config, network, tmp_path):
    generous = replace(config, **FREE, min_gain_db=-50.0)
    straight = adapt(network, tiles, generous, device=CPU, folder=tmp_path / "a")
    for until in (3, 5, 6):  # between evaluations as well
        part = replace(generous, steps=until)
        resumed = adapt(network, tiles, part, device=CPU, folder=tmp_path / "b", resuming=True)
    assert straight.improved
    assert same(straight.network.state_dict(), resumed.network.state_dict())
    assert (straight.before, straight.after) == (resumed.before, resumed.after)
    (one,), (other,) = (list((tmp_path / name).glob("step-*")) for name in ("a", "b"))
    states = [checkpoint.load(path, CPU) for path in (one, other)]
    assert same(states[0][0], states[1][0])  # network, average, optimizer, best
    assert states[0][1] == states[1][1]


def test_a_checkpoint_of_the_last_version_is_taken_up(tiles, config, network, tmp_path):
    """It calls a setting of the simulation otherwise; the run goes on as if it had never been broken."""
    adapt(network, tiles, replace(config, steps=4), device=CPU, folder=tmp_path)
    (path,) = tmp_path.glob("step-*")
    state = json.loads((path / "state.json").read_text())
    simulation = state["identity"]["settings"]["simulation"]
    simulation["clean"] = simulation.pop("halved")
    (path / "state.json").write_text(json.dumps(state))
    resumed = adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True)
    straight = adapt(network, tiles, config, device=CPU)
    assert same(straight.network.state_dict(), resumed.network.state_dict())
    simulation["clean"] = 0.123
    (path,) = tmp_path.glob("step-*")
    (path / "state.json").write_text(json.dumps(state))
    with pytest.raises(UsageError, match="other photos"):
        adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True)


def test_a_checkpoint_of_another_run_is_refused(tiles, config, network, tmp_path):
    adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path, origin={"pairs": ["a"]})
    with pytest.raises(UsageError, match="other photos"):
        adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True, origin={"pairs": ["b"]})


def test_ctrl_c_finishes_the_step_and_keeps_the_best(tiles, config, network, tmp_path):
    def press(report):
        if report.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    long = replace(config, steps=1000)
    result = adapt(network, tiles, long, device=CPU, folder=tmp_path, progress=press)
    assert (result.stopped, result.steps) == ("interrupted", 3)
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-0000003"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True)
    straight = adapt(network, tiles, config, device=CPU)
    assert same(straight.network.state_dict(), resumed.network.state_dict())


def test_killed_half_way_loses_only_what_came_after_the_checkpoint(tiles, config, network, tmp_path):
    class Killed(BaseException):
        pass

    def kill(report):
        if report.step == 3:
            raise Killed

    with pytest.raises(Killed):
        adapt(network, tiles, config, device=CPU, folder=tmp_path, progress=kill)
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-0000002"]
    resumed = adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True)
    straight = adapt(network, tiles, config, device=CPU)
    assert same(straight.network.state_dict(), resumed.network.state_dict())


def test_time_is_up(tiles, config, network):
    result = adapt(network, tiles, replace(config, steps=1000), device=CPU, minutes=0.0)
    assert (result.stopped, result.steps) == ("minutes", 0)


def test_a_full_disk_is_told_and_the_last_checkpoint_stays(tiles, config, network, tmp_path, monkeypatch):
    adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path)

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dualzoom.training.checkpoint.save_file", full)
    with pytest.raises(WriteError, match="No space"):
        adapt(network, tiles, config, device=CPU, folder=tmp_path, resuming=True)
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-0000002"]
