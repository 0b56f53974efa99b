"""Prints: results to stdout, everything else to stderr.

Scripts read stdout, so only results go there: paths, or with --json one object a line. Notes, errors
and progress go to stderr; progress only where that is a terminal. rich, which honours
NO_COLOR by itself, is imported for the first bar.
"""

import io
import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer

from dualzoom.cli.advice import Options
from dualzoom.cli.plain_text import plain
from dualzoom.errors import WriteError
from dualzoom.stopwatch import Progress


def first_process() -> bool:
    """Whether this process prints: it is the only one, or the first of those that torchrun started."""
    return os.environ.get("WORLD_SIZE", "1") == "1" or os.environ.get("RANK") == "0"


@dataclass
class Terminal:
    """Prints as the options say; one per run of `main`."""

    debug: bool = False  # a traceback with every error
    quiet: bool = False  # errors only
    print0: bool = False  # a zero byte behind every path, instead of a line's end
    options: Options = field(default_factory=dict)  # of the command at hand
    failure_told: bool = False  # JSON results say already what failed

    def path(self, path: Path | str) -> None:
        """Prints the path of a result, one a line; on a terminal with control characters escaped. Raises WriteError."""
        if self.print0:
            self._print(str(path), end="\0")
        else:
            self._print(plain(str(path)) if sys.stdout.isatty() else str(path))

    def result(self, text: str) -> None:
        """Prints lines of a result. Raises WriteError where stdout takes none (a full disk, a closed pipe)."""
        self._print("\n".join(map(plain, text.split("\n"))))

    def _print(self, text: str, end: str = "\n") -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="surrogateescape")  # names of files need not be valid UTF-8
        try:
            print(text, end=end, flush=True)
        except OSError as error:
            _drop_stdout()
            raise WriteError("standard output", f"cannot be written ({error.strerror})") from error

    def json(self, value: Mapping[str, object]) -> None:
        """Prints a result as one line of JSON; raises ValueError for NaN and infinity, which are not JSON."""
        self._print(json.dumps(value, allow_nan=False))

    def note(self, line: str) -> None:
        """Prints a note to stderr unless quiet."""
        if not self.quiet:
            self.error(line)

    def error(self, line: str) -> None:
        """Prints one line to stderr, even if quiet."""
        print(f"dualzoom: {plain(line)}", file=sys.stderr)

    def traceback(self, error: BaseException) -> None:
        """Prints an error's traceback to stderr."""
        told = "".join(traceback.format_exception(error)).rstrip("\n")
        print("\n".join(map(plain, told.split("\n"))), file=sys.stderr)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for each stage with the time left; silent where stderr is no terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _stage, _fraction: None
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            TaskID,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        tasks: dict[str, TaskID] = {}
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

            def report(stage: str, fraction: float) -> None:
                for earlier, task in tasks.items():
                    if earlier != stage:
                        bars.update(task, completed=1.0)
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage, total=1.0)
                bars.update(tasks[stage], completed=fraction)

            yield report


def terminal_of(context: typer.Context) -> Terminal:
    """Returns the terminal that `main` made for this run."""
    terminal = context.find_object(Terminal)
    assert terminal is not None, "a command runs under main() only"
    return terminal


def _drop_stdout() -> None:
    """Discards what is still buffered: Python would complain about it once more at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stdout without a file, as under tests, has nothing to drop
        return
