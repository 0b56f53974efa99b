"""Results come in order, no more exist than promised, and errors stop what has not begun."""

import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.tiling.ahead import in_order


def nothing() -> None:
    pass


@given(st.lists(st.integers(), max_size=30), st.integers(1, 5))
def test_results_come_in_the_order_of_the_items(items: list[int], workers: int) -> None:
    assert list(in_order(lambda item: 2 * item, items, workers, nothing)) == [2 * item for item in items]


def test_workers_work_at_the_same_time_each_started_once() -> None:
    together, started = threading.Barrier(3, timeout=60), []
    results = in_order(lambda item: together.wait() * 0 + item, range(6), 3, lambda: started.append(1))
    assert list(results) == list(range(6))
    assert len(started) == 3


def test_no_more_is_done_ahead_than_promised() -> None:
    begun: list[int] = []
    with closing(in_order(lambda item: begun.append(item) or item, range(100), 2, nothing)) as results:
        for taken in range(50):
            assert next(results) == taken
            assert len(begun) <= taken + 4


def test_an_error_comes_in_its_place_and_ends_the_rest() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise MemoryError(item)
        return item

    results = in_order(work, range(100), 2, nothing)
    taken = [next(results) for _ in range(3)]
    with pytest.raises(MemoryError):
        next(results)
    assert taken == [0, 1, 2]
    assert max(begun) <= 6
