"""Steps of a batch at once: what lacks memory beside others is tried again alone, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dualzoom.batch.company import Company
from dualzoom.errors import MemoryExhaustedError


def lacking() -> None:
    raise MemoryExhaustedError("p", "there is not enough memory")


def test_what_lacks_memory_alone_is_tried_once() -> None:
    tries = []
    with pytest.raises(MemoryExhaustedError):
        Company().do("make", lambda: (tries.append(1), lacking()))
    assert tries == [1]


def test_what_lacks_memory_beside_another_is_tried_again_when_that_one_has_ended() -> None:
    company, inside, go_on, seen = Company(), threading.Event(), threading.Event(), []

    def other() -> None:
        inside.set()
        assert go_on.wait(60)
        seen.append("the other has ended")

    def work() -> str:
        seen.append("try")
        if len(seen) == 1:
            threading.Timer(0.2, go_on.set).start()
            lacking()
        return "made"

    with ThreadPoolExecutor(1) as beside:
        ended = beside.submit(company.once, "prepare", other)
        assert inside.wait(60)
        assert company.do("make", work) == "made"
        ended.result()
    assert seen == ["try", "the other has ended", "try"]


def test_one_that_has_just_ended_counts_as_beside() -> None:
    """It may be over before the failure is heard of."""
    company, inside, go_on, tries = Company(), threading.Event(), threading.Event(), []
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(company.once, "teach", lambda: (inside.set(), go_on.wait(60)))
        assert inside.wait(60)

        def work() -> None:
            tries.append(1)
            if len(tries) == 1:
                go_on.set()
                other.result()
                lacking()

        company.do("make", work)
    assert len(tries) == 2


def test_two_that_lack_memory_at_once_do_not_wait_for_each_other() -> None:
    company, meeting, tries = Company(), threading.Barrier(2, timeout=60), {"teach": 0, "make": 0}

    def work(step: str) -> str:
        tries[step] += 1
        if tries[step] == 1:
            meeting.wait()
            lacking()
        return step

    with ThreadPoolExecutor(2) as both:
        waiting = [both.submit(company.do, step, lambda step=step: work(step)) for step in tries]
        assert [one.result(60) for one in waiting] == ["teach", "make"]
    assert tries == {"teach": 2, "make": 2}


def test_the_second_failure_is_raised() -> None:
    company, inside, go_on = Company(), threading.Event(), threading.Event()

    def work() -> None:
        go_on.set()
        lacking()

    with ThreadPoolExecutor(1) as beside:
        beside.submit(company.once, "prepare", lambda: (inside.set(), go_on.wait(60)))
        assert inside.wait(60)
        with pytest.raises(MemoryExhaustedError):
            company.do("teach", work)
    assert company.do("make", lambda: "all turns were given back") == "all turns were given back"
