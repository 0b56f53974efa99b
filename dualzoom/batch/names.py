"""What the results of a batch are called: a template with {stem}, {name}, {date}, {model} and {scale}.

Law: names are decided before any work, no two jobs share one (on any file system: capitals and the way of writing
accents do not count), and none is that of a photo of the batch.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from dualzoom.capture.header import glance
from dualzoom.capture.write import SUFFIXES, output_format
from dualzoom.errors import CaptureError, UsageError
from dualzoom.pairing.pairs import Pair
from dualzoom.settings import WriteSettings

DEFAULT = "{stem}-{scale}"
FIELDS = ("stem", "name", "date", "model", "scale")
UNDATED = "undated"


@dataclass(frozen=True)
class Job:
    """A pair and the file to write."""

    pair: Pair
    output: Path


def plan(
    pairs: Sequence[Pair],
    folder: Path,
    template: str,
    writing: WriteSettings,
    *,
    model: str,
    scale: str = "2x",
) -> list[Job]:
    """A job for each pair, in their order.

    Raises:
        UsageError: the template is wrong, two pairs would get one name, a name is that of an input, or a format
            cannot hold what was asked for.
    """
    check(template)
    same = {"model": model, "scale": scale}
    stems = [_filled(template, pair, same) for pair in pairs]
    jobs = [
        Job(pair, folder / (stem + _suffix(pair.wide, writing)))
        for pair, stem in zip(pairs, _told_apart(pairs, stems), strict=True)
    ]
    for job in jobs:
        output_format(job.output, writing)
    _check_inputs(jobs)
    return jobs


def check(template: str) -> None:
    """Raise UsageError where `template` is no name with fields of ours.

    >>> check("{date} {stem}")
    """
    step = f"use the fields {{{'}, {'.join(FIELDS)}}}"
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise UsageError(template, f"this is no template ({error})", step) from error
    for _, field, form, conversion in parts:
        if field is not None and (field not in FIELDS or form or conversion):
            raise UsageError(template, f"there is no field {{{field}}}", step)
    text = "".join(literal for literal, *_ in parts)
    if not template or re.search(r"[/\\\0]", text):
        raise UsageError(template, "a template makes a file's name, not a path", step)


def _filled(template: str, pair: Pair, same: dict[str, str]) -> str:
    values = {"stem": pair.wide.stem, "name": pair.name, **same}
    if "{date}" in template:
        values["date"] = _date(pair.wide)
    clean = {field: re.sub(r"[/\\\x00-\x1f]", "_", value) for field, value in values.items()}
    return template.format(**clean)


def _date(wide: Path) -> str:
    try:
        taken = glance(wide).taken
    except CaptureError:  # reading it will say so
        return UNDATED
    return f"{taken:%Y-%m-%d}" if taken else UNDATED


def _told_apart(pairs: Sequence[Pair], stems: Sequence[str]) -> list[str]:
    """Where raw and JPEG of one shot, or shots of two folders, would get one name, add what tells them apart."""
    taken: dict[str, list[int]] = defaultdict(list)
    for number, stem in enumerate(stems):
        taken[_folded(stem)].append(number)
    names = list(stems)
    for numbers in taken.values():
        if len(numbers) > 1:
            for number, mark in zip(numbers, _marks([pairs[number].wide for number in numbers]), strict=True):
                names[number] = f"{stems[number]}-{mark}"
    _check_unique(pairs, names)
    return names


def _marks(wides: list[Path]) -> list[str]:
    """Suffixes where they differ, else the folders' names."""
    suffixes = [path.suffix.lower().lstrip(".") for path in wides]
    return suffixes if len(set(suffixes)) == len(wides) else [path.parent.name for path in wides]


def _check_unique(pairs: Sequence[Pair], names: Iterable[str]) -> None:
    seen: dict[str, Path] = {}
    for pair, name in zip(pairs, names, strict=True):
        other = seen.setdefault(_folded(name), pair.wide)
        if other is not pair.wide:
            step = "put {stem} or {name} into the template, or list the pairs in a CSV with a column name"
            raise UsageError(pair.wide, f"its result would have the name of that of {other} ({name})", step)


def _check_inputs(jobs: Sequence[Job]) -> None:
    inputs = {path.resolve() for job in jobs for path in (job.pair.wide, job.pair.tele) if path is not None}
    for job in jobs:
        if job.output.resolve() in inputs:
            raise UsageError(
                job.output,
                "a result would have the name of one of the photos",
                "choose another folder or template",
            )


def _suffix(wide: Path, writing: WriteSettings) -> str:
    """That of the wide where we write its format, else the usual one of the format asked for, or .jpg."""
    own = SUFFIXES.get(wide.suffix.lower())
    chosen = writing.format or own or "jpeg"
    return (
        wide.suffix if own == chosen else next(suffix for suffix, name in SUFFIXES.items() if name == chosen)
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
