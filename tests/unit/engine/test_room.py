"""Room for tiles: as many as threads, one fewer beside what learns, and never none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dualzoom.engine.room import Room


def most_at_once(room: Room, threads: int, tiles: int = 12) -> int:
    """How many of some tiles had room at the same time, where each waits a little for others."""
    guard, inside, seen = threading.Lock(), [0], [0]

    def tile() -> None:
        with room.for_tile(threads):
            with guard:
                inside[0] += 1
                seen[0] = max(seen[0], inside[0])
            threading.Event().wait(0.02)
            with guard:
                inside[0] -= 1

    with ThreadPoolExecutor(tiles) as pool:
        for one in [pool.submit(tile) for _ in range(tiles)]:
            one.result(60)
    return seen[0]


@pytest.mark.parametrize(("threads", "beside"), [(1, 1), (2, 1), (4, 3)])
def test_what_learns_beside_tiles_gets_a_core(threads: int, beside: int) -> None:
    room = Room()
    assert most_at_once(room, threads) == threads
    with room.learning(), room.learning():
        assert most_at_once(room, threads) == beside
    assert most_at_once(room, threads) == threads


def test_who_waits_goes_on_as_soon_as_nothing_learns() -> None:
    room, there = Room(), threading.Barrier(2, timeout=60)

    def tile() -> None:
        with room.for_tile(2):
            there.wait()

    with ThreadPoolExecutor(2) as pool:
        with room.learning():
            both = [pool.submit(tile) for _ in range(2)]
            threading.Event().wait(0.1)
            assert there.n_waiting <= 1
        for one in both:
            one.result(60)


def test_an_error_gives_the_room_back() -> None:
    room = Room()
    with pytest.raises(KeyError), room.learning(), room.for_tile(2):
        raise KeyError
    assert most_at_once(room, 2) == 2
