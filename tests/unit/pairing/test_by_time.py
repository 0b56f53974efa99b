"""By the moment: in the order of n log n, edits with their like only, and reasons that are true."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dualzoom.pairing import nearest, pairs
from dualzoom.pairing.nearest import TimedPhoto, nearest_first

START = datetime(2024, 5, 6, 7, 8, 9)


def _work(count: int, monkeypatch: pytest.MonkeyPatch, step_s: float) -> int:
    """How many candidates are made and compared for so many photos, wide and tele in turn."""
    calls = 0
    compare, make = nearest._Candidate.__lt__, nearest._candidate

    def counted(one: object, other: object) -> bool:
        nonlocal calls
        calls += 1
        return compare(one, other)  # type: ignore[operator]

    def made(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        return make(*arguments)  # type: ignore[arg-type]

    lenses = (13.0, 26.0, 52.0, 77.0)
    shots = [
        TimedPhoto(START + timedelta(seconds=step_s * n), lenses[n % 4], Path(f"{n:06}.jpg"))
        for n in range(count)
    ]
    with monkeypatch.context() as patch:
        patch.setattr(nearest._Candidate, "__lt__", counted)
        patch.setattr(nearest, "_candidate", made)
        assert len(list(nearest_first(shots, 1e9))) == count // 2
    return calls


@pytest.mark.parametrize("step_s", [0, 1e-3, 7], ids=["dead clock", "dense", "sparse"])
def test_twice_the_photos_are_about_twice_the_work(monkeypatch, step_s):
    small, large = (_work(count, monkeypatch, step_s) for count in (1000, 4000))
    assert large <= 4 * 1.4 * max(small, 100)


def test_a_dead_clock_pairs_in_the_order_of_names():
    shots = [TimedPhoto(START, focal, Path(f"IMG_{n}.jpg")) for n, focal in enumerate([26.0, 52.0] * 3)]
    found = [(wide.path.stem, tele.path.stem) for wide, tele in nearest_first(shots, 30)]
    assert found == [("IMG_0", "IMG_1"), ("IMG_2", "IMG_3"), ("IMG_4", "IMG_5")]


@pytest.mark.parametrize(
    ("wide", "tele"),
    [
        ("IMG_E1234.JPG", "IMG_1235.JPG"),
        ("PXL_1-edited.jpg", "PXL_2.jpg"),
        ("PXL_1.jpg", "PXL_2~2.jpg"),
        ("a_edit.jpg", "b.jpg"),
        ("PXL_1-EFFECTS.jpg", "PXL_2.jpg"),
        ("PXL_1.PORTRAIT-01.COVER.jpg", "PXL_2.jpg"),
        ("a(1).jpg", "b.jpg"),
        ("a (1).jpg", "b.jpg"),
        ("a - Copy.jpg", "b.jpg"),
        ("a-bearbeitet.jpg", "b-edited.jpg"),
    ],
)
def test_an_edit_never_goes_with_anothers_original(tmp_path, shoot, wide, tele):
    from dualzoom.pairing.edits import edits

    shoot(wide)
    shoot(tele, focal=52, after=2)
    for original in ("a.jpg", "PXL_2.jpg"):  # copies are such only beside what they copy
        if not (tmp_path / original).exists():
            shoot(original, focal=26 if original == "a.jpg" else 52, after=900)
    pairing = pairs.find(tmp_path)
    used = {path.name for pair in pairing for path in (pair.wide, pair.tele)}
    marked = {path.name for path in edits(sorted(tmp_path.iterdir()))}
    assert marked
    assert not marked & used
    assert all("edited copy" in item.reason for item in pairing.odd if item.path.name in marked)


def test_edits_go_with_their_like(tmp_path, shoot):
    for suffix in ("", "-edited"):
        shoot(f"w{suffix}.jpg")
        shoot(f"t{suffix}.jpg", focal=52, after=3)
    assert {(p.wide.stem, p.tele.stem) for p in pairs.find(tmp_path)} == {
        ("w", "t"),
        ("w-edited", "t-edited"),
    }


def test_a_number_behind_a_name_is_no_edit_without_the_name(tmp_path, shoot):
    shoot("20240501(0).jpg")
    shoot("20240501(1).jpg", focal=52, after=1)
    assert len(pairs.find(tmp_path)) == 1
