"""Shows a running batch: two bars on a terminal (all pairs, this pair's stage), plain lines otherwise.

Results go to stdout as they come, one a line; all failed pairs follow at the end.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dualzoom.cli import advice
from dualzoom.cli.plain_text import plain
from dualzoom.cli.terminal import Terminal

if TYPE_CHECKING:
    from dualzoom.batch.events import Event
    from dualzoom.batch.names import Job


class BatchView:
    """Shows and counts what becomes of each pair. As a context: draws the bars."""

    def __init__(self, terminal: Terminal, total: int, *, json: bool) -> None:
        self.events: list[Event] = []
        self.failed: list[Event] = []
        self.counts = {"done": 0, "kept": 0, "skipped": 0, "failed": 0}
        self._terminal, self._total, self._json = terminal, total, json
        self._paired = self._helped = 0
        self._start = time.monotonic()
        self._bars: _Bars | None = None
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> Self:
        if not self._terminal.quiet and sys.stderr.isatty():
            self._bars = self._closing.enter_context(_bars(self._total))
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.close()

    def begin(self, job: "Job") -> None:
        """Shows which pair is next."""
        if self._bars is not None:
            self._bars.begin(job.pair.name)

    def progress(self, stage: str, fraction: float) -> None:
        """Shows how far the pair's stage is, 0..1."""
        if self._bars is not None:
            self._bars.stage(stage, fraction)

    def tell(self, event: "Event") -> None:
        """Counts and prints the end of a pair."""
        self.events.append(event)
        self.counts[event.state] += 1
        if event.state == "failed":
            self.failed.append(event)
            if self._terminal.debug and event.error is not None:
                self._terminal.traceback(event.error)
        if event.state == "done" and event.job.pair.tele is not None:
            self._paired += 1
            self._helped += bool(((event.result or {}).get("tele") or {}).get("used"))
        if self._json or event.state == "done":
            self._out(event)
        if event.state == "kept" and not self._bars:
            return  # a second run has nothing to tell
        for note in (event.result or {}).get("notes", ()):
            self._note(f"{event.job.pair.name}: {note}")
        if self._bars is not None:
            self._bars.finished(sum(self.counts.values()))
        else:
            self._terminal.note(self._line(event))

    def note_damage(self, journal: Path, lines: int) -> None:
        """Notes lines of the journal that cannot be read."""
        if lines:
            self._note(f"{journal}: {lines} damaged lines are ignored")

    def interrupted(self) -> None:
        """Says how an unfinished batch goes on."""
        self._terminal.note("the same command goes on where this one stopped")

    def summary(self, odd: int) -> None:
        """Prints every failure, then the counts."""
        for event in self.failed:
            if event.error is not None:
                line = advice.line(event.error, self._terminal.options)
                self._terminal.error(f"{line}{' (in an earlier run)' if event.earlier else ''}")
        counts = {**self.counts, "done earlier": self.counts["kept"], "not paired": odd}
        words = [
            f"{counts[name]} {name}"
            for name in ("done", "done earlier", "skipped", "failed", "not paired")
            if counts[name]
        ]
        if self._paired:
            words.append(f"the tele helped in {self._helped} of {self._paired} done now")
        self._terminal.note(", ".join(words) or "nothing to do")

    def _out(self, event: "Event") -> None:
        if self._bars is not None and sys.stdout.isatty():
            with self._bars.hidden():  # both are one screen
                self._say(event)
        else:
            self._say(event)

    def _say(self, event: "Event") -> None:
        if self._json:
            found = event.to_json()
            if event.error is not None:
                found["error"] = advice.facts(event.error, self._terminal.options)
            self._terminal.json(found)
        else:
            self._terminal.path(event.job.output)

    def _note(self, line: str) -> None:
        if self._bars is not None:
            with self._bars.hidden():
                self._terminal.note(line)
        else:
            self._terminal.note(line)

    def _line(self, event: "Event") -> str:
        over = sum(self.counts.values())
        words = f"[{over}/{self._total}] {event.job.pair.name}: {event.state}"
        worked = over - self.counts["kept"]
        left = (time.monotonic() - self._start) / max(1, worked) * (self._total - over)
        return f"{words}, about {duration(left)} left" if over < self._total else words


def duration(seconds: float) -> str:
    """Rounds a duration to a unit that people can grasp.

    >>> duration(42), duration(600), duration(9000)
    ('42 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class _Bars:
    """Two of rich's bars; imports rich when it first draws."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # stdout holds results: rich would send what is printed there to stderr
        console = Console(stderr=True)
        self.bars = Progress(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._all = self.bars.add_task("pairs", total=total)
        self._pair = self.bars.add_task("", total=100, visible=False)
        self._name = ""

    def begin(self, name: str) -> None:
        self._name = name

    def stage(self, stage: str, fraction: float) -> None:
        from rich.markup import escape

        described = f"{escape(plain(self._name))}: {stage}"
        self.bars.update(self._pair, description=described, completed=round(100 * fraction), visible=True)

    def finished(self, count: int) -> None:
        self.bars.update(self._all, completed=count)

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        self.bars.stop()
        try:
            yield
        finally:
            self.bars.start()


@contextlib.contextmanager
def _bars(total: int) -> Iterator[_Bars]:
    bars = _Bars(total)
    with bars.bars:
        yield bars
