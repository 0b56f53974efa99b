"""Means, groups and worst cases of many."""

import math

import pytest

from dualzoom.evaluation.methods import classical
from dualzoom.evaluation.run import JudgedCase, MethodResult
from dualzoom.evaluation.summary import columns, groups, means, worst

METHODS = (classical("injection"), classical("bicubic"))


def judged(name: str, *scores: dict[str, float], group: str = "") -> JudgedCase:
    pairs = zip(METHODS, scores, strict=False)
    made = tuple(MethodResult(method=method, scores=one, seconds=0) for method, one in pairs)
    return JudgedCase(name=name, results=made, sheet=None, group=group)


def both(name: str, gain_in: float, gain_out: float, group: str = "") -> JudgedCase:
    base = {"inside": 20.0, "outside": 30.0}
    return judged(name, {"inside": 20 + gain_in, "outside": 30 + gain_out}, base, group=group)


def test_means_leave_out_what_does_not_count_or_is_not_there() -> None:
    (mean,) = means(
        [judged("a", {"x": 1.0, "y": math.nan, "z": math.nan}), judged("b", {"x": 3.0, "y": 5.0})]
    )
    assert (mean["x"], mean["y"]) == (2, 5)
    assert math.isnan(mean["z"])


def test_a_score_of_a_later_case_is_a_column_too() -> None:
    several = [judged("a", {"x": 1.0}), judged("b", {"x": 2.0, "text": 0.5})]
    assert columns(several) == ("x", "text")
    assert means(several)[0] == {"x": 1.5, "text": 0.5}


def test_groups_keep_their_order_and_leave_out_those_of_none() -> None:
    several = [both("a, q", 1, 1, "q"), both("a, p", 1, 1, "p"), both("b", 1, 1), both("b, q", 1, 1, "q")]
    assert {key: [one.name for one in some] for key, some in groups(several).items()} == {
        "q": ["a, q", "b, q"],
        "p": ["a, p"],
    }


def test_the_worst_is_looked_for_in_each_part_by_itself() -> None:
    several = [both("a", 2, -0.5), both("b", -1, 0.25), both("c", 3, math.nan)]
    (found,) = worst(several).values()
    assert list(worst(several)) == [0]  # bicubic is not held against itself
    assert found.gain == {"inside": -1, "outside": -0.5}
    assert found.where == {"inside": "b", "outside": "a"}


def test_there_is_no_worst_where_nothing_can_be_compared() -> None:
    alone = JudgedCase(name="a", results=both("a", 1, 1).results[:1], sheet=None)
    assert worst([alone]) == {}  # no bicubic
    assert worst([judged("a", {"psnr": 1.0}, {"psnr": 1.0})]) == {}
    (found,) = worst([both("a", 1, math.nan)]).values()
    assert found.gain == {"inside": 1, "outside": pytest.approx(math.nan, nan_ok=True)}
    assert found.where["outside"] == ""
