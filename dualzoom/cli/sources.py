"""Finds the pairs or single photos that a command line names by folders, tables and files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom.cli.terminal import Terminal
from dualzoom.errors import UsageError

if TYPE_CHECKING:
    from dualzoom.pairing.photo_pair import PhotoPair


def pairs(terminal: Terminal, sources: Sequence[Path]) -> "list[PhotoPair]":
    """Finds all pairs of all sources; pairs photos named one by one among each other. Raises UsageError."""
    from dualzoom.pairing.pairs import find

    found = find(sources)
    for note in (*(f"{odd.path}: left out, {odd.reason}" for odd in found.odd), *found.notes):
        terminal.note(note)
    both = [pair for pair in found if pair.tele is not None]
    if not both:
        places = ", ".join(map(str, sources))
        raise UsageError(places, "no pairs found", "name them NAME-wide.jpg and NAME-tele.jpg")
    return both


def named(found: "Sequence[PhotoPair]") -> "list[PhotoPair]":
    """Gives all pairs different names: where two are equal, adds the folder's name.

    A pair without a name of its own (wide.jpg and tele.jpg) takes its folder's. Raises UsageError.
    """
    folders = [pair.wide.absolute().parent for pair in found]
    above = [folder.parent if folder.name.lower() == "wide" else folder for folder in folders]
    alone = [pair.wide.stem.lower() == "wide" for pair in found]
    first = [place.name if bare else pair.name for pair, place, bare in zip(found, above, alone, strict=True)]
    often = Counter(first)
    names = [
        f"{place.name}-{name}" if often[name] > 1 and not bare else name
        for name, place, bare in zip(first, above, alone, strict=True)
    ]
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(name, f"{count} pairs have this name", "give them names in a CSV table")
    return [replace(pair, name=name) for pair, name in zip(found, names, strict=True)]


def photos(sources: Sequence[Path]) -> "list[PhotoPair]":
    """Finds single photos, in folders or by name, as pairs without a tele. Raises UsageError."""
    from dualzoom.capture.suffixes import READ
    from dualzoom.pairing.photo_pair import PhotoPair

    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            found += [path for path in sorted(source.iterdir()) if path.suffix.lower() in READ]
        elif source.is_file():
            found.append(source)
        else:
            raise UsageError(source, "there is no such photo or folder", "check the name")
    if not found:
        raise UsageError(", ".join(map(str, sources)), "no photos found", "name a folder of photos")
    return named([PhotoPair(path.stem, path) for path in dict.fromkeys(found)])
