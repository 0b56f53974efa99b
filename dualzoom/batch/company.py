"""Which steps of a batch work at the same time; what finds no memory beside others is tried again alone."""

import contextlib
import threading
from collections.abc import Callable
from typing import Literal, TypeVar

from dualzoom.errors import MemoryExhaustedError

Result = TypeVar("Result")
Step = Literal["prepare", "teach", "make"]


class Company:
    """One turn for each step that needs much memory: whoever holds it works."""

    def __init__(self) -> None:
        self._turns: dict[Step, threading.Lock] = {
            "prepare": threading.Lock(),
            "teach": threading.Lock(),
            "make": threading.Lock(),
        }

    def once(self, step: Step, work: Callable[[], Result]) -> Result:
        """Does `work`, beside whatever else is done."""
        with self._turns[step]:
            return work()

    def do(self, step: Step, work: Callable[[], Result]) -> Result:
        """Does `work`; if it finds no memory while others work, too, once more when they have ended their pairs.

        Raises MemoryExhaustedError where it was alone.
        """
        with self._turns[step]:
            beside = self._others(step)
            try:
                return work()
            except MemoryExhaustedError:
                if not (beside or self._others(step)):
                    raise
        with (
            contextlib.ExitStack() as alone
        ):  # its own turn was given back: two that wait for each other would stay
            for turn in self._turns.values():
                alone.enter_context(turn)
            return work()

    def _others(self, step: Step) -> bool:
        return any(turn.locked() for other, turn in self._turns.items() if other != step)
