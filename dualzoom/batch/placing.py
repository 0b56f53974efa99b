"""Results take their names: never over a stranger's file, never through a link."""

import contextlib
import errno
import os
from pathlib import Path

from dualzoom import capture
from dualzoom.errors import WriteError


def refuse_links(ours: Path) -> None:
    """Raise WriteError where a link in our folder `ours` would lead writing and tidying elsewhere."""
    names = (".", "parts", "lock", "journal.jsonl", "calibrations")
    for path in (ours / name for name in names):
        if path.is_symlink():
            raise WriteError(
                path, "this is a link, which no batch makes", "remove it, or choose another folder"
            )


def is_stranger(output: Path, inputs: list[Path | None]) -> bool:
    """Whether a file has the name that is none of the photos."""
    try:
        return output.is_file() and not any(
            path and output.samefile(path) for path in inputs if path and path.exists()
        )
    except OSError:
        return False


def give_name(part: Path, output: Path, *, replace: bool) -> None:
    """Give a complete file its name; without `replace` raises FileExistsError where something has it."""
    if not replace:
        try:
            os.link(part, output)
        except (OSError, NotImplementedError) as error:
            if isinstance(error, FileExistsError) or os.path.lexists(output):
                raise FileExistsError(errno.EEXIST, "it exists already") from error
        else:
            part.unlink()
            return
    part.replace(output)


def give_sidecar(part: Path, output: Path, *, replace: bool) -> None:
    """Give the sidecar of a part, if it has one, the name beside `output`; one that is there already stays."""
    for side, name in zip(capture.sidecar_names(part), capture.sidecar_names(output), strict=True):
        if side.is_file() and not side.is_symlink():
            with contextlib.suppress(FileExistsError):
                give_name(side, name, replace=replace)


def refused(output: Path, error: OSError) -> WriteError:
    """Why `output` cannot have its name, as an error of ours."""
    if isinstance(error, FileExistsError):
        return WriteError(
            output, "it exists already", "move it, or say that it may be skipped or overwritten"
        )
    return WriteError(output, f"cannot be written ({error.strerror})", "choose another folder")
