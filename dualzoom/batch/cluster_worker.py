"""What a machine of a cluster does with one job: the functions that dask calls there.

One thread of a worker computes at a time; its others read and write meanwhile.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.events import Assignment
from dualzoom.batch.kept import Kept
from dualzoom.batch.worker import Worker
from dualzoom.errors import DualzoomError, UsageError
from dualzoom.version import installed_version

_loading = threading.Lock()
_computing = threading.Lock()


@dataclass(frozen=True)
class WorkerReport:
    """A worker's answer to a job: the part and its facts, or the error (`fatal`: every job would meet it)."""

    part: Path | None = None
    result: dict[str, Any] | None = None
    error: DualzoomError | None = None
    fatal: bool = False


def do(spec: BatchSpec, assignment: Assignment) -> WorkerReport:
    """Does one job, on a worker; returns errors instead of raising them."""
    try:
        worker = _ready(spec)
    except DualzoomError as error:
        return WorkerReport(error=error, fatal=True)
    try:
        photos = worker.read(assignment.job)
        with _computing:
            result = worker.compute(assignment.job, photos, kept=Kept(assignment.calibrations))
        return WorkerReport(part=worker.write(assignment, result), result=result.to_json())
    except DualzoomError as error:
        return WorkerReport(error=error)


def _ready(spec: BatchSpec) -> Worker:
    """Returns this process's worker; loads its model once. Raises UsageError where its version is another."""
    if installed_version() != spec.version:
        words = f"a worker has version {installed_version()}, not {spec.version}"
        raise UsageError("dualzoom", words, "install the same version on all machines")
    with _loading:
        worker = _worker(spec)
        worker.load()
    return worker


_worker = lru_cache(maxsize=1)(Worker)
