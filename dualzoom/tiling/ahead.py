"""Works on several tiles at once, and hands them out in their order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, start: Callable[[], None]
) -> Generator[Result, None, None]:
    """Yields `work(item)` for all items, in their order, computed by `workers` threads.

    `start` runs once in each thread. At most `workers` + 1 results exist that were not taken yet, so memory stays flat.
    The first exception of `work` is raised in its place; what has not begun by then never does. Close the iterator
    when you leave it early: it waits for what runs.
    """
    with ThreadPoolExecutor(workers, initializer=start) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
