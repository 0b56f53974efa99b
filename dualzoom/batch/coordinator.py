"""Decides which jobs to do, gives finished parts their names, and keeps the journal.

Laws: a result has its name exactly when its journal line says so, after any crash at the latest when the folder is
opened again; only what this journal wrote, and nobody has touched since, is replaced unasked; each job gives one event.
Only one coordinator at a time can be open on a folder. Its methods may be called from several threads.
"""

import contextlib
import os
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dualzoom import capture
from dualzoom.batch import kept
from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.events import CALIBRATIONS, Assignment, Event, State, Tell
from dualzoom.batch.journal import Journal, Record
from dualzoom.batch.lock import lock
from dualzoom.batch.names import Job
from dualzoom.batch.placing import give_name, give_sidecar, is_stranger, refuse_links, refused
from dualzoom.errors import DualzoomError, WriteError
from dualzoom.pairing.folders import RESULTS_MARK

OURS = RESULTS_MARK


class Coordinator:
    """The coordinator of a folder of results. As a context: open."""

    def __init__(self, folder: Path, spec: BatchSpec, tell: Tell, *, retry_failed: bool = False) -> None:
        """Raises WriteError where the folder cannot be used, or another batch is using it."""
        self.folder, self.spec, self.retry_failed = folder, spec, retry_failed
        self.parts = folder / OURS / "parts"
        self.calibrations = folder / OURS / CALIBRATIONS
        self._tell_user, self._guard, self._closing = tell, threading.RLock(), contextlib.ExitStack()
        refuse_links(folder / OURS)
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(folder, f"cannot be used ({error.strerror})", "choose another folder") from error
        with contextlib.ExitStack() as opened:
            opened.enter_context(lock(folder / OURS / "lock", folder))
            self.journal = Journal(folder / OURS / "journal.jsonl")
            opened.callback(self.journal.close)
            self._recover()
            self._closing = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._closing, contextlib.suppress(DualzoomError, OSError):  # what stays is for the next run
            self._recover()

    def take(self, job: Job) -> Assignment | None:
        """Returns an assignment where the job has to be done; otherwise tells the event and returns None."""
        if job.refused is not None:
            self._tell("failed", job, error=job.refused)
            return None
        try:
            key = self.spec.key(job.pair)
            with self._guard:
                return None if self._is_settled(job, key) else self._assignment(job, key)
        except DualzoomError as error:  # not recorded: the photo may be readable the next time
            self._tell("failed", job, error=error)
            return None

    def deliver(self, assignment: Assignment, part: Path, result: dict[str, Any]) -> None:
        """Records that a part is complete, then gives it its name."""
        output = assignment.job.output
        with self._guard:
            replace = self._may_replace(output)
            try:
                found = part.stat()
                state = {"part": part.name, "bytes": found.st_size, "mtime_ns": found.st_mtime_ns}
                self.journal.append("done", output.name, assignment.key, **state)
                give_name(part, output, replace=replace)
                give_sidecar(part, output, replace=self.spec.writing.on_exists == "overwrite")
            except OSError as error:
                self.journal.append("undone", output.name, assignment.key)
                self.fail(assignment, refused(output, error))
            else:
                self._tell("done", assignment.job, result=result)

    def fail(self, assignment: Assignment, error: DualzoomError) -> None:
        """Tells the failure, and records it unless a disk or a folder is at fault: that may change by the next run.

        Whoever is told may keep the error, and its traceback, but not the photos that were being worked on.
        """
        with self._guard:
            if not isinstance(error, WriteError):
                words = [error.subject, error.reason, error.next_step]
                self.journal.append(
                    "failed", assignment.job.output.name, assignment.key, code=error.exit_code, error=words
                )
            _let_go(error)
            self._tell("failed", assignment.job, error=error)

    def _is_settled(self, job: Job, key: str) -> bool:
        """Whether an earlier run did the job, or failed at it for good; tells the event then."""
        record = self.journal.latest(job.output.name)
        if record is None or record["key"] != key:
            return False
        if record["event"] == "done" and os.path.lexists(job.output):
            self._tell("kept", job)
            return True
        if record["event"] == "failed" and not self.retry_failed:
            self._tell("failed", job, error=_recorded(record), earlier=True)
            return True
        return False

    def _assignment(self, job: Job, key: str) -> Assignment | None:
        asked = self.spec.writing.on_exists == "overwrite"  # then only check that it is none of the photos
        if (asked or not self._may_replace(job.output)) and self._destination(job) is None:
            self._tell("skipped", job)
            return None
        return Assignment(job, key, self.parts, self.journal.ends(job.output.name))

    def _destination(self, job: Job) -> Path | None:
        inputs: list[Path | None] = [*job.pair.files]
        try:
            return capture.destination(job.output, self.spec.writing, inputs=inputs)
        except WriteError as error:
            if is_stranger(job.output, inputs):
                raise refused(job.output, FileExistsError()) from error
            raise

    def _may_replace(self, output: Path) -> bool:
        """Whether the user said overwrite, or `output` is a file of this journal that nobody has touched."""
        if self.spec.writing.on_exists == "overwrite":
            return True
        try:
            found = output.lstat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) in self.journal.written(output.name)

    def _recover(self) -> None:
        """Names the recorded parts, removes the others; so with what pairs left for others of their camera."""
        for record in self.journal.done():
            part, output = self.parts / (record.get("part") or "-"), self.folder / record["output"]
            if part.is_symlink():
                continue  # it is none of ours
            try:
                if part.is_file():  # else it has its name
                    give_name(part, output, replace=self._may_replace(output))
                give_sidecar(part, output, replace=self.spec.writing.on_exists == "overwrite")
            except OSError:  # something else has the name by now
                self.journal.append("undone", record["output"], record["key"])
        for left in self.parts.iterdir():
            with contextlib.suppress(OSError):
                left.unlink()
        ended = {kept.mark(record["output"], record["key"], ends) for record, ends in self.journal.ended()}
        kept.recover(self.calibrations, ended)

    def _tell(self, state: State, job: Job, **more: Any) -> None:
        with self._guard:
            self._tell_user(Event(state=state, job=job, **more))


def _let_go(error: BaseException) -> None:
    """Empties the frames of a failure and of what caused it."""
    one: BaseException | None = error
    seen: list[BaseException] = []
    while one is not None and one not in seen:
        traceback.clear_frames(one.__traceback__)
        seen.append(one)
        one = one.__cause__ or one.__context__


def _recorded(record: Record) -> DualzoomError:
    """Rebuilds the error from its exit code and words."""
    words = [str(word) for word in record.get("error", ["?", "failed", ""])]
    every: list[type[DualzoomError]] = [DualzoomError, *DualzoomError.__subclasses__()]
    kinds = {kind.exit_code: kind for kind in every}
    return kinds.get(record.get("code", 1), DualzoomError)(*words[:3])
