"""Names the results of a batch by a template with {stem}, {name}, {date}, {model} and {scale}.

Law: names are decided before any work; any file system can hold them; no two jobs share one (capitals and the way of
writing accents do not count), and none is that of a photo of the batch.
"""

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter

from dualzoom.batch.refusal import refusal
from dualzoom.capture.formats import format_for
from dualzoom.capture.header import read_header
from dualzoom.capture.suffixes import WRITTEN, kept_format
from dualzoom.errors import CaptureError, DualzoomError, UsageError
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import FramingSettings, WriteSettings

FIELDS = ("stem", "name", "date", "model", "scale")
UNDATED = "undated"
MAX_STEM_BYTES = 255 - len(".jpeg")  # what file systems allow a name, without the longest suffix
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in (*"0123456789", "¹", "²", "³")
}  # devices to Windows, whatever the suffix


@dataclass(frozen=True)
class Job:
    """A pair and the file to write. `refused`: why it will not be done, known before any work; None: it will."""

    pair: PhotoPair
    output: Path
    refused: DualzoomError | None = None


def plan(
    pairs: Sequence[PhotoPair],
    folder: Path,
    template: str,
    writing: WriteSettings,
    *,
    model: str,
    scale: str = "2x",
    framing: FramingSettings | None = None,
) -> list[Job]:
    """Makes a job of each pair, in their order; those whose file could not hold the result are marked as refused.

    Raises:
        UsageError: the template is wrong, two pairs would get one name, or a name is that of an input.
        DualzoomError: the reason of the first pair, where all of them are refused.
    """
    check(template)
    same = {"model": model, "scale": scale}
    stems = [_filled(template, pair, same) for pair in pairs]
    jobs = [
        Job(pair, folder / (stem + _suffix(pair.wide, writing)))
        for pair, stem in zip(pairs, _told_apart(pairs, stems), strict=True)
    ]
    _check_inputs(jobs)
    jobs = [
        replace(job, refused=refusal(job.pair.wide, job.output, writing, framing or FramingSettings()))
        for job in jobs
    ]
    reasons = [job.refused for job in jobs if job.refused is not None]
    if reasons and len(reasons) == len(jobs):
        raise reasons[0]
    return jobs


def check(template: str) -> None:
    """Raises UsageError where `template` has an unknown field or is no name.

    >>> check("{date} {stem}")
    """
    step = f"use the fields {{{'}, {'.join(FIELDS)}}}"
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise UsageError(template, f"this is no template ({error})", step) from error
    for _, field, form, conversion in pieces:
        if field is not None and (field not in FIELDS or form or conversion):
            raise UsageError(template, f"there is no field {{{field}}}", step)
    text = "".join(literal for literal, *_ in pieces)
    if not template or re.search(r"[/\\\0]", text):
        raise UsageError(template, "a template makes a file's name, not a path", step)


def _filled(template: str, pair: PhotoPair, same: dict[str, str]) -> str:
    values = {"stem": pair.wide.stem, "name": pair.name, **same}
    if "{date}" in template:
        values["date"] = _date(pair.wide)
    return template.format(**values)


def _date(wide: Path) -> str:
    try:
        taken = read_header(wide).taken
    except CaptureError:  # reading it will say so
        return UNDATED
    return f"{taken:%Y-%m-%d}" if taken else UNDATED


def _told_apart(pairs: Sequence[PhotoPair], raw: Sequence[str]) -> list[str]:
    """Adds a mark where raw and JPEG of one shot, or shots of two folders, would get one name."""
    names = [safe(stem) for stem in raw]
    alike: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        alike[_folded(name)].append(number)
    for numbers in (some for some in alike.values() if len(some) > 1):
        marks = _marks([pairs[number].wide for number in numbers], [raw[number] for number in numbers])
        for number, mark in zip(numbers, marks, strict=True):
            names[number] = safe(f"{names[number]}-{mark}" if mark else names[number])
    _check_unique(pairs, names)
    return names


def _marks(wides: Sequence[Path], raw: Sequence[str]) -> list[str]:
    """Returns suffixes where they differ, else as many folders' names as it takes, else both, else a digest."""
    suffixes = [path.suffix.lower().lstrip(".") for path in wides]
    deepest = max(len(path.parent.parts) for path in wides)
    tails = [["-".join(path.parent.parts[-depth:]) for path in wides] for depth in range(1, deepest + 1)]
    both = [[f"{tail}-{suffix}" for tail, suffix in zip(some, suffixes, strict=True)] for some in tails]
    for marks in (suffixes, *tails, *both):
        if len({_folded(safe(mark)) for mark in marks}) == len(wides):
            return marks
    return [_digest(stem) for stem in raw]  # different only in what no file system can hold


def safe(stem: str) -> str:
    """Makes `stem` a name that any file system holds: Windows, too, and in at most 255 bytes with its suffix.

    >>> safe("con"), safe("12:30 a?"), safe("end. "), len(safe("ä" * 300).encode()) <= MAX_STEM_BYTES
    ('con_', '12_30 a_', 'end', True)
    """
    name = re.sub(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]', "_", stem).rstrip(" .") or "_"
    base, dot, rest = name.partition(".")
    if base.rstrip(" ").casefold() in _RESERVED:
        name = f"{base.rstrip(' ')}_{dot}{rest}"
    if len(os.fsencode(name)) <= MAX_STEM_BYTES:
        return name
    head, end = name, f"-{_digest(stem)}"
    while len(os.fsencode(head)) > MAX_STEM_BYTES - len(end):
        head = head[:-1]
    return head.rstrip(" .") + end


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:8]


def _check_unique(pairs: Sequence[PhotoPair], names: Iterable[str]) -> None:
    seen: dict[str, Path] = {}
    for pair, name in zip(pairs, names, strict=True):
        other = seen.setdefault(_folded(name), pair.wide)
        if other is not pair.wide:
            step = "put {stem} or {name} into the template, or list the pairs in a CSV with a column name"
            raise UsageError(pair.wide, f"its result would have the name of that of {other} ({name})", step)


def _check_inputs(jobs: Sequence[Job]) -> None:
    inputs = {path.resolve() for job in jobs for path in job.pair.files}
    for job in jobs:
        if job.output.resolve() in inputs:
            raise UsageError(
                job.output,
                "a result would have the name of one of the photos",
                "choose another folder or template",
            )


def _suffix(wide: Path, writing: WriteSettings) -> str:
    """Returns the wide's suffix where it fits the format to write, else the format's usual one, or .jpg."""
    own = kept_format(wide.suffix)
    try:
        chosen = format_for(wide, writing.format) or own or "jpeg"
    except (CaptureError, UsageError):  # one file does not stop the others: its own pair will tell
        chosen = own or "jpeg"
    return (
        wide.suffix if own == chosen else next(suffix for suffix, name in WRITTEN.items() if name == chosen)
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
