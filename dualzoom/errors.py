"""Every failure a user can meet, with its exit code.

    DualzoomError                 1  internal error
    ├── UsageError                2  the command does not make sense
    ├── BatchError                3  some pairs of a batch failed
    ├── CaptureError              4  a photo cannot be read or is not supported
    ├── RegistrationError         5  the tele does not match the wide
    │   └── SwappedError          5  it shows more than the wide does
    ├── MemoryExhaustedError      6  out of memory after every fallback
    ├── WriteError                7  the result cannot be written, or something is in its place
    └── WeightsError              8  weights missing, damaged or of another kind

An error is one line: what it is about (mostly a file), why, and what to do next.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class DualzoomError(Exception):
    """A failure with its subject, its reason and the next step.

    >>> print(CaptureError("a.jpg", "the file is truncated", "copy it again from the phone"))
    a.jpg: the file is truncated; copy it again from the phone
    """

    exit_code = 1

    def __init__(self, subject: str | Path, reason: str, next_step: str = "") -> None:
        self.subject = str(subject)
        self.reason = reason
        self.next_step = next_step
        super().__init__(subject, reason, next_step)

    def __str__(self) -> str:
        line = f"{self.subject}: {self.reason}"
        line = f"{line}; {self.next_step}" if self.next_step else line
        return " ".join(line.split())  # a library's message may hold line breaks


class UsageError(DualzoomError):
    """The command or the call does not make sense."""

    exit_code = 2


class BatchError(DualzoomError):
    """Some pairs of a batch failed."""

    exit_code = 3


class CaptureError(DualzoomError):
    """A photo cannot be read or is not supported."""

    exit_code = 4


class RegistrationError(DualzoomError):
    """The tele does not match the wide, or its colours cannot be brought into agreement."""

    exit_code = 5


class SwappedError(RegistrationError):
    """The photo given as the tele shows more of the scene than the one given as the wide."""


class MemoryExhaustedError(DualzoomError):
    """Out of memory after every fallback."""

    exit_code = 6


class WriteError(DualzoomError):
    """The result cannot be written, or something is already in its place."""

    exit_code = 7


class WeightsError(DualzoomError):
    """Weights are missing, damaged or of another kind."""

    exit_code = 8


def reason_of(error: OSError | ValueError) -> str:
    """The system's own words for a failure ("No space left on device"), without number and path.

    ValueError: what Python raises for a name with a zero byte, and a mapping of an empty file.

    >>> reason_of(PermissionError(13, "Permission denied", "a.jpg")), reason_of(ValueError("embedded null byte"))
    ('Permission denied', 'embedded null byte')
    """
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def extra_step(extra: str) -> str:
    """The next step where an optional part is not installed.

    >>> extra_step("video")
    "in the folder of dualzoom's sources: pip install '.[video]'"
    """
    return f"in the folder of dualzoom's sources: pip install '.[{extra}]'"


def none_left(errors: Sequence[DualzoomError], what: str = "") -> DualzoomError:
    """Why nothing of many is left, with the exit code of what kept it out; that a pair does not match comes first.

    >>> str(none_left([CaptureError("a", "is torn"), RegistrationError("b", "is another place", "take it again")]))
    'b: none of 2 can be used; the first: is another place; take it again'
    """
    first = next((error for error in errors if isinstance(error, RegistrationError)), errors[0])
    if len(errors) == 1:
        return first
    which = f"none of {len(errors)} {what}".rstrip()
    reason = f"{which} can be used; the first: {first.reason}"
    return type(first)(first.subject, reason, first.next_step)


@contextmanager
def about(subject: str | Path) -> Iterator[None]:
    """Name the file at hand: parts that see only pixels raise errors about "tele", "photo" or "result".

    Running out of memory inside becomes a MemoryExhaustedError about it, too.

    >>> with about("IMG_2.jpg"):
    ...     raise RegistrationError("tele", "no colour map fits both photos")
    Traceback (most recent call last):
    dualzoom.errors.RegistrationError: IMG_2.jpg: no colour map fits both photos
    """
    try:
        yield
    except DualzoomError as error:
        if error.subject == str(subject):
            raise
        raise type(error)(subject, error.reason, error.next_step) from error
    except MemoryError as error:
        reason, step = "there is not enough memory for it", "close other programs, or make it smaller"
        raise MemoryExhaustedError(subject, reason, step) from error
