"""Lists every file of a folder: photos, pictures of kinds that are not read, and the rest.

Skips hidden files and folders, and folders of results that were not named. Follows links, but enters each folder once,
so that a loop of links ends.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dualzoom.capture.header import read_header
from dualzoom.capture.suffixes import suffix_kind
from dualzoom.errors import CaptureError
from dualzoom.pairing.odd import Odd

#: The folder that a batch keeps in its folder of results.
RESULTS_MARK = ".dualzoom-batch"


@dataclass
class Listing:
    """Photos, files of kinds that are not read with the reason, notes to the user, and all other files."""

    photos: list[Path] = field(default_factory=list)
    unread: list[Odd] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def listing(folder: Path, *, deep: bool, leave_out: Path | None = None) -> Listing:
    """Lists `folder`, with `deep` all below it, too, except `leave_out`. Raises OSError."""
    found = Listing()
    for path in _files(folder, found, deep=deep, leave_out=leave_out):
        sort_in(path, found)
    return found


def sort_in(path: Path, found: Listing) -> None:
    """Put a file where it belongs."""
    sort = suffix_kind(path.suffix)
    if sort == "photo":
        found.photos.append(path)
    elif sort == "raw":
        reason = f"raw files of this kind ({path.suffix}) are not read; convert it to DNG first"
        found.unread.append(Odd(path, reason, alone=False))
    elif sort == "picture":
        try:
            read_header(path)
        except CaptureError as error:
            found.unread.append(Odd(path, f"{error.reason}; {error.next_step}", alone=False))
        else:
            found.photos.append(path)  # its suffix is unusual, its content is not
    else:
        found.others.append(path)


def others_note(paths: Iterable[Path]) -> str:
    """Returns a note on files that are no photos.

    >>> others_note([Path("a/notes.txt"), Path("a/IMG_1.MOV")])
    '2 files are no photos and are left aside: notes.txt, IMG_1.MOV'
    """
    names = [path.name for path in paths]
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    verb = "file is no photo and is" if len(names) == 1 else "files are no photos and are"
    return f"{len(names)} {verb} left aside: {shown}"


def _files(folder: Path, found: Listing, *, deep: bool, leave_out: Path | None) -> Iterator[Path]:
    """Yields files in a fixed order, each folder once."""
    seen = {_identity(folder)}
    if leave_out is not None and leave_out.is_dir():
        seen.add(_identity(leave_out))
    waiting = [folder]
    while waiting:
        here = waiting.pop(0)
        try:
            inside = sorted(here.iterdir(), key=lambda path: (path.is_symlink(), path.name))
        except OSError as error:
            if here == folder:
                raise
            found.notes.append(f"{here}: cannot be listed ({error.strerror})")
            continue
        below = []
        for path in inside:
            if path.name.startswith("."):
                continue
            if not path.is_dir():
                if path.is_file():
                    yield path
            elif deep and _identity(path) not in seen:
                seen.add(_identity(path))
                if (path / RESULTS_MARK).is_dir():
                    found.notes.append(f"{path}: a folder of results, left out")
                else:
                    below.append(path)
        waiting[:0] = below


def _identity(path: Path) -> tuple[int, int] | str:
    found = path.stat()
    return (
        (found.st_dev, found.st_ino) if found.st_ino else os.path.realpath(path)
    )  # some systems number nothing
