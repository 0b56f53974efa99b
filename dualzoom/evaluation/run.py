"""Lets every method enlarge every case: yields scores as they come, and names the cases that cannot be used."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, DualzoomError, RegistrationError
from dualzoom.evaluation import crops, panels
from dualzoom.evaluation.case import Case, Picture, Scores
from dualzoom.evaluation.methods import Method
from dualzoom.report.side_by_side import Panel

#: Called with how much of all the work is done, 0..1.
Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class PendingCase:
    """A case by name that `prepare` makes when its turn comes; raises CaptureError, RegistrationError.

    `inputs`: returns the photos that methods get, by role ("" for a lone photo); raises CaptureError.
    """

    name: str
    prepare: Callable[[], Case]
    inputs: Callable[[], dict[str, Photo]] = dict


@dataclass(frozen=True, kw_only=True)
class MethodResult:
    """One method's scores on a case, how many seconds it took, and its notes to the user."""

    method: Method
    scores: Scores
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JudgedCase:
    """The results of all methods on a case, in the order asked for; the sheet of crops, a page's panels if wanted."""

    name: str
    results: tuple[MethodResult, ...]
    sheet: Picture | None
    group: str = ""
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LeftOutCase:
    """A case that cannot be used, and why."""

    name: str
    error: DualzoomError


def run(
    cases: Sequence[PendingCase],
    methods: Sequence[Method],
    *,
    sheets: bool = False,
    page: bool = False,
    progress: Progress | None = None,
) -> Iterator[JudgedCase | LeftOutCase]:
    """Judges one case after the other, so that one is in memory at a time; `sheets`: with crops of each; `page`: with
    panels of each.

    Leaves a case out where its own photos are at fault; raises whatever a method raises.
    """
    report = progress or (lambda _fraction: None)
    for number, pending in enumerate(cases):
        try:
            case = pending.prepare()
        except (CaptureError, RegistrationError) as error:
            yield LeftOutCase(name=pending.name, error=error)
            continue

        def told(fraction: float, before: int = number) -> None:
            report((before + fraction) / len(cases))

        yield _judged(case, methods, sheets, page, told)
    report(1.0)


def _judged(
    case: Case, methods: Sequence[Method], sheets: bool, page: bool, progress: Progress
) -> JudgedCase:
    regions = crops.places(case) if sheets else []
    spots = panels.spots(case) if page else []
    found: dict[int, MethodResult] = {}
    cut: dict[int, list[Picture]] = {}
    close: dict[int, list[Picture]] = {}
    quick_first = sorted(range(len(methods)), key=lambda index: methods[index].model is not None)
    for done, index in enumerate(quick_first):

        def told(fraction: float, done: int = done) -> None:
            progress((done + fraction) / len(methods))

        method = methods[index]
        start = time.perf_counter()
        made = method.enlarge(case, told)
        seconds = time.perf_counter() - start
        scores = {**case.score(made.picture), **made.costs}
        found[index] = MethodResult(method=method, scores=scores, seconds=seconds, notes=made.notes)
        cut[index] = crops.cells(made.picture, regions)
        close[index] = panels.cut(made.picture, spots)
        told(1.0)
    sheet = None
    if regions:
        sheet = crops.sheet(case, {methods[i].label: cut[i] for i in range(len(methods))}, regions)
    results = tuple(found[i] for i in range(len(methods)))
    shown = panels.panels(case, {methods[i].label: close[i] for i in range(len(methods))}, spots)
    return JudgedCase(name=case.name, results=results, sheet=sheet, group=case.group, panels=shown)
