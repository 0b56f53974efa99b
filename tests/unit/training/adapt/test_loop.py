"""The run: nothing for nothing, never worse, resumed to the bit, stopped politely."""

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.errors import UsageError, WriteError
from dualzoom.network.back_projection import give_leeway, leeway_of, project, projects
from dualzoom.network.condition import presumes_real
from dualzoom.training.adapt import adapter as adapter_module
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.degradation import Degradation
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.score import Judge, Scores
from dualzoom.training.adapt.tasks import task_loss
from dualzoom.training.adapt.tiles import TileSet

CPU = torch.device("cpu")
START = Scores(tele_db=30, detail=0.8, consistency_db=44)


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


def test_zero_steps_are_the_same_weights(tiles, config, network):
    result = adapt(network, tiles, replace(config, steps=0), device=CPU)
    assert not result.improved
    assert result.before == result.after
    assert same(network.state_dict(), result.network.state_dict())


def test_adapting_learns_and_leaves_the_network_given_alone(tiles, config, network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    config = replace(config, steps=40, evaluate_every=10, learning_rate=3e-3, ema=0.9,
                     max_detail_loss=1.0, max_consistency_loss_db=50.0)  # fmt: skip
    result = adapt(network, tiles, config, device=CPU)
    assert result.improved
    assert result.after.tele_db > result.before.tele_db + 0.05
    assert same(before, network.state_dict())
    measured = Judge(tiles, config).measure(result.network, CPU)
    assert measured.tele_db == pytest.approx(result.after.tele_db, abs=1e-3)
    for name, value in result.network.state_dict().items():  # a wide's condition is read as before
        assert not name.startswith("estimator") or torch.equal(value, before[name])


def test_what_looks_like_this_camera_is_taken_for_it(pairs, config, network, monkeypatch):
    """Most of the pairs' wides are photos, so in doubt others are, too; unless nothing was gained."""
    clean = np.zeros(5, np.float32)

    def presumes(rising, *conditions):
        many = [replace(pairs[0], condition=condition) for condition in conditions]
        said = iter([START])
        later = replace(START, tele_db=31 if rising else 30)
        monkeypatch.setattr(Judge, "measure", lambda *_: next(said, later))
        result = adapt(network, TileSet(many, config), replace(config, steps=2), device=CPU)
        assert not presumes_real(network)
        return presumes_real(result.network)

    real = pairs[0].condition
    assert presumes(True, real)
    assert presumes(True, real, real, clean)
    assert not presumes(True, real, clean)
    assert not presumes(True, clean)
    assert not presumes(True, None)
    assert not presumes(False, real)


@pytest.mark.parametrize("correct_wide", [False, True])
def test_learning_is_not_projected_but_judged_as_it_is_used(
    tiles, config, network, monkeypatch, correct_wide
):
    judged = []
    measure = Judge.measure

    def listen(self, candidate, device):
        judged.append(projects(candidate))
        return measure(self, candidate, device)

    monkeypatch.setattr(Judge, "measure", listen)
    config = replace(config, correct_wide=correct_wide, steps=4)
    adapter = Adapter(network, config, CPU)
    assert not projects(adapter.network)
    assert projects(network)
    adapt(network, tiles, config, device=CPU)
    # Limits are those of the network used in the same way, gains count from the network given; at the end it is told
    # what holding results to the wide costs.
    assert judged == ([False, True, False, False] if correct_wide else [True, True, True, False])


@pytest.mark.parametrize(
    ("projection", "correct_wide", "held"),
    [(True, False, False), (False, False, True), (True, True, True), (False, True, True)],
)
def test_what_is_not_projected_is_held_to_the_start_while_it_learns(
    tiles, config, network, monkeypatch, projection, correct_wide, held
):
    given = []

    def listen(learning, base, *rest):
        given.append(base)
        return task_loss(learning, base, *rest)

    monkeypatch.setattr(adapter_module, "task_loss", listen)
    project(network, projection)
    adapter = Adapter(network, replace(config, correct_wide=correct_wide), CPU)
    adapter.train_step(tiles)
    assert given == [adapter.base if held else None]


@pytest.mark.parametrize("correct_wide", [False, True])
def test_only_a_corrected_wide_is_compared_through_the_fitted_camera(
    tiles, config, network, monkeypatch, correct_wide
):
    asked, seen = [], []

    def listen(learning, base, batch, confidence, settings, degradation):
        asked.append(degradation)
        return task_loss(learning, base, batch, confidence, settings, degradation)

    def measure(self, *_):
        seen.append(self.degradation)
        return Scores(tele_db=30, detail=0.8, consistency_db=44)

    monkeypatch.setattr(adapter_module, "task_loss", listen)
    monkeypatch.setattr(Judge, "measure", measure)
    adapt(network, tiles, replace(config, correct_wide=correct_wide, steps=2), device=CPU)
    assert {type(each) for each in (*asked, *seen)} == {Degradation if correct_wide else type(None)}
    assert len(set(map(id, (*asked, *seen)))) == 1


def test_what_was_refused_outlives_a_break(tiles, config, network, tmp_path, monkeypatch):
    start = Scores(tele_db=30, detail=0.8, consistency_db=44)
    far = replace(start, tele_db=32, consistency_db=40)
    said = iter([start, *[far] * 5])
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, start))
    adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path)
    resumed = adapt(network, tiles, replace(config, steps=4), device=CPU, folder=tmp_path, resume=True)
    assert (resumed.improved, resumed.refused) == (False, far)


def test_scores_that_are_no_numbers_are_not_told_as_refused(tiles, config, network, monkeypatch):
    start = Scores(tele_db=30, detail=0.8, consistency_db=44)
    said = iter([start])
    lost = replace(start, tele_db=float("nan"))
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, lost))
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.improved, result.refused) == (False, None)


@pytest.mark.parametrize(
    ("unprojected", "learned", "kept"),
    [
        (replace(START, tele_db=31), replace(START, tele_db=30.5), "unprojected"),  # which is a gain by itself
        (replace(START, tele_db=31), replace(START, tele_db=32), "learned"),
        (replace(START, tele_db=31, consistency_db=40), replace(START, tele_db=32, consistency_db=40), "learned"),
        (replace(START, tele_db=31), replace(START, tele_db=32, consistency_db=43), "unprojected"),
        (replace(START, tele_db=29), replace(START, tele_db=29.9), "given"),  # better than without, worse than with
    ],
)  # fmt: skip
def test_a_correction_is_limited_by_the_unprojected_and_gains_on_the_given(
    tiles, config, network, monkeypatch, unprojected, learned, kept
):
    said = iter([unprojected, START])
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, learned))
    config = replace(config, correct_wide=True, steps=2)
    result = adapt(network, tiles, config, device=CPU)
    assert result.before == START
    assert result.after == {"unprojected": unprojected, "learned": learned, "given": START}[kept]
    assert result.improved is (kept != "given")
    assert projects(result.network) is (kept == "given")
    unchanged = same(network.state_dict(), result.network.state_dict())
    assert unchanged is (kept != "learned")


def test_a_wide_that_could_not_be_corrected_leaves_the_network_whole(tiles, config, network, monkeypatch):
    """Not projecting is a part of what is offered: without a gain it is not taken over, either."""
    monkeypatch.setattr(Judge, "measure", lambda *_: Scores(tele_db=30, detail=0.8, consistency_db=44))
    result = adapt(network, tiles, replace(config, correct_wide=True), device=CPU)
    assert not result.improved
    assert projects(result.network)
    assert same(network.state_dict(), result.network.state_dict())


def test_weights_that_lose_consistency_are_refused(tiles, config, network, monkeypatch):
    """Every evaluation after the first claims much for the tele and loses 0.4 dB of the wide."""
    said = iter([Scores(tele_db=30, detail=0.8, consistency_db=44)])
    worse = Scores(tele_db=35, detail=0.8, consistency_db=43.6)
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, worse))
    result = adapt(network, tiles, config, device=CPU)
    assert not result.improved
    assert result.refused == worse
    assert same(network.state_dict(), result.network.state_dict())


def test_weights_that_stray_from_the_wide_get_less_leeway(tiles, config, network, tmp_path, monkeypatch):
    """Two dB too far: results may keep 10^(-(2 - 0.25) / 20) of what they kept."""
    give_leeway(network, 0.9)
    start = Scores(tele_db=30, detail=0.8, consistency_db=44)
    far, strict = replace(start, tele_db=32, consistency_db=42), replace(start, tele_db=31)
    said, judged = iter([start, far, strict]), []

    def measure(_, candidate, *__):
        if not projects(candidate):
            return far
        judged.append(leeway_of(candidate))
        return next(said)

    monkeypatch.setattr(Judge, "measure", measure)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path)
    assert (result.after, result.refused, result.unheld) == (strict, far, far)
    assert judged == [0.9, 0.9, pytest.approx(0.9 * 0.8175, rel=0.02)]
    assert leeway_of(result.network) == judged[-1]
    learned = Adapter(network, config, CPU)
    for _ in range(2):
        learned.train_step(tiles)
    assert same(result.network.state_dict(), learned.average)
    resumed = adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path, resume=True)
    assert leeway_of(resumed.network) == judged[-1]


def test_less_leeway_keeps_the_limit_exactly(tiles, config, network):
    """With the judge that measures: consistency ends just above the limit."""
    torch.manual_seed(8)
    strayed = Adapter(network, config, CPU)
    judge = Judge(tiles, config)
    strayed.judge(judge)
    for value in strayed.average.values():
        if value.is_floating_point():
            value += 0.01 * torch.randn(value.shape)
    assert strayed.limits is not None
    far = strayed._judged(judge, strayed.average, 1.0)
    assert far.scores.consistency_db < strayed.limits.consistency_db - 1
    limit = strayed.limits.consistency_db - config.max_consistency_loss_db
    generous = replace(config, max_detail_loss=1.0)
    strayed.config = generous
    found = strayed._nearer_to_the_wide(judge, far, strayed.limits)
    assert limit <= found.scores.consistency_db < limit + 0.3
    assert found.leeway < 1


def test_weights_that_break_a_limit_are_taken_a_part_of_the_way(tiles, config, network, monkeypatch):
    """Where they lose detail, leeway is of no use, or where results are not projected at all."""
    start = Scores(tele_db=30, detail=0.8, consistency_db=44)
    far, half, near = (replace(start, tele_db=32 - n, detail=0.7 + n / 19) for n in (0, 0.5, 1.9))
    said = iter([start, far, half, near])
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, start))
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, result.refused) == (near, far)
    assert leeway_of(result.network) == 1
    learned = Adapter(network, config, CPU)
    for _ in range(2):
        learned.train_step(tiles)
    for name, value in result.network.state_dict().items():
        given = network.state_dict()[name]
        torch.testing.assert_close(value, given + 0.2 * (learned.average[name] - given))


def test_what_was_refused_is_told_only_where_it_would_have_gained(tiles, config, network, monkeypatch):
    refused = Scores(tele_db=31, detail=0.8, consistency_db=40)
    start = Scores(tele_db=30, detail=0.8, consistency_db=44)
    said = iter([start, *[refused] * 5, replace(start, tele_db=32)])  # the first look goes the way back, too
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, start))
    result = adapt(network, tiles, replace(config, steps=4), device=CPU)
    assert result.after.tele_db == 32
    assert result.refused is None


def test_the_best_is_kept_not_the_last(tiles, config, network, monkeypatch):
    gains = iter([30.0, 31.0, 32.0, 31.5])
    monkeypatch.setattr(
        Judge, "measure", lambda *_: Scores(tele_db=next(gains, 0), detail=0.8, consistency_db=44)
    )
    result = adapt(network, tiles, config, device=CPU)
    assert (result.after.tele_db, result.steps) == (32.0, 6)
    straight = Adapter(network, config, CPU)
    for _ in range(4):  # the second evaluation
        straight.train_step(tiles)
    assert same(straight.average, result.network.state_dict())


def test_patience_ends_a_run_that_gains_nothing(tiles, config, network, monkeypatch):
    monkeypatch.setattr(Judge, "measure", lambda *_: Scores(tele_db=30, detail=0.8, consistency_db=44))
    result = adapt(network, tiles, replace(config, steps=1000, patience=2), device=CPU)
    assert (result.stopped, result.steps) == ("plateau", 4)


def test_resuming_is_the_straight_run_to_the_bit(tiles, config, network, tmp_path):
    generous = replace(config, max_detail_loss=1.0, max_consistency_loss_db=50.0, min_gain_db=-50.0)
    straight = adapt(network, tiles, generous, device=CPU, folder=tmp_path / "a")
    for until in (3, 5, 6):  # between evaluations as well
        part = replace(generous, steps=until)
        resumed = adapt(network, tiles, part, device=CPU, folder=tmp_path / "b", resume=True)
    assert straight.improved
    assert same(straight.network.state_dict(), resumed.network.state_dict())
    assert (straight.before, straight.after) == (resumed.before, resumed.after)
    states = []
    for name in ("a", "b"):
        adapter = Adapter(network, generous, CPU)
        (path,) = (tmp_path / name).glob("step-*")
        adapter.restore(path, json.loads((path / "state.json").read_text())["identity"])
        states.append(adapter)
    assert same(states[0].network.state_dict(), states[1].network.state_dict())
    assert same(states[0].average, states[1].average)


def test_same_seed_same_result(tiles, config, network):
    one, two = (Adapter(network, config, CPU) for _ in range(2))
    for adapter in (one, two):
        for _ in range(3):
            adapter.train_step(tiles)
    assert same(one.average, two.average)


def test_a_checkpoint_of_another_run_is_refused(tiles, config, network, tmp_path):
    adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path, identity={"pairs": ["a"]})
    with pytest.raises(UsageError, match="other photos"):
        adapt(network, tiles, config, device=CPU, folder=tmp_path, resume=True, identity={"pairs": ["b"]})


def test_ctrl_c_finishes_the_step_and_keeps_the_best(tiles, config, network, tmp_path):
    def press(report):
        if report.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    long = replace(config, steps=1000)
    result = adapt(network, tiles, long, device=CPU, folder=tmp_path, progress=press)
    assert (result.stopped, result.steps) == ("interrupted", 3)
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-0000003"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = adapt(network, tiles, config, device=CPU, folder=tmp_path, resume=True)
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
    resumed = adapt(network, tiles, config, device=CPU, folder=tmp_path, resume=True)
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
        adapt(network, tiles, config, device=CPU, folder=tmp_path, resume=True)
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-0000002"]
