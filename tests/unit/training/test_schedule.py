"""The time of a run: what is used, what is left, and the learning rate between."""

import math

import pytest

from dualzoom.training.schedule import Budget, rate_by_step, rate_by_time


class Hand:
    """A clock moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_pieces_add_up_to_the_run() -> None:
    clock = Hand()
    first = Budget(60, 20, clock)
    clock.now += 15
    assert not first.piece_over()
    assert first.done() == pytest.approx(0.25)
    clock.now += 6
    assert first.piece_over()
    clock.now += 1000  # the break counts for nothing
    second = Budget(60, math.inf, clock, before=first.used() - 1000)
    assert second.done() == pytest.approx(21 / 60)
    clock.now += 39
    assert second.done() == 1
    assert not second.piece_over()


def test_the_slowest_pause_is_held_back_twice() -> None:
    clock = Hand()
    budget = Budget(100, math.inf, clock)
    for seconds in (3, 10, 4):
        budget.note_pause(seconds)
    clock.now += 40
    assert budget.done() == pytest.approx(0.5)


def test_a_run_of_steps_never_ends_by_time() -> None:
    clock = Hand()
    budget = Budget(math.inf, math.inf, clock)
    clock.now += 1e9
    assert budget.done() == 0
    assert not budget.piece_over()


def test_both_schedules_draw_one_curve() -> None:
    """A run by time whose steps last equally long has the rates of one by steps, but for the first step's start."""
    steps, warm = 2000, 20
    for step in range(steps):
        by_time, by_step = rate_by_time(step / steps), rate_by_step(step, steps, warm)
        assert by_time == pytest.approx(by_step, abs=1 / warm)
        if step > warm:
            assert by_time == pytest.approx(by_step)
    assert rate_by_time(1.0) == pytest.approx(0)
    assert rate_by_time(0.0) == 0
