"""A batch on this machine: one thread reads the next pair while this one computes and a third writes the last.

    reader ──(assignment, photos)──▶ computing, in the caller's thread ──(assignment, result)──▶ writer

Each arrow holds one item, so at most three pairs are in memory. Law: whatever ends the run (Ctrl-C, SIGTERM, a full
disk under the journal), computed results are written, both threads end, and the first error is raised.
"""

import threading
from collections.abc import Callable, Iterable
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.names import Job
from dualzoom.batch.worker import Photos, Worker
from dualzoom.errors import DualzoomError
from dualzoom.pipeline import ZoomResult
from dualzoom.stopwatch import Progress

Item = TypeVar("Item")
Begin = Callable[[Job], None]
_WAIT_S = 0.1  # how long a stop may go unnoticed


class _Lane(Generic[Item]):
    """A queue of one that can be closed from either side."""

    def __init__(self) -> None:
        self._queue: Queue[Item] = Queue(maxsize=1)
        self._closed, self._dropped = threading.Event(), threading.Event()

    def put(self, item: Item) -> bool:
        """Waits for room and adds an item; returns False where the getting side has dropped the lane."""
        while not self._dropped.is_set():
            try:
                self._queue.put(item, timeout=_WAIT_S)
            except Full:
                continue
            return True
        return False

    def get(self) -> Item | None:
        """Waits for an item and returns it; None after the last."""
        while not self._dropped.is_set():
            closed = self._closed.is_set()  # asked before looking, so that a last item is not missed
            try:
                return self._queue.get(timeout=0 if closed else _WAIT_S)
            except Empty:
                if closed:
                    return None
        return None

    def close(self) -> None:
        """Ends the putting side: what is inside can still be got."""
        self._closed.set()

    @property
    def dropped(self) -> bool:
        """Whether the getting side has ended."""
        return self._dropped.is_set()

    def drop(self) -> None:
        """Ends the getting side: what is inside is lost."""
        self._dropped.set()


class Runner:
    """Runs jobs one after the other; `begin` hears of each before it is computed, `progress` of its stages."""

    def __init__(
        self,
        coordinator: Coordinator,
        worker: Worker,
        begin: Begin | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._coordinator, self._worker = coordinator, worker
        self._begin, self._progress = begin or (lambda _job: None), progress
        self._pairs: _Lane[tuple[Assignment, Photos]] = _Lane()
        self._results: _Lane[tuple[Assignment, ZoomResult]] = _Lane()
        self._crashes: list[BaseException] = []

    def run(self, jobs: Iterable[Job]) -> None:
        """Does the jobs. Raises what stops a whole batch: WeightsError, WriteError of the journal, an interrupt."""
        threads = [
            threading.Thread(target=self._guarded, args=(target,), daemon=True)
            for target in (lambda: self._read(jobs), self._write)
        ]
        for thread in threads:
            thread.start()
        try:
            while (item := self._pairs.get()) is not None:
                self._compute(*item)
        finally:
            self._pairs.drop()
            self._results.close()
            for thread in threads:
                thread.join()
        if self._crashes:
            raise self._crashes[0]

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._crashes.append(error)
            self._results.drop()
            self._pairs.drop()

    def _read(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self._pairs.dropped:
                return
            assignment = self._coordinator.take(job)
            if assignment is None:
                continue
            try:
                photos = self._worker.read(job)
            except DualzoomError as error:
                self._coordinator.fail(assignment, error)
                continue
            if not self._pairs.put((assignment, photos)):
                return
            del photos  # or the last pair would stay while the next is read
        self._pairs.close()

    def _compute(self, assignment: Assignment, photos: Photos) -> None:
        self._begin(assignment.job)
        self._worker.load()  # its failure is not this pair's
        try:
            result = self._worker.compute(assignment.job, photos, self._progress, assignment.calibrations)
        except DualzoomError as error:
            self._coordinator.fail(assignment, error)
        else:
            self._results.put((assignment, result))

    def _write(self) -> None:
        while (item := self._results.get()) is not None:
            assignment, result = item
            try:
                part = self._worker.write(assignment, result)
            except DualzoomError as error:
                self._coordinator.fail(assignment, error)
            else:
                self._coordinator.deliver(assignment, part, result.to_json())
            del item, result
