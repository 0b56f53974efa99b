"""A lane: one item at a time, in order, and both sides learn of the other's end."""

import threading
from concurrent.futures import ThreadPoolExecutor

from dualzoom.batch.lane import Lane


def test_everything_arrives_in_order_and_then_nothing():
    lane = Lane()

    def put_all():
        accepted = [lane.put(number) for number in range(50)]
        lane.close()
        return accepted

    with ThreadPoolExecutor(1) as beside:
        accepted = beside.submit(put_all)
        assert list(iter(lane.get, None)) == list(range(50))
        assert accepted.result() == [True] * 50
    assert lane.get() is None


def test_the_second_item_waits_until_the_first_is_got():
    lane, second = Lane(), threading.Event()
    lane.put(1)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(lambda: (lane.put(2), second.set()))
        assert not second.wait(0.3)
        assert (lane.get(), lane.get()) == (1, 2)
        assert second.wait(60)


def test_what_is_dropped_takes_and_gives_nothing():
    lane = Lane()
    lane.put(1)
    with ThreadPoolExecutor(2) as beside:
        waiting = [beside.submit(lane.put, 2), beside.submit(lane.wait_for_room)]
        lane.drop()
        assert [future.result() for future in waiting] == [False, False]
    assert lane.get() is None
    assert lane.ended
    assert lane.dropped


def test_what_is_closed_still_gives_what_it_holds():
    lane = Lane()
    lane.put(1)
    lane.close()
    assert lane.ended
    assert not lane.dropped
    assert (lane.get(), lane.get()) == (1, None)


def test_it_is_wanted_at_first_and_while_it_is_waited_for_only():
    lane = Lane()
    assert lane.wanted
    lane.put(1)
    lane.get()
    assert not lane.wanted
    with ThreadPoolExecutor(1) as beside:
        got = beside.submit(lane.get)
        while not lane.wanted:  # until the other thread waits
            assert not got.done()
        lane.put(2)
        assert got.result() == 2
    assert not lane.wanted


def test_one_can_wait_until_the_other_side_has_nothing_left_to_do():
    lane = Lane()
    assert lane.wait_until_wanted(), "at first it has nothing to do"
    lane.put(1)
    with ThreadPoolExecutor(2) as beside:
        free = beside.submit(lane.wait_until_wanted)
        assert lane.get() == 1
        threading.Event().wait(0.3)
        assert not free.done(), "it works on what it got"
        last = beside.submit(lane.get)
        assert free.result(60)
        lane.drop()
        assert last.result() is None
    assert not lane.wait_until_wanted()
