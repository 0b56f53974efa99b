"""Errors in the words of the command line: the library says what to do, this adds the option that does it.

Only options that the command at hand has are named.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from dualzoom.errors import CaptureError, DualzoomError, MemoryExhaustedError, UsageError, WriteError

#: Option → the words it takes, none where it takes any; of one command.
Options = Mapping[str, Sequence[str]]


def options_of(command: Any) -> Options:
    """The options of a command that typer made."""
    return {
        name: _values(parameter)
        for parameter in getattr(command, "params", ())
        for name in parameter.opts
        if name.startswith("--")
    }


def _values(parameter: Any) -> tuple[str, ...]:
    """The words that a Literal option takes; empty for any other."""
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    return tuple(word for word in get_args(annotation) if isinstance(word, str))


def next_step(error: DualzoomError, options: Options) -> str:
    """The error's next step, with the option of the command that takes it.

    >>> next_step(WriteError("a.jpg", "it exists already", "move it"), {"--on-exists": ["error", "skip"]})
    'move it (--on-exists skip)'
    >>> next_step(CaptureError("a.jpg", "its profile has no linear form", "write no linear light"), {"--linear": []})
    'write no linear light (--linear)'
    """
    option = _option(error)
    if option is None or option not in options or option in error.next_step:
        return error.next_step
    given = f"{option} {_value(option, options)}".strip()
    return f"{error.next_step} ({given})".strip()


def line(error: DualzoomError, options: Options) -> str:
    """The whole error: subject, reason and next step; what a library said over several lines comes on one."""
    step = next_step(error, options)
    reason = " ".join(f"{error.reason}; {step}".split() if step else error.reason.split())
    return f"{error.subject}: {reason}"


def facts(error: DualzoomError, options: Options) -> dict[str, Any]:
    """The error for scripts."""
    return {
        "subject": error.subject,
        "reason": error.reason,
        "next_step": next_step(error, options),
        "exit_code": error.exit_code,
    }


def _option(error: DualzoomError) -> str | None:
    """The option that helps, None where none does."""
    if isinstance(error, MemoryExhaustedError):
        return "--tile"
    if isinstance(error, CaptureError) and "no linear form" in error.reason:
        return "--linear"
    if isinstance(error, WriteError) and "exists already" in error.reason:
        return "--on-exists"
    if isinstance(error, UsageError):
        found = {"zoom": "--at", "long side": "--long-side", "a scheduler": "--scheduler"}.get(error.subject)
        return "--device" if "no such device" in error.reason else found
    return None


def _value(option: str, options: Options) -> str:
    if option == "--on-exists":
        return ", ".join(value for value in options[option] if value != "error")
    return {"--tile": "64", "--device": "auto"}.get(option, "")
