"""Which weights are kept: those that gain most on the held-out tiles and break no limit."""

from dataclasses import replace

import pytest
import torch

from dualzoom.network.back_projection import give_leeway, leeway_of, project, projects
from dualzoom.training.adapt import adapter as adapter_module
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.score import Judge, Scores
from dualzoom.training.adapt.tasks import task_loss

CPU = torch.device("cpu")
START = Scores(tele_db=30, detail=0.8, consistency_db=44)


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


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


def test_what_was_refused_outlives_a_break(tiles, config, network, tmp_path, monkeypatch):
    far = replace(START, tele_db=32, consistency_db=40)
    said = iter([START, *[far] * 5])
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
    monkeypatch.setattr(Judge, "measure", lambda *_: START)
    result = adapt(network, tiles, replace(config, correct_wide=True), device=CPU)
    assert not result.improved
    assert projects(result.network)
    assert same(network.state_dict(), result.network.state_dict())


def test_weights_that_lose_consistency_are_refused(tiles, config, network, monkeypatch):
    """Every evaluation after the first claims much for the tele and loses 0.4 dB of the wide."""
    said = iter([START])
    worse = Scores(tele_db=35, detail=0.8, consistency_db=43.6)
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, worse))
    result = adapt(network, tiles, config, device=CPU)
    assert not result.improved
    assert result.refused == worse
    assert same(network.state_dict(), result.network.state_dict())


def test_weights_that_stray_from_the_wide_get_less_leeway(tiles, config, network, tmp_path, monkeypatch):
    """Two dB too far: results may keep 10^(-(2 - 0.25) / 20) of what they kept."""
    give_leeway(network, 0.9)
    far, strict = replace(START, tele_db=32, consistency_db=42), replace(START, tele_db=31)
    said, judged = iter([START, far, strict]), []

    def measure(_, candidate, *__):
        if not projects(candidate):
            return far
        judged.append(leeway_of(candidate))
        return next(said)

    monkeypatch.setattr(Judge, "measure", measure)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU, folder=tmp_path)
    assert (result.after, result.refused, result.unprojected) == (strict, far, far)
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
    strayed.config = replace(config, max_detail_loss=1.0, min_gain_db=-100.0)
    found = strayed._nearer_to_the_wide(judge, far, strayed.limits, strayed.limits)
    assert limit <= found.scores.consistency_db < limit + 0.3
    assert found.leeway < 1


def scripted(monkeypatch, *said):
    """A judge that says these scores of results as they are used, and no more; its list of leeways asked about."""
    answers, asked = iter(said), []

    def measure(_, candidate, *__):
        asked.append(leeway_of(candidate))
        return next(answers)

    monkeypatch.setattr(Judge, "measure", measure)
    monkeypatch.setattr(Adapter, "unprojected", lambda *_: None)
    return asked


def test_less_leeway_that_costs_the_gain_is_not_the_end(tiles, config, network, monkeypatch):
    far, half = replace(START, tele_db=33, consistency_db=42), replace(START, tele_db=31)
    asked = scripted(monkeypatch, START, far, replace(START, tele_db=29.9), half)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, len(asked)) == (half, 4)
    assert leeway_of(result.network) == asked[-1] == 1 > asked[-2]


def test_leeway_is_no_way_back_for_results_that_are_not_projected(tiles, config, network, monkeypatch):
    project(network, False)
    far, half = replace(START, tele_db=33, consistency_db=42), replace(START, tele_db=31)
    asked = scripted(monkeypatch, START, far, half)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, asked) == (half, [1, 1, 1])


def test_what_the_best_weights_would_do_unprojected(tiles, config, network, monkeypatch):
    """Not the last ones."""
    gains = iter([30.0, 31.0, 30.5])
    judged = []

    def measure(_, candidate, *__):
        judged.append(candidate)
        return replace(START, tele_db=next(gains, 35))

    monkeypatch.setattr(Judge, "measure", measure)
    result = adapt(network, tiles, replace(config, steps=4), device=CPU)
    assert (result.after.tele_db, result.unprojected.tele_db) == (31, 35)
    assert not projects(judged[-1])
    assert same(judged[-1].state_dict(), judged[1].state_dict())
    assert not same(judged[-1].state_dict(), judged[2].state_dict())


def test_weights_that_lose_detail_are_taken_a_part_of_the_way(tiles, config, network, monkeypatch):
    far, half, near = (replace(START, tele_db=32 - n, detail=0.7 + n / 19) for n in (0, 0.5, 1.9))
    asked = scripted(monkeypatch, START, far, half, near)
    result = adapt(network, tiles, replace(config, steps=2), device=CPU)
    assert (result.after, result.refused) == (near, far)
    assert asked == [1, 1, 1, 1]  # leeway is of no use here
    learned = Adapter(network, config, CPU)
    for _ in range(2):
        learned.train_step(tiles)
    for name, value in result.network.state_dict().items():
        given = network.state_dict()[name]
        torch.testing.assert_close(value, given + 0.2 * (learned.average[name] - given))


def test_what_was_refused_is_told_only_where_it_would_have_gained(tiles, config, network, monkeypatch):
    refused = Scores(tele_db=31, detail=0.8, consistency_db=40)
    # The first look goes the whole way back; the second gains.
    scripted(monkeypatch, START, *[refused] * 5, replace(START, tele_db=32))
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
