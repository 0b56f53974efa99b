"""Where results go: names chosen when none is given, originals left alone."""

from collections.abc import Iterable
from pathlib import Path

from dualzoom.cli.options import SUFFIXES
from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import Format, WriteSettings


def target(wide: Path, output: Path | None, settings: WriteSettings) -> Path:
    """The file to write: `output`, or `<stem>-2x` with the wide's suffix in that folder or beside the wide.

    What we only read (DNG, HEIC) becomes JPEG. Raises UsageError where name, format and bit depth disagree.

    >>> target(Path("a/beach.dng"), None, WriteSettings()).as_posix()
    'a/beach-2x.jpg'
    """
    if output is not None and not output.is_dir():
        path = output
    else:
        name = settings.format or format_of(wide) or "jpeg"
        suffix = wide.suffix if format_of(wide) == name else SUFFIXES[name][0]
        path = (output or wide.parent) / f"{wide.stem}-2x{suffix}"
    _check(path, settings)
    return path


def format_of(path: Path) -> Format | None:
    """The format a file's suffix stands for; None where we do not write it.

    >>> format_of(Path("beach.JPG")), format_of(Path("beach.heic"))
    ('jpeg', None)
    """
    return next((name for name, suffixes in SUFFIXES.items() if path.suffix.lower() in suffixes), None)


def spare(path: Path, originals: Iterable[Path | None]) -> None:
    """Raise WriteError where writing to `path` would replace one of the originals, by whatever name."""
    for original in originals:
        if original is not None and path.exists() and original.exists() and path.samefile(original):
            raise WriteError(path, "is an original, and originals are never changed", "choose another name")


def _check(path: Path, settings: WriteSettings) -> None:
    named = format_of(path)
    wanted = settings.format or named
    if wanted is None:
        known = ", ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
        raise UsageError(
            path,
            f"the format cannot be told from {path.suffix or 'a name without suffix'}",
            f"end the name in one of {known}, or use --format",
        )
    if named is not None and named != wanted:
        raise UsageError(path, f"the name says {named}, --format says {wanted}", "make them agree")
    if wanted == "jpeg" and settings.bit_depth == 16:
        raise UsageError(path, "JPEG holds 8 bits a channel", "use --format tiff or png for 16")
