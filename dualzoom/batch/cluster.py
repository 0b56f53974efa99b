"""The same jobs on many machines, through dask.distributed (extra `cluster`).

Workers see the photos and the folder of results under the same paths as this machine. A worker reads, computes and
writes a part; only this machine keeps the journal and names results. So a worker that dies, or comes back after it
was thought dead, leaves at most a part that nobody names: nothing is done twice under its name, nothing is half done.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from dualzoom.batch.cluster_connection import Tls, connected
from dualzoom.batch.cluster_worker import WorkerReport, do
from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.names import Job
from dualzoom.errors import BatchError, DualzoomError, MemoryExhaustedError, UsageError, extra_step

_AHEAD = 2  # tasks waiting per thread, so that no worker waits for us


def run(jobs: Iterable[Job], coordinator: Coordinator, address: str, tls: Tls | None = None) -> None:
    """Do the jobs by the workers of the scheduler at `address`, with `tls` over encrypted connections only.

    Raises:
        UsageError: the extra is missing, nobody answers there, or a worker is of another version. WeightsError: a
            worker has other weights. BatchError: the scheduler went away; another run goes on.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        reason = "needs an extra that is not installed"
        raise UsageError("a scheduler", reason, extra_step("cluster")) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # our own errors say what matters
    with connected(distributed, address, tls) as client:
        _Dispatch(distributed, client, coordinator, address).run(jobs)


class _Dispatch:
    """Keeps the workers busy and hands their parts and errors to the coordinator."""

    def __init__(self, distributed: Any, client: Any, coordinator: Coordinator, address: str) -> None:
        self._distributed, self._client = distributed, client
        self._coordinator, self._address = coordinator, address
        self._running = distributed.as_completed(loop=client.loop)
        self._assignments: dict[str, Assignment] = {}
        self._run = secrets.token_hex(8)  # to a scheduler tasks of one name are one task, whoever asks

    def run(self, jobs: Iterable[Job]) -> None:
        for assignment in self._assignments_of(jobs):
            while len(self._assignments) >= self._limit():
                self._collect(next(self._running))
            name = self._name(assignment)
            self._assignments[name] = assignment
            self._running.add(
                self._client.submit(do, self._coordinator.spec, assignment, key=name, pure=False)
            )
        while self._assignments:
            self._collect(next(self._running))

    def _assignments_of(self, jobs: Iterable[Job]) -> Iterator[Assignment]:
        for job in jobs:
            if (assignment := self._coordinator.take(job)) is not None:
                yield assignment

    def _name(self, assignment: Assignment) -> str:
        """Returns the task's name: another for each run, folder of results and result."""
        folder = str(self._coordinator.folder.absolute())
        identity = json.dumps([self._run, folder, assignment.key, assignment.job.output.name])
        return f"dualzoom-{hashlib.sha256(identity.encode()).hexdigest()}"

    def _limit(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return _AHEAD * max(1, sum(threads.values())) + 2

    def _collect(self, future: Any) -> None:
        assignment = self._assignments.pop(future.key)
        report = self._report_of(future, assignment)
        if report.error is not None and report.fatal:
            raise report.error
        if report.error is not None:
            self._coordinator.fail(assignment, report.error)
        elif report.part is not None:
            self._coordinator.deliver(assignment, report.part, report.result or {})

    def _report_of(self, future: Any, assignment: Assignment) -> WorkerReport:
        if future.status == "cancelled":
            raise BatchError(
                self._address, "the scheduler went away", "run the same command again: it goes on"
            )
        error = future.exception()
        if isinstance(error, self._distributed.KilledWorker):
            words = "every worker that tried it died, perhaps for want of memory"
            return WorkerReport(
                error=MemoryExhaustedError(
                    assignment.job.pair.wide, words, "use smaller tiles, or larger workers"
                )
            )
        if error is not None:
            return WorkerReport(error=DualzoomError(assignment.job.pair.wide, f"the worker failed ({error})"))
        found = future.result()
        assert isinstance(found, WorkerReport)
        return found
