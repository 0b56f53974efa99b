"""Ctrl-C as a request: the run finishes its step; a second Ctrl-C interrupts at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether the user asked to stop."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def polite() -> Iterator[Interruption]:
    """Note SIGINT instead of raising; changes nothing in a thread, where signals cannot be caught."""
    state = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if state.asked:
            signal.default_int_handler(number, frame)
        state.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, before)
