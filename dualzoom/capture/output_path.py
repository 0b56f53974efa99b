"""Decides the path of an output file and writes the file there, whatever its content.

Laws: an existing file is replaced only on request; an input is never replaced; a file is complete or absent.
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


def resolve(path: Path, on_exists: OnExists, inputs: Inputs = ()) -> Path | None:
    """Return the path to write for the requested `path`; None if a file exists there and `on_exists` is "skip".

    Raises:
        WriteError: the path exists (`on_exists="error"`), is one of `inputs` or a folder, or its folder is missing.
    """
    if "\0" in str(path):
        raise WriteError(path, "cannot be written: the name holds a zero byte", "choose another name")
    try:
        if not path.parent.is_dir():
            raise WriteError(path, "its folder does not exist", "create it first")
        if path.is_dir():
            raise WriteError(path, "this is a folder", "name a file")
        taken = os.path.lexists(path)
        if taken and any(_is_same_file(path, other) for other in inputs):
            raise WriteError(
                path, "this is one of the photos read", "choose another name: originals never change"
            )
    except (OSError, ValueError) as error:
        raise _write_error(path, error) from error
    if not taken or on_exists == "overwrite":
        return path
    if on_exists == "skip":
        return None
    if on_exists == "rename":
        return _unused_name(path)
    raise WriteError(path, "it exists already", "choose another name, or allow renaming or replacing")


def write_parts(
    path: Path, parts: Iterable[bytes | memoryview], on_exists: OnExists, inputs: Inputs = ()
) -> Path:
    """Write `parts` as one file and return its actual path; with "skip", that of the existing file.

    Raises:
        WriteError: as `resolve`, and if the file system refuses; no partial file remains.
    """
    parts, inputs = list(parts), list(inputs)
    target = resolve(path, on_exists, inputs)
    while target is not None:
        try:
            publish(target, parts, overwrite=on_exists == "overwrite")
        except FileExistsError:  # somebody created it after `resolve` looked
            target = resolve(path, on_exists, inputs)
        except OSError as error:
            raise _write_error(target, error) from error
        else:
            return target
    return path


def _is_same_file(path: Path, other: str | Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:
        return False


def _unused_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(free := path.with_name(f"{path.stem}-{number}{path.suffix}")):
        number += 1
    return free


def _write_error(path: Path, error: OSError | ValueError) -> WriteError:
    code = getattr(error, "errno", None)
    reason, step = _REASONS.get(code or 0, (reason_of(error), "choose another place"))
    return WriteError(path, f"cannot be written: {reason}", step)
