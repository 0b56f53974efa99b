"""A file appears complete or not at all, and never in another's place unasked.

On Linux the data goes into a nameless file that gets its name when it is complete: even `kill -9` leaves
nothing behind. Elsewhere it goes into a hidden file beside the target, which is renamed.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

_NO_LINKS = {
    errno.EPERM,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EXDEV,
    errno.EINVAL,
    errno.EMLINK,
    errno.EACCES,
}


def publish(path: Path, parts: Iterable[bytes | memoryview], *, overwrite: bool) -> None:
    """Write `parts` one after the other to `path`.

    Raises:
        FileExistsError: something has the name, and `overwrite` is false.
        OSError: the file system's reason; nothing of the new file remains.
    """
    if not _publish_nameless(path, parts := list(parts), overwrite):
        _publish_hidden(path, parts, overwrite)
    _sync_folder(path.parent)


def _publish_nameless(path: Path, parts: list[bytes | memoryview], overwrite: bool) -> bool:
    """False where the system has no nameless files or cannot name this one."""
    if not hasattr(os, "O_TMPFILE"):
        return False
    try:
        number = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except OSError as error:
        if error.errno in _NO_LINKS or error.errno == errno.EISDIR:
            return False
        raise
    with open(number, "wb", buffering=0) as file:  # noqa: PTH123 - a number, not a path
        _write(file.fileno(), parts)
        given = _spare_name(path) if overwrite else path
        try:
            # The folder's number has no meaning for an absolute path, but makes Python call linkat(2), which follows.
            os.link(f"/proc/self/fd/{number}", given, src_dir_fd=number, follow_symlinks=True)
        except FileNotFoundError:
            return False  # no /proc
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
    if overwrite:
        _replace(given, path)
    return True


def _publish_hidden(path: Path, parts: list[bytes | memoryview], overwrite: bool) -> None:
    hidden = _spare_name(path)
    number = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    try:
        try:
            _write(number, parts)
        finally:
            os.close(number)
        if overwrite:
            hidden.replace(path)
        elif not _link(hidden, path):
            _rename_to_free(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)


def _write(number: int, parts: Iterable[bytes | memoryview]) -> None:
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(number, view) :]
    os.fsync(number)


def _link(hidden: Path, path: Path) -> bool:
    """Give the file its name without ever replacing one; False where the file system has no hard links."""
    try:
        os.link(hidden, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LINKS:
            raise
        return False
    return True


def _rename_to_free(hidden: Path, path: Path) -> None:
    """The best without hard links: look, then rename (on Windows the renaming itself refuses)."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    hidden.rename(path)


def _replace(given: Path, path: Path) -> None:
    try:
        given.replace(path)
    finally:
        given.unlink(missing_ok=True)


def _spare_name(path: Path) -> Path:
    """A hidden name in the same folder, short enough wherever `path`'s own is."""
    return path.with_name(f".dualzoom-{secrets.token_hex(6)}")


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system can; the file itself already is."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
