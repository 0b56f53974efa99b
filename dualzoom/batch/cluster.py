"""The same jobs on many machines, through dask.distributed (extra `cluster`).

Workers see the photos and the folder of results under the same paths as this machine. A worker reads, computes and
writes a part; only this machine keeps the journal and names results. So a worker that dies, or comes back after it
was thought dead, leaves at most a part that nobody names: nothing is done twice under its name, nothing is half done.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment
from dualzoom.batch.names import Job
from dualzoom.batch.worker import Worker
from dualzoom.errors import BatchError, DualzoomError, MemoryExhaustedError, UsageError
from dualzoom.version import installed_version

_ANSWER_WITHIN = "5s"
_AHEAD = 2  # tasks waiting per thread, so that no worker waits for us
_loading = threading.Lock()
_computing = threading.Lock()  # a worker's other threads read and write meanwhile


@dataclass(frozen=True)
class WorkerReport:
    """What a worker says of a job: a part and what is known of it, or the error (`fatal`: every job would meet it)."""

    part: Path | None = None
    result: dict[str, Any] | None = None
    error: DualzoomError | None = None
    fatal: bool = False


@dataclass(frozen=True)
class Tls:
    """PEM files for encrypted connections: who is trusted, who we are, and the key that proves it."""

    authority: Path
    certificate: Path
    key: Path


def run(jobs: Iterable[Job], coordinator: Coordinator, address: str, tls: Tls | None = None) -> None:
    """Do the jobs by the workers of the scheduler at `address`, with `tls` over encrypted connections only.

    Raises:
        UsageError: the extra is missing, nobody answers there, or a worker is of another version. WeightsError: a
            worker has other weights. BatchError: the scheduler went away; another run goes on.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        step = "pip install 'dualzoom[cluster]'"
        raise UsageError("a scheduler", "needs an extra that is not installed", step) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in our words
    with _connected(distributed, address, tls) as client:
        _Dispatch(distributed, client, coordinator, address).run(jobs)


@contextlib.contextmanager
def _connected(distributed: Any, address: str, tls: Tls | None) -> Iterator[Any]:
    """A client of the scheduler; refused within seconds where nobody answers."""
    security = _security(address, tls)
    config: Any = import_module("dask").config
    with config.set({"distributed.comm.timeouts.connect": _ANSWER_WITHIN}):
        try:
            asyncio.run(
                _greet(address, security)
            )  # a client that finds nobody would complain once more at its end
            client = distributed.Client(
                address, timeout=_ANSWER_WITHIN, set_as_default=False, security=security
            )
        except Exception as error:  # the library raises many kinds for a wrong address or certificate
            reason = f"no scheduler answers there ({' '.join(str(error).split()) or type(error).__name__})"
            step = "check the address, such as tcp://host:8786, and that the scheduler runs"
            raise UsageError(address, reason, step) from error
    with client:
        yield client


async def _greet(address: str, security: Any) -> None:
    """Connect once as a client does, encryption and all, and leave."""
    comm: Any = import_module("distributed.comm")
    secured: Any = security or import_module("distributed.security").Security()
    met = await comm.connect(address, **secured.get_connection_args("client"))
    await met.close()


def _security(address: str, tls: Tls | None) -> Any:
    if tls is None:
        return None
    if not address.startswith("tls://"):
        step = "write tls://host:8786"
        raise UsageError(address, "this address is not one for encrypted connections", step)
    for path in (tls.authority, tls.certificate, tls.key):
        if not path.is_file():
            step = "name the PEM files of authority, certificate and key, in this order"
            raise UsageError(path, "there is no such file", step)
    security: Any = import_module("distributed.security").Security
    return security(
        tls_ca_file=str(tls.authority),
        tls_client_cert=str(tls.certificate),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )


class _Dispatch:
    """Keeps the workers busy and takes in what they made."""

    def __init__(self, distributed: Any, client: Any, coordinator: Coordinator, address: str) -> None:
        self._distributed, self._client, self._coordinator, self._address = (
            distributed,
            client,
            coordinator,
            address,
        )
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
        """The task's name: one of its own for each run, folder of results and result."""
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


def do(spec: BatchSpec, assignment: Assignment) -> WorkerReport:
    """One job, on a worker."""
    try:
        worker = _ready(spec)
    except DualzoomError as error:
        return WorkerReport(error=error, fatal=True)
    try:
        photos = worker.read(assignment.job)
        with _computing:
            result = worker.compute(assignment.job, photos, kept=assignment.calibrations)
        return WorkerReport(part=worker.write(assignment, result), result=result.to_json())
    except DualzoomError as error:
        return WorkerReport(error=error)


def _ready(spec: BatchSpec) -> Worker:
    """This process's worker with its model loaded, once."""
    if installed_version() != spec.version:
        words = f"a worker has version {installed_version()}, not {spec.version}"
        raise UsageError("dualzoom", words, "install the same version on all machines")
    with _loading:
        worker = _worker(spec)
        worker.load()
    return worker


_worker = lru_cache(maxsize=1)(Worker)
