"""A batch's one event for each pair: done now, done earlier, skipped, or failed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dualzoom.batch.names import Job
from dualzoom.errors import DualzoomError

State = Literal["done", "kept", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """`kept`: done in an earlier run. `skipped`: another file has the name. `earlier`: it failed in an earlier run."""

    state: State
    job: Job
    error: DualzoomError | None = None
    earlier: bool = False
    result: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        tele = self.job.pair.tele
        found: dict[str, Any] = {
            "state": self.state,
            "name": self.job.pair.name,
            "wide": str(self.job.pair.wide),
            "tele": None if tele is None else {"path": str(tele)},
            "output": str(self.job.output),
        }
        if self.job.pair.more:
            found["teles"] = [{"path": str(path)} for path in self.job.pair.teles]
        if self.job.pair.frames:
            found["frames"] = [{"name": str(path)} for path in self.job.pair.frames]
        if self.error is not None:
            found |= {"error": str(self.error), "exit_code": self.error.exit_code, "earlier": self.earlier}
        told = dict(self.result or {})
        if tele is not None:  # how it was used, beside its name
            told["tele"] = {"path": str(tele), **(told.get("tele") or {})}
        return found | told


#: Called once for each pair, from any thread, one call at a time.
Tell = Callable[[Event], None]


@dataclass(frozen=True)
class Assignment:
    """A job that has to be done, with its key and the folder for its part."""

    job: Job
    key: str
    parts: Path

    @property
    def calibrations(self) -> Path:
        """The folder of the calibrations that pairs leave for each other."""
        return self.parts.parent / "calibrations"
