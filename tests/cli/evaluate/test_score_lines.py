"""Lines of JSON: one for each method, null for what is no number, and the same facts in the means."""

import json
import math

import pytest

from dualzoom.cli.score_lines import last_lines, lines
from dualzoom.errors import RegistrationError
from dualzoom.evaluation.methods import classical
from dualzoom.evaluation.run import JudgedCase, LeftOutCase, MethodResult


def case(name: str, gain: float, group: str = "") -> JudgedCase:
    scores = ({"inside": 20.0, "outside": math.nan}, {"inside": 20 + gain, "outside": math.inf})
    results = tuple(
        MethodResult(method=classical(label), scores=one, seconds=1.23456)
        for label, one in zip(("bicubic", "injection"), scores, strict=True)
    )
    return JudgedCase(name=name, results=results, sheet=None, group=group)


def test_what_is_no_number_is_null_and_every_line_is_json() -> None:
    found = list(lines("halved", case("a", 1.0)))
    assert [one["scores"] for one in found] == [
        {"inside": 20.0, "outside": None},
        {"inside": 21.0, "outside": None},
    ]
    assert [one["row"] for one in found] == ["bicubic", "injection"]
    assert all("camera" not in one and one["seconds"] == 1.235 for one in found)
    assert all(json.loads(json.dumps(one, allow_nan=False)) == one for one in found)


def test_last_come_the_means_then_what_was_left_out() -> None:
    left = [LeftOutCase(name="c", error=RegistrationError("c.jpg", "is another place"))]
    found = list(last_lines("halved", [case("a", 1.0), case("b", 3.0)], left))
    assert [one.get("mean_of") for one in found] == [2, 2, None]
    assert found[1]["scores"]["inside"] == pytest.approx(22)
    assert found[2] == {"protocol": "halved", "name": "c", "left_out": "c.jpg: is another place"}


def test_groups_have_their_own_means_and_the_worst_case_is_named() -> None:
    judged = [case("a", 1.0, "day"), case("b", -2.0, "dusk")]
    found = list(last_lines("phone", judged, []))
    means = [one for one in found if "mean_of" in one]
    assert [one.get("camera") for one in means] == [None, None, "day", "day", "dusk", "dusk"]
    (worst,) = (one for one in found if "worst_over" in one)
    assert (worst["row"], worst["scores"]["inside"], worst["at"]["inside"]) == ("injection", -2.0, "b")
    assert (worst["scores"]["outside"], worst["at"]["outside"]) == (None, None)
