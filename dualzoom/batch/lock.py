"""One batch at a time in a folder. The system frees the lock when its holder dies, however it dies."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from dualzoom.errors import WriteError


@contextlib.contextmanager
def lock(path: Path, folder: Path, holder: str = "another batch") -> Iterator[None]:
    """Holds the lock at `path`; raises WriteError where another one, the `holder`, is writing to `folder`.

    Holds nothing where the system has no such locks (some network folders, Windows).
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WriteError(folder, f"cannot be used ({error.strerror})", "choose another folder") from error
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WriteError(
                folder, f"{holder} is writing here", "wait for it, or choose another folder"
            ) from error
        except OSError:  # no locks here
            pass
        yield
    finally:
        os.close(number)
