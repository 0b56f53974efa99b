"""Why a photo found no partner: the reason is true of this very photo."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.pairing import pairs
from dualzoom.pairing.edits import Edit
from dualzoom.pairing.nearest import MIN_RATIO, TimedPhoto, nearest_first
from dualzoom.pairing.why_odd import Lenses

START = datetime(2024, 5, 6, 7, 8, 9)


def shot(after: float, focal: float, name: str) -> TimedPhoto:
    return TimedPhoto(START + timedelta(seconds=after), focal, Path(f"{name}.jpg"))


def test_every_reason_is_true(tmp_path, shoot):
    shoot("w.jpg")
    shoot("t.jpg", focal=52, after=2)
    shoot("t2.jpg", focal=52, after=20)
    shoot("late.jpg", focal=52, after=400)
    shoot("one.jpg", model="Phone 8")
    shoot("x1.jpg", model="Phone 9")
    shoot("x2.jpg", model="Phone 9", focal=28, after=1)
    reasons = {item.path.name: item.reason for item in pairs.find(tmp_path).odd}
    assert reasons == {
        "t2.jpg": "the nearest photo by another lens, w.jpg, goes with t.jpg",
        "late.jpg": "no photo by another lens of this camera within 30 s; the nearest, w.jpg, is 400 s away",
        "one.jpg": "there is no other photo of this camera",
        "x1.jpg": "there is no photo by another lens of this camera, only by about 26 mm",
        "x2.jpg": "there is no photo by another lens of this camera, only by about 28 mm",
    }


shots = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from([13.0, 26.0, 28.0, 52.0, 77.0])), max_size=8
).map(lambda found: [shot(after, focal, f"p{number}") for number, (after, focal) in enumerate(found)])


@given(shots, st.integers(0, 40))
def test_the_reason_is_what_a_look_at_all_photos_says(all_shots: list[TimedPhoto], gap: int) -> None:
    partner = {}
    for wide, tele in nearest_first(all_shots, gap):
        partner |= {wide: tele, tele: wide}
    for one in (single for single in all_shots if single not in partner):
        why = Lenses(all_shots).why_odd(one, partner, None, gap)
        others = [
            other
            for other in all_shots
            if max(other.focal, one.focal) >= MIN_RATIO * min(other.focal, one.focal)
        ]
        away = {other: abs((other.taken - one.taken).total_seconds()) for other in others}
        if len(all_shots) == 1:
            assert why == "there is no other photo of this camera"
        elif not others:
            assert "no photo by another lens" in why
            assert f"{one.focal:g} mm" in why
        elif min(away.values()) > gap:
            assert f"within {gap} s" in why
            assert f"{min(away.values()):.0f} s away" in why
        else:
            (near,) = (
                other for other in others if f"the nearest photo by another lens, {other.path.name}," in why
            )
            assert away[near] == min(away.values())
            assert why.endswith(f"goes with {partner[near].path.name}")


@pytest.mark.parametrize("others", [[], [shot(1, 26, "same")], [shot(900, 52, "late")]])
def test_an_edit_is_said_to_be_one_and_what_it_lacks_is_its_like(others: list[TimedPhoto]) -> None:
    one = shot(0, 26, "a-edited")
    why = Lenses([one, *others]).why_odd(one, {}, Edit("edited", "a"), 30)
    assert why.startswith("this is an edited copy of a: ")
    assert "edited in the same way" in why
