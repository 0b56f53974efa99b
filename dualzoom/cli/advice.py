"""Puts errors in the words of the command line: the library says what to do, this adds the option that does it.

Names only options that the command at hand has.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from dualzoom.errors import CaptureError, DualzoomError, MemoryExhaustedError, UsageError, WriteError

#: Option → the words it takes, none where it takes any; of one command.
Options = Mapping[str, Sequence[str]]

_BY_SUBJECT = {
    "zoom": "--at",
    "minutes": "--minutes",
    "long side": "--long-side",
    "sheet": "--print",
    "a scheduler": "--scheduler",
}

#: The kind of an error, words of its reason or next step, and the option that helps.
_BY_WORDS: Sequence[tuple[type[DualzoomError], str, str]] = (
    (CaptureError, "no linear form", "--linear"),
    (WriteError, "exists already", "--on-exists"),
    (UsageError, "no such device", "--device"),
    (UsageError, "choose such a model", "--model"),
    (UsageError, "train with the defaults", "--config"),
    (UsageError, "start anew", "--resume"),
)

#: How to use an option where its bare name is not enough.
_USE = {
    "--tile": "--tile 64",
    "--device": "--device auto",
    "--config": "without --config",
    "--resume": "without --resume",
}


def options_of(command: Any) -> Options:
    """Returns the options of a command that typer made."""
    return {
        name: _values(parameter)
        for parameter in getattr(command, "params", ())
        for name in parameter.opts
        if name.startswith("--")
    }


def _values(parameter: Any) -> tuple[str, ...]:
    """Returns the words that a Literal option takes; none for any other."""
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    return tuple(word for word in get_args(annotation) if isinstance(word, str))


def next_step(error: DualzoomError, options: Options) -> str:
    """Returns the error's next step, with the option that takes it where the command has that.

    >>> next_step(WriteError("a.jpg", "it exists already", "move it"), {"--on-exists": ["error", "skip"]})
    'move it (--on-exists skip)'
    >>> next_step(CaptureError("a.jpg", "its profile has no linear form", "write no linear light"), {"--linear": []})
    'write no linear light (--linear)'
    >>> next_step(UsageError("a.toml", "there is no such file", "train with the defaults"), {"--config": []})
    'train with the defaults (without --config)'
    """
    option = _option(error)
    if option is None or option not in options or option in error.next_step:
        return error.next_step
    return f"{error.next_step} ({_use(option, options)})".strip()


def line(error: DualzoomError, options: Options) -> str:
    """Returns subject, reason and next step on one line, even where a library's message has several."""
    step = next_step(error, options)
    reason = " ".join(f"{error.reason}; {step}".split() if step else error.reason.split())
    return f"{error.subject}: {reason}"


def facts(error: DualzoomError, options: Options) -> dict[str, Any]:
    """Returns the error for scripts."""
    return {
        "subject": error.subject,
        "reason": error.reason,
        "next_step": next_step(error, options),
        "exit_code": error.exit_code,
    }


def _option(error: DualzoomError) -> str | None:
    """Finds the option that helps, None where none does."""
    if isinstance(error, MemoryExhaustedError):
        return "--tile"
    if isinstance(error, UsageError) and error.subject in _BY_SUBJECT:
        return _BY_SUBJECT[error.subject]
    told = f"{error.reason}; {error.next_step}"
    return next(
        (option for kind, words, option in _BY_WORDS if isinstance(error, kind) and words in told), None
    )


def _use(option: str, options: Options) -> str:
    """How to give `option`, with the value that helps; or that it should not be given."""
    if option == "--on-exists":
        return f"{option} {', '.join(value for value in options[option] if value != 'error')}"
    return _USE.get(option, option)
