"""Writes the manual page from the commands themselves, so that both always agree."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from dualzoom.cli.app import EXIT_CODES, app

_NAME = "dualzoom"
_DESCRIPTION = (
    "Doubles the size of a phone's wide photo and fills in the detail that its tele photo saw. Paths of results go to "
    "standard output, everything else to standard error. A tele that does not match is refused with the reason."
)


def man_page(version: str) -> str:
    """Returns the page in man(7) macros: every command with its arguments and options, and the exit codes."""
    root: Any = get_command(app)
    context = typer.Context(root, info_name=_NAME, **root.context_settings)
    lines = [
        f'.TH {_NAME.upper()} 1 "" "{_NAME} {_escape(version)}" "User commands"',  # no day: builds can be repeated
        ".SH NAME",
        f"{_NAME} \\- {_escape(root.help.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_NAME}",
        "COMMAND [ARGUMENTS] [OPTIONS]",
        ".SH DESCRIPTION",
        _escape(_DESCRIPTION),
        ".SH OPTIONS",
        *_parameters(root, context),
        ".SH COMMANDS",
        *_commands(root, context),
        ".SH EXIT STATUS",
        *_exit_codes(),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, above: typer.Context) -> Iterator[str]:
    """Writes a subsection for each command, those of a group after it."""
    for name, command in group.commands.items():
        context = typer.Context(command, info_name=name, parent=above)
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        yield f".SS {_escape(usage)}"
        for paragraph in (command.help or "").split("\n\n"):
            yield from (_escape(" ".join(paragraph.split())), ".PP")
        yield from _parameters(command, context)
        if hasattr(command, "commands"):
            yield from _commands(command, context)


def _parameters(command: Any, context: typer.Context) -> Iterator[str]:
    """Writes each argument and option as in its help; options of all commands only once, at the top."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None or (context.parent is not None and parameter.name == "help"):
            continue
        term, text = record
        yield from (".TP", f".B {_escape(term)}", _escape(" ".join(text.split())))


def _exit_codes() -> Iterator[str]:
    """Writes the table below the help, a tagged paragraph for each line."""
    for line in EXIT_CODES.splitlines()[2:]:
        codes, meaning = line[:12].strip(), line[12:].strip()
        yield from (".TP", f".B {codes}", _escape(meaning))


def _escape(text: str) -> str:
    """Escapes text for roff: no macro at a line's beginning, hyphens that can be copied into a shell.

    >>> print(_escape(".5 of --tile"))
    \\&.5 of \\-\\-tile
    """
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
