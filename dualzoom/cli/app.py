"""The program: its commands, and the one place where errors become exit codes."""

import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from dualzoom.cli import advice
from dualzoom.cli.adapt import adapt
from dualzoom.cli.batch import batch
from dualzoom.cli.clip import clip
from dualzoom.cli.compare import compare
from dualzoom.cli.demo import demo
from dualzoom.cli.doctor import doctor
from dualzoom.cli.evaluate import evaluate
from dualzoom.cli.inspect import inspect
from dualzoom.cli.models import models
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.cli.train import train
from dualzoom.cli.zoom import zoom
from dualzoom.errors import DualzoomError, MemoryExhaustedError, UsageError, WriteError

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM

#: What scripts rely on; shown below the help and in the manual page. The mark \b keeps its lines as they are.
EXIT_CODES = """\b
Exit codes:
  0         done
  1         internal error: ours; --debug shows where
  2         the command makes no sense
  3         some pairs of a batch failed
  4         a photo cannot be read, or is of an unsupported kind
  5         the tele does not match the wide
  6         out of memory even with the smallest tiles
  7         cannot write, or something is there already
  8         weights missing or damaged
  130, 143  stopped by Ctrl-C, by SIGTERM
"""

app = typer.Typer(
    name="dualzoom",
    help="Zoom a phone's wide photo with the detail of its tele photo.",
    invoke_without_command=True,
    epilog=EXIT_CODES,
    rich_markup_mode=None,  # rich would double the time that help takes
    pretty_exceptions_enable=False,  # they print lines of source
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from dualzoom.version import installed_version

        typer.echo(installed_version())
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Zoom a phone's wide photo with the detail of its tele photo."""
    command = getattr(context.command, "commands", {}).get(context.invoked_subcommand)
    terminal_of(context).options = advice.options_of(command)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


app.command()(zoom)
app.command()(batch)
app.command()(clip)
app.command()(inspect)
app.command()(compare)
app.add_typer(models, name="models")
app.command()(train)
app.command()(adapt)
app.command()(evaluate)
app.command()(demo)
app.command()(doctor)


class _Terminated(BaseException):
    """SIGTERM came: unwind, so that half-written files are removed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (default `sys.argv`) and returns its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    terminal = Terminal()
    try:
        with _signals(), _library_warnings_off():
            code = app(words, standalone_mode=False, obj=terminal, prog_name="dualzoom")
        if code == INTERRUPTED and not terminal.failure_told:  # typer saw Ctrl-C
            return _stopped(terminal, words)
        return code if isinstance(code, int) else 0  # a number: help was shown, or a command chose it
    except BaseException as error:  # the one place where errors become exit codes
        failure = _failure(error, words)
        if failure is None:
            raise
        return _fail(terminal, error, *failure, json="--json" in _before_names(words))


def _stopped(terminal: Terminal, words: Sequence[str]) -> int:
    interrupt = KeyboardInterrupt()
    failure = DualzoomError("dualzoom", "interrupted")
    return _fail(terminal, interrupt, failure, INTERRUPTED, json="--json" in _before_names(words))


def _failure(error: BaseException, words: Sequence[str]) -> tuple[DualzoomError, int] | None:
    """Turns any error into one of ours and its exit code; None for what Python itself must handle."""
    if isinstance(error, _Terminated):
        return DualzoomError("dualzoom", "stopped"), TERMINATED
    if isinstance(error, KeyboardInterrupt):
        return DualzoomError("dualzoom", "interrupted"), INTERRUPTED
    if isinstance(error, typer.TyperException):  # a command line that cannot be understood
        said = " ".join(error.format_message().split()).rstrip(".")
        return UsageError("dualzoom", said, _hint(words)), error.exit_code
    if isinstance(error, DualzoomError):
        return error, error.exit_code
    if isinstance(error, MemoryError):
        full = MemoryExhaustedError(
            "memory", "there is not enough", "close other programs, or use smaller tiles"
        )
        return full, full.exit_code
    if isinstance(error, Exception):  # anything else is our fault, in one line
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return DualzoomError("internal error", reason, "run again with --debug"), 1
    return None


def _before_names(words: Sequence[str]) -> list[str]:
    """Returns the words that may be options."""
    return list(takewhile(lambda word: word != "--", words))


def _hint(words: Sequence[str]) -> str:
    """Returns the next step for a wrong command line; a file's name may begin like an option."""
    for word in _before_names(words):
        if word.startswith("-") and (Path(word).suffix[1:].isalpha() or Path(word).is_file()):
            return f"put -- before the name {word}, or write ./{word}"
    return "see --help"


def _fail(terminal: Terminal, error: BaseException, failure: DualzoomError, code: int, *, json: bool) -> int:
    """Prints the failure to stderr, with --json to stdout, too; returns the exit code."""
    stopped = code in (INTERRUPTED, TERMINATED)
    if terminal.debug and not stopped:
        terminal.traceback(error)
    if terminal.debug and code == 1 and failure is not error:
        failure = DualzoomError(failure.subject, failure.reason)  # it is shown above
    usage = isinstance(error, typer.TyperException)
    line = f"{failure.reason}; {failure.next_step}" if usage else advice.line(failure, terminal.options)
    terminal.error(failure.reason if stopped else line)
    if json and not terminal.failure_told:
        with suppress(WriteError):  # nobody reads it: that may be what failed
            terminal.json({"error": {**advice.facts(failure, terminal.options), "exit_code": code}})
    return code


@contextmanager
def _signals() -> Iterator[None]:
    """Lets SIGTERM unwind the stack as Ctrl-C does."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _library_warnings_off() -> Iterator[None]:
    """Hides warnings that address programmers; `python -W` brings them back."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        yield
