"""Seconds by stage."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Called with the stage's name and how much of it is done, 0..1.
Progress = Callable[[str, float], None]


class Stopwatch:
    """Adds up the seconds of each stage, and tells a listener of each stage's start and end."""

    def __init__(self, report: Progress | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.listen(report)

    def listen(self, report: Progress | None) -> None:
        """From now on `report` is told; None: nobody."""
        self.report = report or (lambda _stage, _fraction: None)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage; a stage that is entered again goes on where it was left."""
        self.report(stage, 0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
        self.report(stage, 1.0)
