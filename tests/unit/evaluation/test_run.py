"""A run: judges the cases that can be used, keeps the order asked for, and says why none could."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.errors import DualzoomError, RegistrationError, UsageError
from dualzoom.evaluation.case import Case, prepare
from dualzoom.evaluation.methods import Enlargement, classical
from dualzoom.evaluation.run import JudgedCase, LeftOutCase, PendingCase, run


@dataclass
class Traced:
    """A method that records when it works."""

    label: str
    model: str | None
    log: list[str]
    ablation: None = None
    error: DualzoomError | None = None

    def enlarge(self, case: Case, progress) -> Enlargement:
        self.log.append(self.label)
        if self.error is not None:
            raise self.error
        progress(0.5)
        return Enlargement(picture=case.wide.repeat(2, 0).repeat(2, 1), notes=(self.label,))


def plain_case(name: str = "a") -> PendingCase:
    wide = np.zeros((64, 64, 3), np.uint8)
    return PendingCase(name=name, prepare=lambda: Case(name=name, wide=wide, score=lambda _: {"x": 1.0}))


def test_results_keep_the_order_asked_for_and_the_quick_methods_work_first() -> None:
    log: list[str] = []
    methods = [Traced("slow", "m", log), Traced("quick", None, log)]
    (judged,) = run([plain_case()], methods)
    assert log == ["quick", "slow"]
    assert [(one.method.label, one.notes) for one in judged.results] == [
        ("slow", ("slow",)),
        ("quick", ("quick",)),
    ]


def test_one_case_is_in_memory_at_a_time() -> None:
    log: list[str] = []
    judged = run([plain_case("a"), plain_case("b")], [Traced("x", None, log)])
    assert next(judged).name == "a"
    assert log == ["x"]  # b has not begun
    assert next(judged).name == "b"


def test_progress_rises_from_case_to_case_to_one() -> None:
    told: list[float] = []
    list(
        run(
            [plain_case("a"), plain_case("b")],
            [Traced("x", None, []), Traced("y", "m", [])],
            progress=told.append,
        )
    )
    assert told == sorted(told)
    assert {0.125, 0.25, 0.5, 1.0} <= set(told)


def test_the_error_of_a_method_ends_the_run() -> None:
    with pytest.raises(UsageError, match="broken"):
        list(run([plain_case()], [Traced("x", None, [], error=UsageError("x", "is broken"))]))


def test_a_run_goes_on_after_a_pair_that_is_left_out() -> None:
    def refuse():
        raise RegistrationError("b", "does not match")

    grey = cv2.resize(np.arange(64, dtype=np.uint8).reshape(8, 8), (160, 160))
    photo = Photo(pixels=np.repeat(grey[..., None], 3, 2))
    pending = [
        PendingCase(name="b", prepare=refuse),
        PendingCase(name="a", prepare=lambda: prepare("single", "a", photo)),
    ]
    told: list[float] = []
    left_out, judged = run(pending, [classical("bicubic")], progress=told.append)
    assert isinstance(left_out, LeftOutCase)
    assert isinstance(judged, JudgedCase)
    assert (left_out.name, judged.name, judged.sheet) == ("b", "a", None)
    assert told == sorted(told)
    assert told[-1] == 1
