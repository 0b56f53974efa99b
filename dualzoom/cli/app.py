"""The program: its commands, and the one place where errors become exit codes."""

import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from dualzoom.cli.adapt import adapt
from dualzoom.cli.batch import batch
from dualzoom.cli.compare import compare
from dualzoom.cli.demo import demo
from dualzoom.cli.doctor import doctor
from dualzoom.cli.evaluate import evaluate
from dualzoom.cli.inspect import inspect
from dualzoom.cli.models import models
from dualzoom.cli.terminal import Terminal
from dualzoom.cli.train import train
from dualzoom.cli.zoom import zoom
from dualzoom.errors import DualzoomError, MemoryExhaustedError

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
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


app.command()(zoom)
app.command()(batch)
app.command()(inspect)
app.command()(compare)
app.add_typer(models, name="models")
app.command()(train)
app.command()(adapt)
app.command()(evaluate)
app.command()(demo)
app.command()(doctor)


class _Terminated(BaseException):
    """SIGTERM came: unwind, so that what was half written is removed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (`sys.argv` without one) and return its exit code."""
    terminal = Terminal()
    try:
        with _signals(), _library_warnings_off():
            code = app(argv, standalone_mode=False, obj=terminal, prog_name="dualzoom")
            return code if isinstance(code, int) else 0  # a number: help was shown, or typer saw Ctrl-C
    except _Terminated:
        terminal.error("stopped")
        return TERMINATED
    except KeyboardInterrupt:
        terminal.error("interrupted")
        return INTERRUPTED
    except typer.TyperException as error:  # a command line that cannot be understood
        said = " ".join(error.format_message().split()).rstrip(".")
        return _fail(terminal, f"{said}; see --help", error.exit_code)
    except DualzoomError as error:
        return _fail(terminal, str(error), error.exit_code)
    except MemoryError:
        full = MemoryExhaustedError("memory", "there is not enough", "close other programs, or use --tile 64")
        return _fail(terminal, str(full), full.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever else goes wrong is our fault, and said in one line
        line = f"internal error: {type(error).__name__}: {' '.join(str(error).split())}"
        return _fail(terminal, line if terminal.debug else f"{line}; run again with --debug", 1)


def _fail(terminal: Terminal, line: str, code: int) -> int:
    if terminal.debug:
        traceback.print_exc(file=sys.stderr)
    terminal.error(line)
    return code


@contextmanager
def _signals() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _library_warnings_off() -> Iterator[None]:
    """Libraries' remarks to programmers are not for photographers; `python -W` brings them back."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        yield
