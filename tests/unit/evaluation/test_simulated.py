"""Simulated cases: what is scored, and that neither name nor place of a photo changes how it is taken."""

import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.evaluation.baselines import inject
from dualzoom.evaluation.phones import PHONES
from dualzoom.evaluation.protocols import Wishes, phones, tasks
from dualzoom.evaluation.simulated import simulated, taken
from dualzoom.geometry import Size
from dualzoom.metrics import halved
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render, signs

DAY = PHONES[0]


@pytest.fixture(scope="module")
def photo() -> Photo:
    truth = render(4, size=Size(400, 300), noise=0, depth_layers=False).truth
    return Photo(pixels=truth, source=Path("somewhere/a.png"))


def test_the_way_a_photo_is_held_is_its_own(photo: Photo) -> None:
    one = taken(photo, DAY)
    again = taken(Photo(pixels=photo.pixels.copy(), source=Path("b.jpg")), DAY)
    assert one.tele.tobytes() == again.tele.tobytes()
    assert taken(photo, replace(DAY, name="other", wide=PHONES[2].wide)).inside == one.inside
    other = Photo(pixels=np.ascontiguousarray(photo.pixels[:, ::-1]))
    assert taken(other, DAY).inside != one.inside


def test_scores_are_those_of_the_exact_truth(photo: Photo) -> None:
    case, pair = simulated("a, day", photo, DAY), taken(photo, DAY)
    np.testing.assert_array_equal(case.wide, pair.wide)
    assert (case.name, case.group) == ("a, day", "day")
    assert case.aligned is not None
    plain, sharp = enlarge_bicubic(pair.wide), inject(pair.wide, case.aligned)
    for made in (plain, sharp):
        expected = asdict(halved.score(made, pair.truth, pair.inside))
        assert {key: case.score(made)[key] for key in expected} == expected
    assert case.score(pair.truth) == {
        "whole": math.inf,
        "inside": math.inf,
        "outside": math.inf,
        "border": 1,
    }
    assert case.score(sharp)["border"] > 1.5 > 1.2 > case.score(plain)["border"] > 0.8


def test_more_can_be_said_of_a_result(photo: Photo) -> None:
    case = simulated("a", photo, DAY, lambda pair, made: {"same": float((made == pair.truth).all())})
    assert case.score(taken(photo, DAY).truth)["same"] == 1


def test_photos_too_small_name_their_file(photo: Photo) -> None:
    small = Photo(pixels=photo.pixels[:255], source=Path("somewhere/small.png"))
    with pytest.raises(CaptureError, match=r"small\.png.*too small"):
        simulated("small", small, DAY)


def test_every_photo_meets_every_phone_and_lettering_comes_last() -> None:
    found = [PhotoPair("a", Path("a.png")), PhotoPair("b", Path("b.png"))]
    chosen = phones(["old", "day"])
    assert [phone.name for phone in chosen] == ["day", "old"]
    assert phones([]) == PHONES
    names = [one.name for one in tasks("phone", found, Wishes(phones=chosen, text=True))]
    assert names == ["a, day", "a, old", "b, day", "b, old", "signs, day", "signs, old"]
    given = tasks("phone", [], Wishes(phones=chosen, text=True))[0].inputs()
    assert given["wide"].size.scale(2) == signs.BOARD
