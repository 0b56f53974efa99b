"""Which of the pairs in work is shown: the one that began first, for it ends first."""

import threading
from collections.abc import Callable

from dualzoom.batch.names import Job
from dualzoom.stopwatch import Progress

Begin = Callable[[Job], None]


class Foremost:
    """Passes on the progress of one pair at a time; when that one ends, the next is shown as far as it has come.

    `begin` hears of each pair that has something to show, `progress` of its stages; for any thread.
    """

    def __init__(self, begin: Begin | None = None, progress: Progress | None = None) -> None:
        self._begin, self._progress = begin or (lambda _job: None), progress or (lambda _stage, _part: None)
        self._guard = threading.RLock()
        self._jobs: list[Job] = []
        self._stages: dict[Job, tuple[str, float]] = {}

    def start(self, job: Job) -> Progress:
        """The pair is in work: returns what to tell its stages."""
        with self._guard:
            self._jobs.append(job)
            if self._jobs[0] is job:
                self._begin(job)

        def told(stage: str, fraction: float) -> None:
            with self._guard:
                if job in self._jobs:
                    self._stages[job] = stage, fraction
                    if self._jobs[0] is job:
                        self._progress(stage, fraction)

        return told

    def end(self, job: Job) -> None:
        """The pair is no longer in work."""
        with self._guard:
            first = self._jobs[0] is job
            self._jobs.remove(job)
            self._stages.pop(job, None)
            if first and self._jobs:
                self._begin(self._jobs[0])
                if self._jobs[0] in self._stages:
                    self._progress(*self._stages[self._jobs[0]])
