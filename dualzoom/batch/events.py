"""A batch's one event for each pair: planned, done now, done earlier, skipped, or failed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dualzoom.batch.kept import mark
from dualzoom.batch.names import Job
from dualzoom.errors import DualzoomError

#: The folder of calibrations, beside that of parts.
CALIBRATIONS = "calibrations"

State = Literal["planned", "done", "kept", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """`planned`: nothing is done yet. `kept`: done in an earlier run. `skipped`: another file has the name.
    `earlier`: it failed in an earlier run."""

    state: State
    job: Job
    error: DualzoomError | None = None
    earlier: bool = False
    result: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values, of every event the same keys, and those of the result where there is one.

        `teles`, `frames`: every file, and how it was used where that is known. `frames_used`, `frames_refused`: how
        many of them; None where nothing was done now.
        """
        tele = self.job.pair.tele
        found: dict[str, Any] = {
            "state": self.state,
            "name": self.job.pair.name,
            "wide": str(self.job.pair.wide),
            "tele": None if tele is None else {"path": str(tele)},
            "teles": [{"path": str(path)} for path in self.job.pair.teles],
            "frames": [{"name": str(path)} for path in self.job.pair.frames],
            "frames_used": None,
            "frames_refused": None,
            "output": str(self.job.output),
        }
        if self.error is not None:
            found |= {"error": str(self.error), "exit_code": self.error.exit_code, "earlier": self.earlier}
        told = dict(self.result or {})
        if tele is not None:  # how it was used, beside its name
            told["tele"] = {"path": str(tele), **(told.get("tele") or {})}
        if self.result is not None:
            used = [bool(frame["used"]) for frame in told.get("frames", ())]
            told |= {"frames_used": sum(used), "frames_refused": len(used) - sum(used)}
        return found | told


#: Called once for each pair, from any thread, one call at a time.
Tell = Callable[[Event], None]


@dataclass(frozen=True)
class Assignment:
    """A job that has to be done, with its key and the folder for its part. `ends`: how often it has ended before."""

    job: Job
    key: str
    parts: Path
    ends: int = 0

    @property
    def calibrations(self) -> Path:
        """The folder of the calibrations that pairs leave for each other."""
        return self.parts.parent / CALIBRATIONS

    @property
    def mark(self) -> str:
        """What tells the pair from others in that folder."""
        return mark(self.job.output.name, self.key, self.ends)
