"""A batch on this machine: four threads, each at another step of another pair.

    reader ──(photos or prepared)──▶ teaching, in the caller's thread ──(learned)──▶ maker ──(result)──▶ writer

Each arrow holds one item. A pair is prepared only when its arrow has room, and taught by only when its arrow has: so
one is made, one taught by or waits to be made, one prepared, one read and one written at most. Where the caller's
thread would wait it takes the photos as they are, and prepares them itself beside the reader. Pairs that may not go
beside others are prepared, taught by and made in the caller's thread, once the maker rests. Where a pair that may have
taught fails, its failure goes the same way: ends are recorded in the order of teaching, so a run that dies leaves no
pair recorded behind one that has to be done again. Law: whatever ends the run (Ctrl-C, SIGTERM, a full disk under the
journal), computed results are written, all threads end, and the first error is raised.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dualzoom.batch.company import Company
from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.foremost import Begin, Foremost
from dualzoom.batch.kept import KeptInOrder
from dualzoom.batch.lane import Lane
from dualzoom.batch.names import Job
from dualzoom.batch.worker import Learned, Photos, Ready, Worker
from dualzoom.errors import DualzoomError, MemoryExhaustedError
from dualzoom.pipeline import ZoomResult
from dualzoom.stopwatch import Progress

_WAIT_S = 0.1  # how long an interrupt may go unnoticed where waiting cannot be interrupted


class _Stopped(BaseException):
    """Nobody waits for what is being worked on."""


@dataclass(frozen=True)
class _Pair:
    """`beside`: it may be taught by and made while others are."""

    assignment: Assignment
    held: Photos | Ready
    beside: bool


@dataclass(frozen=True)
class _ToMake:
    """`learned`: or why the pair failed before."""

    assignment: Assignment
    learned: Learned | DualzoomError
    told: Progress


#: What a pair gives in the end: or why it failed.
_End = ZoomResult | DualzoomError


class Runner:
    """Runs jobs, in their order; `begin` hears of each that is shown, `progress` of its stages."""

    def __init__(
        self,
        coordinator: Coordinator,
        worker: Worker,
        begin: Begin | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._coordinator, self._worker = coordinator, worker
        self._shown, self._company = Foremost(begin, progress), Company()
        self._kept = KeptInOrder(coordinator.calibrations)
        self._pairs: Lane[_Pair] = Lane()
        self._to_make: Lane[_ToMake] = Lane()
        self._results: Lane[tuple[Assignment, _End]] = Lane()
        self._begun, self._loaded = threading.Event(), threading.Event()
        self._crashes: list[BaseException] = []

    def run(self, jobs: Iterable[Job]) -> None:
        """Does the jobs. Raises what stops a whole batch: WeightsError, WriteError of the journal, an interrupt."""
        reader, maker, writer = (
            threading.Thread(target=self._guarded, args=(work, lanes), daemon=True)
            for work, lanes in (
                (lambda: self._read(jobs), (self._pairs, self._to_make)),
                (self._make, (self._pairs, self._to_make)),
                (self._write, (self._pairs, self._to_make, self._results)),
            )
        )
        for thread in (reader, maker, writer):
            thread.start()
        try:
            self._load_beside_reading()
            while self._to_make.wait_for_room() and (pair := self._pairs.get()) is not None:
                made = self._taught(pair)
                assignment = pair.assignment
                del pair  # before a slow writer is waited for: a prepared pair is several times its photos
                if made is not None:
                    self._results.put((assignment, made))
                del made
            self._to_make.close()
            while maker.is_alive():
                maker.join(_WAIT_S)
        finally:
            self._pairs.drop()
            self._to_make.drop()
            for thread in (reader, maker):
                thread.join()
            self._results.close()
            writer.join()
        if self._crashes:
            raise self._crashes[0]

    def _load_beside_reading(self) -> None:
        """Loads the model as soon as there is something to do, in this thread: its number of threads is set here."""
        while not self._begun.wait(_WAIT_S):
            if self._pairs.ended:
                return
        self._worker.load()  # its failure is no pair's
        self._loaded.set()

    def _guarded(self, work: Callable[[], None], lanes: tuple[Lane[Any], ...]) -> None:
        """Does the work of a thread; if it crashes, the lanes that nobody needs any more are dropped."""
        try:
            work()
        except _Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._crashes.append(error)
            for lane in lanes:
                lane.drop()

    def _read(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self._pairs.dropped:
                return
            assignment = self._coordinator.take(job)
            if assignment is None:
                continue
            self._begun.set()
            try:
                pair = self._prepared(assignment, self._worker.read(job))
            except DualzoomError as error:
                self._coordinator.fail(assignment, error)
                continue
            if not self._pairs.put(pair):
                return
            del pair  # or the last pair would stay while the next is read
        self._pairs.close()

    def _prepared(self, assignment: Assignment, photos: Photos) -> _Pair:
        """Prepares a pair ahead, unless it is waited for, is too large, or memory runs out beside the other pairs."""
        if not self._pairs.wait_for_room():
            raise _Stopped
        while not self._loaded.wait(_WAIT_S):  # or this thread would load it, too
            if self._pairs.dropped:
                raise _Stopped
        job = assignment.job
        beside = self._worker.may_go_beside(job, photos)
        if self._pairs.wanted or not self._worker.may_wait_prepared(job, photos):
            return _Pair(assignment, photos, beside)
        try:
            ready = self._company.once("prepare", lambda: self._worker.prepare(job, photos, self._go_on))
        except MemoryExhaustedError:
            return _Pair(assignment, photos, beside=False)
        return _Pair(assignment, ready, beside)

    def _go_on(self, _stage: str, _fraction: float) -> None:
        if self._pairs.dropped:
            raise _Stopped

    def _taught(self, pair: _Pair) -> _End | None:
        """Learns from a pair and hands it on; one that may not go beside others is made at once, and returned."""
        if not pair.beside and not self._to_make.wait_until_wanted():
            return None
        assignment, told = pair.assignment, self._shown.start(pair.assignment.job)
        learned: Learned | DualzoomError
        try:
            learned = self._company.do("teach", lambda: self._learned(pair, told))
        except DualzoomError as error:
            learned = error
        todo = _ToMake(assignment, learned, told)
        if not pair.beside:
            return self._made(todo, told)
        self._to_make.put(todo)
        return None

    def _learned(self, pair: _Pair, told: Progress) -> Learned:
        assignment, held = pair.assignment, pair.held
        ready = held if isinstance(held, Ready) else self._worker.prepare(assignment.job, held, told)
        return self._worker.teach(assignment.job, ready, told, self._kept.begin(assignment.mark))

    def _make(self) -> None:
        while (todo := self._to_make.get()) is not None:
            assignment, made = todo.assignment, self._made(todo, self._while_wanted(todo.told))
            del todo
            self._results.put((assignment, made))
            del made

    def _while_wanted(self, shown: Progress) -> Progress:
        def told(stage: str, fraction: float) -> None:
            if self._to_make.dropped:
                raise _Stopped
            shown(stage, fraction)

        return told

    def _made(self, todo: _ToMake, told: Progress) -> _End:
        job, learned = todo.assignment.job, todo.learned
        made: _End
        if isinstance(learned, DualzoomError):
            made = learned
        else:
            try:
                made = self._company.do("make", lambda: self._worker.make(job, learned, told))
            except DualzoomError as error:
                made = error
        self._shown.end(job)
        return made

    def _write(self) -> None:
        while (item := self._results.get()) is not None:
            assignment, result = item
            try:
                if isinstance(result, DualzoomError):
                    raise result
                part = self._worker.write(assignment, result)
            except DualzoomError as error:
                self._coordinator.fail(assignment, error)
            else:
                self._coordinator.deliver(assignment, part, result.to_json())
            self._kept.end(assignment.mark)
            del item, result
