"""Where a file goes and how it gets there, whatever it holds.

Laws: what exists is replaced only when asked; an input is never replaced; a file is complete or absent.
"""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from dualzoom.atomic import publish
from dualzoom.errors import WriteError, reason_of
from dualzoom.settings import OnExists

Inputs = Iterable[str | Path | None]
_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room or choose another folder"),
    errno.EDQUOT: ("the disk quota is used up", "make room or choose another folder"),
    errno.EROFS: ("the file system is read-only", "choose another folder"),
    errno.EACCES: ("the folder may not be written to", "choose another folder"),
    errno.EPERM: ("the folder may not be written to", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ENOENT: ("the folder does not exist", "create it first"),
    errno.ENOTDIR: ("the folder is not a folder", "check the path"),
    errno.EFBIG: ("the file is larger than allowed here", "choose another folder or format"),
}


def find(path: Path, on_exists: OnExists, inputs: Inputs = ()) -> Path | None:
    """The path that a file asked for as `path` gets; None: something is there and stays.

    Raises:
        WriteError: it exists (`on_exists="error"`), it is one of `inputs` or a folder, or its folder is missing.
    """
    if "\0" in str(path):
        raise WriteError(path, "cannot be written: the name holds a zero byte", "choose another name")
    try:
        if not path.parent.is_dir():
            raise WriteError(path, "its folder does not exist", "create it first")
        if path.is_dir():
            raise WriteError(path, "this is a folder", "name a file")
        taken = os.path.lexists(path)
        if taken and any(_same(path, other) for other in inputs):
            raise WriteError(
                path, "this is one of the photos read", "choose another name: originals never change"
            )
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error
    if not taken or on_exists == "overwrite":
        return path
    if on_exists == "skip":
        return None
    if on_exists == "rename":
        return _free_name(path)
    raise WriteError(path, "it exists already", "choose another name, or --on-exists rename or overwrite")


def put(path: Path, parts: Iterable[bytes | memoryview], on_exists: OnExists, inputs: Inputs = ()) -> Path:
    """Write `parts` as one file and return the path really written; with "skip", that of what was there.

    Raises:
        WriteError: as `find`, and when the file system refuses; nothing is left behind.
    """
    parts, inputs = list(parts), list(inputs)
    target = find(path, on_exists, inputs)
    while target is not None:
        try:
            publish(target, parts, overwrite=on_exists == "overwrite")
        except FileExistsError:  # it came into being since we looked
            target = find(path, on_exists, inputs)
        except OSError as error:
            raise _refused(target, error) from error
        else:
            return target
    return path


def _same(path: Path, other: str | Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:
        return False


def _free_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(free := path.with_name(f"{path.stem}-{number}{path.suffix}")):
        number += 1
    return free


def _refused(path: Path, error: OSError | ValueError) -> WriteError:
    code = getattr(error, "errno", None)
    reason, step = _REASONS.get(code or 0, (reason_of(error), "choose another place"))
    return WriteError(path, f"cannot be written: {reason}", step)
