"""A queue of one between two threads, which either side can end."""

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")
_WAIT_S = 0.1  # how long an interrupt may go unnoticed where waiting cannot be interrupted


class Lane(Generic[Item]):
    """Holds one item at most. `wanted`: the getting side has nothing else to do than to wait for one; so at first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: list[Item] = []
        self._closed = self._dropped = False
        self.wanted = True

    def put(self, item: Item) -> bool:
        """Waits for room and adds an item; returns False where the getting side has dropped the lane."""
        with self._changed:
            if not self._room():
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self) -> Item | None:
        """Waits for an item and returns it; None after the last."""
        with self._changed:
            self.wanted = not self._items
            self._changed.notify_all()
            while not (self._items or self.ended):
                self._changed.wait(_WAIT_S)
            self.wanted = False
            found = None if self._dropped or not self._items else self._items.pop()
            self._changed.notify_all()
            return found

    def wait_for_room(self) -> bool:
        """Waits until an item could be put; returns False where the getting side has dropped the lane."""
        with self._changed:
            return self._room()

    def wait_until_wanted(self) -> bool:
        """Waits until the getting side does nothing but wait; returns False where it has dropped the lane."""
        with self._changed:
            while not (self._dropped or (self.wanted and not self._items)):
                self._changed.wait(_WAIT_S)
            return not self._dropped

    def close(self) -> None:
        """Ends the putting side: what is inside can still be got."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drop(self) -> None:
        """Ends the getting side: what is inside is lost."""
        with self._changed:
            self._dropped = True
            self._changed.notify_all()

    @property
    def dropped(self) -> bool:
        """Whether the getting side has ended."""
        return self._dropped

    @property
    def ended(self) -> bool:
        """Whether either side has ended."""
        return self._closed or self._dropped

    def _room(self) -> bool:
        while self._items and not self._dropped:
            self._changed.wait(_WAIT_S)
        return not self._dropped
