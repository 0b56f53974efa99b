"""Items made ahead: in order, few at a time, errors passed on, nothing left running."""

import threading
import time
from collections.abc import Generator

import pytest

from dualzoom.clips.ahead import ahead


def _counting(made: list[int], closed: list[bool], most: int, fault: int = -1) -> Generator[int, None, None]:
    try:
        for number in range(most):
            if number == fault:
                raise RuntimeError("broken")
            made.append(number)
            yield number
    finally:
        closed.append(True)


def test_items_come_in_order_and_few_are_made_before_they_are_asked_for() -> None:
    made: list[int] = []
    closed: list[bool] = []
    items = ahead(_counting(made, closed, 50), 3)
    for number in range(50):
        assert next(items) == number
        time.sleep(0.002)
        assert len(made) <= number + 1 + 3 + 1  # taken, waiting, and one in hand
    assert next(items, None) is None
    assert closed == [True]


def test_an_error_comes_after_the_items_before_it() -> None:
    found = []
    with pytest.raises(RuntimeError, match="broken"):
        found.extend(ahead(_counting([], [], 9, fault=4), 2))
    items = ahead(_counting([], [], 9, fault=4), 2)
    assert [next(items) for _ in range(4)] == [0, 1, 2, 3]


def test_leaving_early_closes_the_source_and_ends_its_thread() -> None:
    closed: list[bool] = []
    before = threading.active_count()
    items = ahead(_counting([], closed, 10**6), 2)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert closed == [True]
    assert threading.active_count() == before
