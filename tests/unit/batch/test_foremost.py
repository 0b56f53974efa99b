"""What is shown of pairs in work at the same time: the first, then the next as far as it has come."""

import pytest

from dualzoom.batch.foremost import Foremost


@pytest.fixture
def told():
    return []


@pytest.fixture
def shown(told):
    return Foremost(lambda job: told.append(job.pair.name), lambda *stage: told.append(stage))


def test_the_first_is_shown_and_the_second_where_it_stands_when_the_first_ends(batch, shown, told):
    first, second, *_ = batch.jobs()
    one, two = shown.start(first), shown.start(second)
    one("enlarge", 0.25)
    two("calibrate", 0.0)
    one("enlarge", 0.5)
    shown.end(first)
    two("calibrate", 1.0)
    one("enlarge", 1.0)  # late, and of nobody
    assert told == [
        "p0", ("enlarge", 0.25), ("enlarge", 0.5), "p1", ("calibrate", 0.0), ("calibrate", 1.0),
    ]  # fmt: skip


def test_one_that_ends_before_its_turn_is_not_shown(batch, shown, told):
    first, second, third, *_ = batch.jobs()
    shown.start(first)
    shown.start(second)("worth", 0.0)
    shown.start(third)
    shown.end(second)
    shown.end(first)
    assert told == ["p0", "p2"]


def test_nobody_needs_to_listen(batch):
    shown = Foremost()
    shown.start(batch.jobs()[0])("enlarge", 0.5)
    shown.end(batch.jobs()[0])
