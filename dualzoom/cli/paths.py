"""Names results by default, and checks the names that users give."""

from pathlib import Path

from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import Format, FramingSettings, WriteSettings


def target(wide: Path, output: Path | None, settings: WriteSettings, mark: str = "2x") -> Path:
    """Returns the file to write: `output`, or `<stem>-<mark>` with the wide's suffix in that folder or beside the wide.

    Raw files and formats that are only read (HEIC) become JPEG, unless the format is to be the same. Raises UsageError
    where the name says one format and `settings.format` another, CaptureError where the wide's cannot be found out.

    >>> target(Path("a/beach.dng"), None, WriteSettings()).as_posix()
    'a/beach-2x.jpg'
    """
    from dualzoom.capture.formats import format_for
    from dualzoom.capture.suffixes import kept_format

    asked = format_for(wide, settings.format)
    if output is None or output.is_dir():
        chosen = asked or kept_format(wide.suffix) or "jpeg"
        suffix = wide.suffix if format_of(wide) == chosen else suffix_of(chosen)
        return (output or wide.parent) / f"{wide.stem}-{mark}{suffix}"
    named = format_of(output)
    if named is not None and asked not in (None, named):
        raise UsageError(output, f"the name says {named}, --format says {asked}", "make them agree")
    return output


def format_of(path: Path) -> Format | None:
    """Returns the format of a file's suffix; None where we do not write it.

    >>> format_of(Path("beach.JPG")), format_of(Path("beach.heic"))
    ('jpeg', None)
    """
    from dualzoom.capture.suffixes import WRITTEN

    return WRITTEN.get(path.suffix.lower())


def suffix_of(name: Format) -> str:
    """Returns the usual suffix of a format.

    >>> suffix_of("tiff")
    '.tif'
    """
    from dualzoom.capture.suffixes import WRITTEN

    return next(suffix for suffix, known in WRITTEN.items() if known == name)


def check_weights(path: Path, *, may_exist: bool = False) -> None:
    """Raises UsageError where `path` is no name for weights, WriteError where it exists."""
    if path.suffix != ".safetensors":
        raise UsageError(path, "weights are written as safetensors", "end its name in .safetensors")
    if not may_exist and (path.exists() or path.with_suffix(".json").exists()):
        raise WriteError(path, "it exists already, or its .json does", "choose another name")


def mark(framing: FramingSettings) -> str:
    """Returns the mark in a result's name that says its zoom or size.

    >>> mark(FramingSettings()), mark(FramingSettings(at=1.5)), mark(FramingSettings(long_side_px=3000))
    ('2x', '1.5x', '3000px')
    >>> mark(FramingSettings(scale=4))
    '4x'
    """
    if framing.at is not None:
        return f"{framing.at:g}x"
    if framing.sheet is not None:
        return "print-{:g}x{:g}mm".format(*framing.sheet.sides_mm)
    return f"{framing.scale or 2}x" if framing.long_side_px is None else f"{framing.long_side_px}px"
