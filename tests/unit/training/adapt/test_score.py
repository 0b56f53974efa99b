"""Scores know good from bad, and limits are limits."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from dualzoom.network.blocks import bicubic_up
from dualzoom.training.adapt.degradation import TAPS, Degradation
from dualzoom.training.adapt.score import Judge, Scores, acceptable, better

START = Scores(tele_db=30.0, detail=0.8, consistency_db=44.0)
CPU = torch.device("cpu")


class Bicubic(nn.Module):
    """No network at all; `wrong` is added everywhere."""

    def __init__(self, wrong: float = 0.0) -> None:
        super().__init__()
        self.wrong = wrong

    def forward(self, wide, ref=None, validity=None, condition=None):
        return bicubic_up(wide) + self.wrong


class Copy(nn.Module):
    """The reference, wherever there is one."""

    def forward(self, wide, ref=None, validity=None, condition=None):
        return bicubic_up(wide) if ref is None else ref


def test_a_gain_must_be_a_gain(config):
    assert not better(replace(START, tele_db=30.04), START, START, config)
    assert better(replace(START, tele_db=30.06), START, START, config)
    best = replace(START, tele_db=31.0)
    assert better(replace(START, tele_db=31.01), best, START, config)
    assert not better(best, best, START, config)


def test_being_truer_to_the_wide_alone_is_no_gain(config):
    scores = replace(START, consistency_db=50.0)
    assert acceptable(scores, START, config)
    assert not better(scores, START, START, config)


@pytest.mark.parametrize(
    ("loss", "fine"), [({"consistency_db": 43.8}, True), ({"consistency_db": 43.7}, False),
                       ({"detail": 0.796}, True), ({"detail": 0.79}, False),
                       ({"consistency_db": float("nan")}, False), ({"detail": float("nan")}, False)],
)  # fmt: skip
@pytest.mark.parametrize("correct_wide", [False, True])
def test_the_limits_hold_whatever_is_gained(config, loss, fine, correct_wide):
    scores = replace(START, tele_db=40.0, **loss)
    assert acceptable(scores, START, replace(config, correct_wide=correct_wide)) is fine


def test_limits_are_against_the_start_not_the_best(config):
    best = replace(START, tele_db=31.0, consistency_db=43.8)
    assert acceptable(best, START, config)
    assert not acceptable(replace(best, tele_db=32.0, consistency_db=43.6), START, config)


def test_results_are_compared_with_the_wide_as_the_camera_shows_them(tiles, config):
    """Bicubic results of a camera that brightens: only through it they are too bright."""
    kernel = torch.zeros(TAPS, TAPS)
    kernel[5:7, 5:7] = 0.3  # instead of a quarter
    plain, through = (
        Judge(tiles, config, camera).measure(Bicubic(), CPU) for camera in (None, Degradation(kernel))
    )
    assert through.consistency_db < plain.consistency_db - 10
    assert (through.tele_db, through.detail) == (plain.tele_db, plain.detail)


def test_the_judge_knows_good_from_bad(tiles, config):
    judge = Judge(tiles, config)
    fair, worse = (judge.measure(Bicubic(wrong), CPU) for wrong in (0.0, 0.1))
    assert fair.tele_db > worse.tele_db
    assert fair.consistency_db > worse.consistency_db
    assert judge.measure(Copy(), CPU).detail == pytest.approx(1, abs=1e-4)
    assert fair.detail < 0.95


def test_judging_twice_gives_the_same(tiles, config, network):
    assert Judge(tiles, config).measure(network, CPU) == Judge(tiles, config).measure(network, CPU)


def test_three_quarters_of_a_frame_lie_outside(tiles, config):
    """Errors count by where they are, however many tiles of either kind there are."""

    class Off(nn.Module):
        def __init__(self, inside: float, outside: float) -> None:
            super().__init__()
            self.inside, self.outside = inside, outside

        def forward(self, wide, ref=None, validity=None, condition=None):
            error = self.outside if ref is None else self.inside
            towards_grey = torch.where(wide < 0.5, error, -error)  # never clipped
            return (wide + towards_grey).repeat_interleave(2, 2).repeat_interleave(2, 3)

    def squared(inside, outside):
        return 10 ** (-Judge(tiles, config).measure(Off(inside, outside), CPU).consistency_db / 10)

    assert squared(0.1, 0) == pytest.approx(0.25 * 0.01, rel=1e-3)
    assert squared(0, 0.1) == pytest.approx(0.75 * 0.01, rel=1e-3)
