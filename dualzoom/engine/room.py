"""How many tiles processors work on at once: one for each thread, but something that learns beside them gets a core.

Learning goes step by step and is what all that follows waits for; tiles fill the cores that it leaves idle.
"""

import contextlib
import threading
from collections.abc import Iterator


class Room:
    """Room for so many tiles as there are threads; for any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._learning = self._tiles = 0

    @contextlib.contextmanager
    def learning(self) -> Iterator[None]:
        """Inside, there is room for one tile fewer, but at least for one."""
        self._change(learning=1)
        try:
            yield
        finally:
            self._change(learning=-1)

    @contextlib.contextmanager
    def for_tile(self, threads: int) -> Iterator[None]:
        """Waits for room; the tile has it inside."""
        with self._changed:
            self._changed.wait_for(lambda: self._tiles < max(1, threads - (self._learning > 0)))
            self._tiles += 1
        try:
            yield
        finally:
            with self._changed:
                self._tiles -= 1
                self._changed.notify_all()

    def _change(self, learning: int) -> None:
        with self._changed:
            self._learning += learning
            self._changed.notify_all()
