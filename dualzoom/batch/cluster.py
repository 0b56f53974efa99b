"""The same jobs on many machines, through dask.distributed (extra `cluster`).

Workers see the photos and the folder of results under the same paths as this machine. A worker reads, computes and
writes a part; only this machine keeps the journal and names results. So a worker that dies, or comes back after it
was thought dead, leaves at most a part that nobody names: nothing is done twice under its name, nothing is half done.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from dualzoom.batch.batch_spec import Recipe
from dualzoom.batch.coordinator import Desk
from dualzoom.batch.events import Ticket
from dualzoom.batch.names import Job
from dualzoom.batch.worker import Worker
from dualzoom.errors import BatchError, DualzoomError, MemoryExhaustedError, UsageError
from dualzoom.version import installed_version

_ANSWER_WITHIN = "20s"
_AHEAD = 2  # tasks waiting per thread, so that no worker waits for us
_loading = threading.Lock()
_computing = threading.Lock()  # a worker's other threads read and write meanwhile


@dataclass(frozen=True)
class Outcome:
    """What a worker says of a job: a part and what is known of it, or the error (`fatal`: every job would meet it)."""

    part: Path | None = None
    result: dict[str, Any] | None = None
    error: DualzoomError | None = None
    fatal: bool = False


def run(jobs: Iterable[Job], desk: Desk, address: str) -> None:
    """Do the jobs by the workers of the scheduler at `address`.

    Raises:
        UsageError: the extra is missing, nobody answers there, or a worker is of another version. WeightsError: a
            worker has other weights. BatchError: the scheduler went away; another run goes on.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        step = "pip install 'dualzoom[cluster]'"
        raise UsageError("--scheduler", "needs an extra that is not installed", step) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in our words
    try:
        client = distributed.Client(address, timeout=_ANSWER_WITHIN, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            address, "no scheduler answers there", "check the address, such as tcp://host:8786"
        ) from error
    with client:
        _Dispatch(distributed, client, desk, address).run(jobs)


class _Dispatch:
    """Keeps the workers busy and takes in what they made."""

    def __init__(self, distributed: Any, client: Any, desk: Desk, address: str) -> None:
        self._distributed, self._client, self._desk, self._address = distributed, client, desk, address
        self._running = distributed.as_completed(loop=client.loop)
        self._tickets: dict[str, Ticket] = {}

    def run(self, jobs: Iterable[Job]) -> None:
        for ticket in self._tickets_of(jobs):
            while len(self._tickets) >= self._limit():
                self._collect(next(self._running))
            name = f"dualzoom-{ticket.key[:16]}-{ticket.job.output.name}"
            self._tickets[name] = ticket
            self._running.add(self._client.submit(do, self._desk.recipe, ticket, key=name, pure=False))
        while self._tickets:
            self._collect(next(self._running))

    def _tickets_of(self, jobs: Iterable[Job]) -> Iterator[Ticket]:
        for job in jobs:
            if (ticket := self._desk.take(job)) is not None:
                yield ticket

    def _limit(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return _AHEAD * max(1, sum(threads.values())) + 2

    def _collect(self, future: Any) -> None:
        ticket = self._tickets.pop(future.key)
        outcome = self._outcome(future, ticket)
        if outcome.error is not None and outcome.fatal:
            raise outcome.error
        if outcome.error is not None:
            self._desk.fail(ticket, outcome.error)
        elif outcome.part is not None:
            self._desk.deliver(ticket, outcome.part, outcome.result or {})

    def _outcome(self, future: Any, ticket: Ticket) -> Outcome:
        if future.status == "cancelled":
            raise BatchError(
                self._address, "the scheduler went away", "run the same command again: it goes on"
            )
        error = future.exception()
        if isinstance(error, self._distributed.KilledWorker):
            words = "every worker that tried it died, perhaps for want of memory"
            return Outcome(
                error=MemoryExhaustedError(ticket.job.pair.wide, words, "use --tile 64, or larger workers")
            )
        if error is not None:
            return Outcome(error=DualzoomError(ticket.job.pair.wide, f"the worker failed ({error})"))
        found = future.result()
        assert isinstance(found, Outcome)
        return found


def do(recipe: Recipe, ticket: Ticket) -> Outcome:
    """One job, on a worker."""
    try:
        worker = _ready(recipe)
    except DualzoomError as error:
        return Outcome(error=error, fatal=True)
    try:
        photos = worker.read(ticket.job)
        with _computing:
            result = worker.compute(ticket.job, photos, kept=ticket.calibrations)
        return Outcome(part=worker.write(ticket, result), result=result.to_json())
    except DualzoomError as error:
        return Outcome(error=error)


def _ready(recipe: Recipe) -> Worker:
    """This process's worker with its model loaded, once."""
    if installed_version() != recipe.version:
        words = f"a worker has version {installed_version()}, not {recipe.version}"
        raise UsageError("dualzoom", words, "install the same version on all machines")
    with _loading:
        worker = _worker(recipe)
        worker.load()
    return worker


_worker = lru_cache(maxsize=1)(Worker)
