"""What is kept: never worse than the start, within the limits, the best that was measured; the same after a break."""

import json
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.selection import Selection, acceptable, better
from dualzoom.training.adapt.validation import Scores

CPU = torch.device("cpu")
CONFIG = AdaptConfig()
START = Scores(tele_db=30.0, detail=0.8, energy=1.0, consistency_db=55.0)


class Point(RestorationNetwork):
    """Weights that are two numbers: how much nearer to the tele, and how many dB of the wide's tones that costs."""

    receptive_radius_px = 0

    def __init__(self) -> None:
        super().__init__(NetworkConfig())
        self.place = torch.nn.Parameter(torch.zeros(2))

    def forward(self, lr, ref=None, validity=None, degradation=None):
        return lr


def scores(network):
    gain, cost = network.place.tolist()
    return replace(START, tele_db=30 + gain, consistency_db=55 - cost)


def selection(seen=None):
    def measure(network):
        assert not network.training
        found = scores(network)
        if seen is not None:
            seen.append(found)
        return found

    made = Selection(Point(), measure, CONFIG, CPU)
    made.begin()
    return made


def at(gain, cost):
    return {"place": torch.tensor([gain, cost])}


numbers = st.floats(-20, 20, width=16)
candidates = st.lists(st.tuples(numbers | st.just(float("nan")), numbers), max_size=6)


@given(candidates)
def test_what_is_kept_is_never_worse_than_the_start_and_breaks_no_limit(given):
    kept = selection()
    for gain, cost in given:
        kept.judge(at(gain, cost))
    assert scores(kept.result()) == kept.best
    assert acceptable(kept.best, START, CONFIG)
    assert kept.best.tele_db >= START.tele_db
    assert kept.improved == (kept.best.tele_db > START.tele_db)


@given(candidates)
def test_nothing_measured_within_the_limits_beats_what_is_kept(given):
    seen = []
    kept = selection(seen)
    for gain, cost in given:
        kept.judge(at(gain, cost))
    within = [found.tele_db for found in seen if acceptable(found, START, CONFIG)]
    assert max(within) <= max(kept.best.tele_db, START.tele_db + CONFIG.min_gain_db)


@given(candidates)
def test_what_was_refused_broke_a_limit_and_is_told_only_if_it_tempts(given):
    seen = []
    kept = selection(seen)
    for gain, cost in given:
        kept.judge(at(gain, cost))
    if kept.refused is not None:
        assert kept.refused in seen
        assert not acceptable(kept.refused, START, CONFIG)
    told = kept.tempting()
    assert told in (None, kept.refused)
    assert (told is not None) == (
        kept.refused is not None and kept.refused.tele_db - kept.best.tele_db > CONFIG.min_gain_db
    )


@pytest.mark.parametrize(
    ("cost", "share", "measured"), [(4.0, 1.0, 1), (8.0, 0.5, 2), (12.0, 0.2, 3), (40.0, 0.0, 3)]
)
def test_the_way_back_ends_where_no_limit_is_broken(cost, share, measured):
    """Tones may lose 5 dB here; weights part of the way lose their part."""
    seen = []
    kept = selection(seen)
    kept.judge(at(2.0, cost))
    assert len(seen) == 1 + measured  # the start as well
    torch.testing.assert_close(kept.result().place.detach(), share * torch.tensor([2.0, cost]))
    assert (kept.refused is None) == (share == 1)


@given(candidates, st.integers(0, 6))
def test_after_a_break_all_is_as_without(given, at_step):
    straight, broken = selection(), selection()
    for number, (gain, cost) in enumerate(given):
        if number == at_step:
            tensors = {name: value.clone() for name, value in broken.tensors().items()}
            stored = json.loads(json.dumps(broken.to_json()))
            broken = Selection(Point(), scores, CONFIG, CPU)
            broken.take_up(tensors, stored)
        straight.judge(at(gain, cost))
        broken.judge(at(gain, cost))
    assert broken.to_json() == straight.to_json()
    assert torch.equal(broken.result().place, straight.result().place)


def test_the_start_is_measured_once():
    seen = []
    kept = selection(seen)
    kept.begin()
    assert seen == [START]


def test_judgements_without_a_new_best_are_counted():
    kept = selection()
    for gain, stale in ((0.0, 1), (0.04, 2), (1.0, 0), (0.9, 1), (1.0, 2), (1.01, 0)):
        kept.judge(at(gain, 0.0))
        assert kept.stale == stale


def test_a_gain_must_be_a_gain():
    assert not better(replace(START, tele_db=30.04), START, START, CONFIG)
    assert better(replace(START, tele_db=30.06), START, START, CONFIG)
    best = replace(START, tele_db=31.0)
    assert better(replace(START, tele_db=31.01), best, START, CONFIG)
    assert not better(best, best, START, CONFIG)


def test_truer_tones_alone_are_no_gain():
    scores = replace(START, consistency_db=70.0)
    assert acceptable(scores, START, CONFIG)
    assert not better(scores, START, START, CONFIG)


@pytest.mark.parametrize(
    ("loss", "fine"), [({"consistency_db": 50.1}, True), ({"consistency_db": 49.9}, False),
                       ({"energy": 0.95}, True), ({"energy": 0.92}, False), ({"energy": 1.5}, True),
                       ({"detail": 0.95, "energy": 0.8}, True),
                       ({"detail": 0.796}, True), ({"detail": 0.79}, False),
                       ({"consistency_db": float("nan")}, False), ({"detail": float("nan")}, False),
                       ({"energy": float("nan")}, False), ({"tele_db": float("nan")}, False)],
)  # fmt: skip
def test_the_limits_hold_whatever_is_gained(loss, fine):
    scores = replace(START, **{"tele_db": 40.0, **loss})
    assert acceptable(scores, START, CONFIG) is fine


@pytest.mark.parametrize(
    ("name", "lacking", "worse"), [("consistency_db", 44.0, 43.9), ("energy", 0.7, 0.63)]
)
def test_what_the_start_already_lacked_is_forgiven_and_no_more(name, lacking, worse):
    start = replace(START, **{name: lacking})
    assert acceptable(replace(start, tele_db=31.0), start, CONFIG)
    assert not acceptable(replace(start, tele_db=31.0, **{name: worse}), start, CONFIG)


def test_detail_is_held_to_the_start_not_to_the_best():
    best = replace(START, tele_db=31.0, detail=0.796)
    assert acceptable(best, START, CONFIG)
    assert not acceptable(replace(best, tele_db=32.0, detail=0.792), START, CONFIG)
