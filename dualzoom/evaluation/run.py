"""Every row for every case: scores as they come, cases that do not match named and left out."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, DualzoomError, RegistrationError
from dualzoom.evaluation import crops
from dualzoom.evaluation.case import Case, Picture, Scores
from dualzoom.evaluation.methods import Method

#: Called with how much of all the work is done, 0..1.
Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A case by name, made when its turn comes; raises CaptureError, RegistrationError.

    `inputs`: what methods are given of it, by role ("" for a lone photo); raises CaptureError.
    """

    name: str
    prepare: Callable[[], Case]
    inputs: Callable[[], dict[str, Photo]] = dict


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one row reached, in how many seconds; infinite where a result equals the truth, nan where nothing counts."""

    row: Method
    scores: Scores
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """All rows of a case, in the order they were asked for, and their crops."""

    name: str
    scores: tuple[Score, ...]
    sheet: Picture | None
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A case that is left out, and why."""

    name: str
    error: DualzoomError


def run(
    sources: Sequence[Source],
    rows: Sequence[Method],
    *,
    sheets: bool = False,
    progress: Progress | None = None,
) -> Iterator[Judged | Refused]:
    """One case after the other; `sheets`: with crops of each. One is in memory at a time.

    Raises what a row raises; only what is wrong with a pair itself leaves it out.
    """
    report = progress or (lambda _fraction: None)
    for number, source in enumerate(sources):
        try:
            case = source.prepare()
        except (CaptureError, RegistrationError) as error:
            yield Refused(name=source.name, error=error)
            continue

        def told(fraction: float, before: int = number) -> None:
            report((before + fraction) / len(sources))

        yield _judged(case, rows, sheets, told)
    report(1.0)


def _judged(case: Case, rows: Sequence[Method], sheets: bool, progress: Progress) -> Judged:
    regions = crops.places(case) if sheets else []
    found: dict[int, Score] = {}
    cut: dict[int, list[Picture]] = {}
    order = sorted(range(len(rows)), key=lambda index: rows[index].model is not None)  # the quick ones first
    for done, index in enumerate(order):

        def told(fraction: float, done: int = done) -> None:
            progress((done + fraction) / len(rows))

        row = rows[index]
        start = time.perf_counter()
        made = row.enlarge(case, told)
        seconds = time.perf_counter() - start
        found[index] = Score(row=row, scores=case.score(made.picture), seconds=seconds, notes=made.notes)
        cut[index] = crops.cells(made.picture, regions)
        told(1.0)
    sheet = None
    if regions:
        sheet = crops.sheet(case, {rows[i].label: cut[i] for i in range(len(rows))}, regions)
    scores = tuple(found[i] for i in range(len(rows)))
    return Judged(name=case.name, scores=scores, sheet=sheet, group=case.group)
