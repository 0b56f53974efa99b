"""Which weights are kept: those that gain most on the held-out tiles and break no limit."""

from dataclasses import replace

import pytest
import torch

from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.validation import Judge, Scores
from dualzoom.training.learner import Learner

CPU = torch.device("cpu")
START = Scores(tele_db=30, detail=0.8, energy=1.0, consistency_db=55)


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


def scripted(monkeypatch, *said):
    """A judge that says these scores, and no more; its list of networks asked about."""
    answers, asked = iter(said), []

    def measure(_, candidate, *__):
        asked.append(candidate)
        return next(answers)

    monkeypatch.setattr(Judge, "measure", measure)
    return asked


@pytest.mark.parametrize("decay", [False, True])
def test_the_rate_of_learning_warms_up_and_ends_at_nothing_where_it_decays(
    tiles, config, network, monkeypatch, decay
):
    rates, descend = [], Learner.descend

    def listen(self, loss, rate, clip):
        rates.append(rate / config.learning_rate)
        return descend(self, loss, rate, clip)

    monkeypatch.setattr(Learner, "descend", listen)
    monkeypatch.setattr(Judge, "measure", lambda *_: START)
    adapt(network, tiles, replace(config, steps=40, batch=1, warmup_steps=4, decay=decay), device=CPU)
    assert len(rates) == 40
    assert rates[0] == pytest.approx(0.25)
    if decay:
        assert rates[4:] == sorted(rates[4:], reverse=True)
        assert rates[4] > 0.95
        assert rates[20] == pytest.approx(0.5, abs=0.01)
        assert 0 <= rates[-1] < 0.005
    else:
        assert rates[4:] == [1.0] * 36


def test_what_was_refused_outlives_a_break(tiles, config, network, tmp_path, monkeypatch):
    far = replace(START, tele_db=32, consistency_db=40)
    said = iter([START, *[far] * 3])  # of the first look, and of both ways back
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, START))
    adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path)
    resumed = adapt(network, tiles, replace(config, steps=4), device=CPU, folder=tmp_path, resume=True)
    assert (resumed.improved, resumed.refused) == (False, far)


def test_scores_that_are_no_numbers_are_not_told_as_refused(tiles, config, network, monkeypatch):
    said = iter([START])
    lost = replace(START, tele_db=float("nan"))
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, lost))
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.improved, result.refused) == (False, None)


@pytest.mark.parametrize("lost", [{"consistency_db": 49.6}, {"energy": 0.88}, {"detail": 0.79}])
def test_weights_that_break_a_limit_are_refused(tiles, config, network, monkeypatch, lost):
    """Every evaluation after the first claims much for the tele and loses a little of something else."""
    said = iter([START])
    worse = replace(START, tele_db=35, **lost)
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, worse))
    result = adapt(network, tiles, config, device=CPU)
    assert not result.improved
    assert result.refused == worse
    assert same(network.state_dict(), result.network.state_dict())


def test_weights_that_lose_detail_are_taken_a_part_of_the_way(tiles, config, network, monkeypatch):
    far, half, near = (replace(START, tele_db=32 - n, detail=0.7 + n / 19) for n in (0, 0.5, 1.9))
    asked = scripted(monkeypatch, START, far, half, near)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, result.refused) == (near, far)
    assert len(asked) == 4
    learned = Adapter(network, config, CPU)
    for _ in range(2):
        learned.train_step(tiles)
    for name, value in result.network.state_dict().items():
        given = network.state_dict()[name]
        torch.testing.assert_close(value, given + 0.2 * (learned.average[name] - given))


def test_the_way_back_ends_where_no_limit_is_broken(tiles, config, network, monkeypatch):
    """Half of the way is enough, so a fifth of it is not even judged."""
    far, half = replace(START, tele_db=33, consistency_db=42), replace(START, tele_db=31)
    asked = scripted(monkeypatch, START, far, half)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, len(asked)) == (half, 3)


def test_what_was_refused_is_told_only_where_it_would_have_gained(tiles, config, network, monkeypatch):
    refused = replace(START, tele_db=31, consistency_db=40)
    # The first look goes the whole way back; the second gains.
    scripted(monkeypatch, START, *[refused] * 3, replace(START, tele_db=32))
    result = adapt(network, tiles, replace(config, steps=4), device=CPU)
    assert result.after.tele_db == 32
    assert result.refused is None


def test_the_best_is_kept_not_the_last(tiles, config, network, monkeypatch):
    scripted(monkeypatch, *(replace(START, tele_db=gain) for gain in (30.0, 31.0, 32.0, 31.5)))
    result = adapt(network, tiles, config, device=CPU)
    assert (result.after.tele_db, result.steps) == (32.0, 6)
    straight = Adapter(network, config, CPU)
    for _ in range(4):  # the second evaluation
        straight.train_step(tiles)
    assert same(straight.average, result.network.state_dict())
