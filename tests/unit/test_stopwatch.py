"""Seconds add up by stage, and every stage that ends well is told at its start and its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom import stopwatch as module
from dualzoom.stopwatch import Stopwatch


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def perf_counter(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1000)), max_size=12))
def test_a_stage_that_is_entered_again_goes_on(entered: list[tuple[str, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        time = Time()
        patch.setattr(module, "time", time)
        clock = Stopwatch()
        for stage, seconds in entered:
            with clock(stage):
                time.now += seconds
            time.now += 7  # between stages nobody counts
    stages = {stage for stage, _ in entered}
    assert clock.seconds == {stage: sum(s for name, s in entered if name == stage) for stage in stages}


def test_a_listener_hears_of_start_and_end() -> None:
    heard: list[tuple[str, float]] = []
    clock = Stopwatch(lambda *told: heard.append(told))
    with clock("read"):
        clock.report("read", 0.5)
    assert heard == [("read", 0.0), ("read", 0.5), ("read", 1.0)]


def test_a_stage_that_fails_is_timed_and_not_said_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    time, heard = Time(), []
    monkeypatch.setattr(module, "time", time)
    clock = Stopwatch(lambda *told: heard.append(told))

    def work() -> None:
        time.now += 3
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), clock("read"):
        work()
    assert clock.seconds == {"read": 3}
    assert heard == [("read", 0.0)]


def test_stages_inside_each_other_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    monkeypatch.setattr(module, "time", time)
    clock = Stopwatch()
    with clock("all"):
        time.now += 1
        with clock("part"):
            time.now += 2
    assert clock.seconds == {"all": 3, "part": 2}
