"""Ctrl-C as a polite request: the step in hand is finished; a second one interrupts at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def polite() -> Iterator[Interruption]:
    """Count SIGINT instead of raising; in a thread, where signals cannot be caught, nothing changes."""
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
