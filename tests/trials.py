"""Trials in child processes with limits on time and memory, counted. For benchmarks of faults."""

import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

KINDS = ("result", "refused", "wrong", "died", "hung", "over 3 GB")
_OUTCOME = {10: "result", 11: "refused", 12: "wrong"}  # a child's exit status
_MOST_BYTES = 3e9


@dataclass
class Row:
    """The counts of one kind of trial, and the first complaints."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak: float = 0.0
    complaints: list[str] = field(default_factory=list)

    def add(self, outcome: str, seconds: float, peak_bytes: float, what: str, said: str = "") -> None:
        """Count one trial."""
        self.slowest, self.peak = max(self.slowest, seconds), max(self.peak, peak_bytes)
        self.counts[outcome] += 1
        if peak_bytes > _MOST_BYTES:
            self.counts["over 3 GB"] += 1
        if outcome not in ("result", "refused") or peak_bytes > _MOST_BYTES:
            self.complaints.append(f"{outcome}: {what}: {said.strip()[-300:]}")

    def line(self) -> str:
        """The row as text."""
        tried = sum(count for kind, count in self.counts.items() if kind != "over 3 GB")
        numbers = "".join(f"{self.counts[kind]:>11}" for kind in KINDS)
        return f"{self.name:28}{tried:>7}{numbers}{self.slowest:>9.1f} s{self.peak / 1e9:>7.2f} GB"


def trial(row: Row, what: str, work: Callable[[], tuple[str, str]], limit_s: float) -> str:
    """Run `work` in a child of this process, which has all libraries loaded; count its end and return it."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        outcome, said = "wrong", ""
        try:
            outcome, said = work()
        except BaseException as error:  # noqa: BLE001 - whatever escapes is what we look for
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode("utf-8", "replace")[-4000:])
        os._exit(next(code for code, name in _OUTCOME.items() if name == outcome))
    os.close(writing)
    status, peak, late = _wait(child, start + limit_s)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    outcome = "hung" if late else _OUTCOME.get(os.waitstatus_to_exitcode(status), "died")
    row.add(outcome, time.monotonic() - start, peak, what, said)
    return outcome


def _wait(child: int, deadline: float) -> tuple[int, float, bool]:
    """Status, peak resident bytes, and whether the child had to be stopped."""
    late = False
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return status, usage.ru_maxrss * 1024.0, late
        if time.monotonic() > deadline and not late:
            late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        time.sleep(0.002)
