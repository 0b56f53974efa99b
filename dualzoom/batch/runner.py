"""A batch on this machine: while one pair is made, one thread reads and prepares the next and a third writes the last.

    reader ──(assignment, photos or prepared)──▶ making, in the caller's thread ──(assignment, result)──▶ writer

Each arrow holds one item, and a pair is prepared only when the arrow has room for it: one is made, one prepared, one
read and one written at most. Where the caller's thread would wait it takes the photos as they are, and prepares them
itself beside the reader. Law: whatever ends the run (Ctrl-C, SIGTERM, a full disk under the journal), computed results
are written, both threads end, and the first error is raised.
"""

import threading
from collections.abc import Callable, Iterable

from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.lane import Lane
from dualzoom.batch.names import Job
from dualzoom.batch.worker import Photos, Ready, Worker
from dualzoom.errors import DualzoomError, MemoryExhaustedError
from dualzoom.pipeline import ZoomResult
from dualzoom.stopwatch import Progress

Begin = Callable[[Job], None]
_WAIT_S = 0.1  # how long an interrupt may go unnoticed where waiting cannot be interrupted


class _Stopped(BaseException):
    """Nobody waits for what is being prepared."""


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
        self._pairs: Lane[tuple[Assignment, Photos | Ready]] = Lane()
        self._results: Lane[tuple[Assignment, ZoomResult]] = Lane()
        self._begun = threading.Event()
        self._ahead = threading.Lock()  # held while a pair is prepared beside another
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
            self._load_beside_reading()
            while (item := self._pairs.get()) is not None:
                made = self._made(*item)
                assignment = item[0]
                del item  # before a slow writer is waited for: a prepared pair is several times its photos
                if made is not None:
                    self._results.put((assignment, made))
                del made
        finally:
            self._pairs.drop()
            self._results.close()
            for thread in threads:
                thread.join()
        if self._crashes:
            raise self._crashes[0]

    def _load_beside_reading(self) -> None:
        """Loads the model as soon as there is something to do, in this thread: its number of threads is set here."""
        while not self._begun.wait(_WAIT_S):
            if self._pairs.ended:
                return
        self._worker.load()  # its failure is no pair's

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except _Stopped:
            pass
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
            self._begun.set()
            try:
                pair = self._prepared(job, self._worker.read(job))
            except DualzoomError as error:
                self._coordinator.fail(assignment, error)
                continue
            if not self._pairs.put((assignment, pair)):
                return
            del pair  # or the last pair would stay while the next is read
        self._pairs.close()

    def _prepared(self, job: Job, photos: Photos) -> Photos | Ready:
        """Prepares a pair ahead, unless it is waited for, is too large, or memory runs out beside the other pair."""
        if not self._pairs.wait_for_room():
            raise _Stopped
        if self._pairs.wanted or not self._worker.may_wait_prepared(job, photos):
            return photos
        try:
            with self._ahead:
                return self._worker.prepare(job, photos, self._go_on)
        except MemoryExhaustedError:
            return photos

    def _go_on(self, _stage: str, _fraction: float) -> None:
        if self._pairs.dropped:
            raise _Stopped

    def _made(self, assignment: Assignment, pair: Photos | Ready) -> ZoomResult | None:
        """The result of a pair; None where it fails."""
        self._begin(assignment.job)
        self._worker.load()
        try:
            try:
                return self._compute(assignment, pair)
            except MemoryExhaustedError:
                if not self._ahead.locked():
                    raise
            with self._ahead:  # it may have lacked only what the next pair took
                return self._compute(assignment, pair)
        except DualzoomError as error:
            self._coordinator.fail(assignment, error)
            return None

    def _compute(self, assignment: Assignment, pair: Photos | Ready) -> ZoomResult:
        job = assignment.job
        ready = pair if isinstance(pair, Ready) else self._worker.prepare(job, pair, self._progress)
        return self._worker.make(job, ready, self._progress, assignment.calibrations)

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
