"""Names that say what a photo is: each photo is on one side of one name or among the others, and none is guessed."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.pairing.by_name import join, split
from dualzoom.pairing.odd import Odd

ROOT = Path("/photos")
stems = st.sampled_from(
    ["a", "b", "wide", "tele", "a-wide", "a_TELE", "b-Wide", "b-tele", "a-wide-tele", "awide"]
)
folders = st.lists(st.sampled_from(["wide", "Tele", "x", "tele"]), max_size=3).map(lambda parts: Path(*parts))
paths = st.builds(
    lambda folder, stem, suffix: ROOT / folder / f"{stem}{suffix}",
    folders,
    stems,
    st.sampled_from([".jpg", ".dng"]),
)
many = st.lists(paths, max_size=12, unique=True)


def photos(*names: str) -> list[Path]:
    return [ROOT / name for name in names]


def pairs(*names: str, root: Path | None = ROOT, alone: bool = False) -> list[tuple[str, str, str | None]]:
    named, _ = split(photos(*names), [], root)
    found, _ = join(named, alone=alone)
    told = [(pair.wide, pair.tele) for pair in found]
    below = [
        tuple(path and PurePosixPath(path.relative_to(ROOT)).as_posix() for path in both) for both in told
    ]
    return [(pair.name, *both) for pair, both in zip(found, below, strict=True)]


@given(many)
def test_every_photo_is_named_once_or_among_the_others(given_: list[Path]) -> None:
    named, others = split(given_, [], ROOT)
    told = [path for sides in named.values() for path in sides.all]
    assert sorted(told + others) == sorted(given_)


@given(many, st.booleans())
def test_every_named_photo_is_in_one_pair_or_odd_for_a_reason(given_: list[Path], alone: bool) -> None:
    named, others = split(given_, [], ROOT)
    found, odd = join(named, alone=alone)
    used = [path for pair in found for path in (pair.wide, pair.tele) if path is not None]
    assert sorted([*used, *(item.path for item in odd), *others]) == sorted(given_)
    assert all(item.reason for item in odd)
    assert all(pair.name for pair in found)
    if not alone:
        assert all(pair.tele is not None for pair in found)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter(given_: list[Path], random) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)
    first, again = (join(split(order, [], ROOT)[0], alone=False) for order in (given_, shuffled))
    assert first[0] == again[0]
    assert {item.path: item.reason for item in first[1]} == {item.path: item.reason for item in again[1]}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a-wide.jpg", "a-tele.jpg"], [("a", "a-wide.jpg", "a-tele.jpg")]),
        (["a_WIDE.jpg", "a-Tele.dng"], [("a", "a_WIDE.jpg", "a-Tele.dng")]),
        (["x/wide.jpg", "x/tele.jpg"], [("x", "x/wide.jpg", "x/tele.jpg")]),
        (["wide/1.jpg", "tele/1.jpg"], [("1", "wide/1.jpg", "tele/1.jpg")]),
        (["x/Wide/1.jpg", "x/TELE/1.jpg"], [("1", "x/Wide/1.jpg", "x/TELE/1.jpg")]),
        (["wide/x/1.jpg", "tele/x/1.jpg"], [("1", "wide/x/1.jpg", "tele/x/1.jpg")]),
        (["wide/a-wide.jpg", "tele/a-tele.jpg"], [("a", "wide/a-wide.jpg", "tele/a-tele.jpg")]),
        (["wide/a-wide.jpg", "tele/a.jpg"], [("a", "wide/a-wide.jpg", "tele/a.jpg")]),
        (["tele/a-wide.jpg", "tele/a-tele.jpg"], [("a", "tele/a-wide.jpg", "tele/a-tele.jpg")]),
        (["x/a-wide.jpg", "y/a-tele.jpg"], []),
        (["x/wide/1.jpg", "y/tele/1.jpg"], []),
        (["awide.jpg", "atele.jpg"], []),
        (["wide-a.jpg", "tele-a.jpg"], []),
        (["a-wide-1.jpg", "a-tele-1.jpg"], []),
    ],
)
def test_who_belongs_to_whom(names: list[str], expected: list[tuple[str, str, str]]) -> None:
    assert pairs(*names) == expected


def test_folders_above_the_root_say_nothing() -> None:
    for root in (ROOT / "wide", None):
        named, others = split(photos("wide/1.jpg", "tele/1.jpg"), [], root)
        assert not named
        assert len(others) == 2


def test_two_files_that_differ_in_their_suffix_are_not_chosen_between() -> None:
    named, _ = split(photos("a-wide.jpg", "a-wide.dng", "a-tele.jpg"), [], ROOT)
    found, odd = join(named, alone=True)
    assert found == []
    assert len(odd) == 3
    assert all("differ only in their suffix" in item.reason for item in odd)


def test_a_lone_tele_is_never_enlarged_alone() -> None:
    assert pairs("a-wide.jpg", "b-tele.jpg", alone=True) == [("a", "a-wide.jpg", None)]


@pytest.mark.parametrize(("there", "lacking"), [("wide", "tele"), ("tele", "wide")])
def test_what_is_missing_is_said_and_why_a_file_of_the_name_does_not_count(there: str, lacking: str) -> None:
    unread = [Odd(ROOT / f"a-{lacking}.webp", "this kind is not read"), Odd(ROOT / "c-tele.webp", "neither")]
    named, _ = split(photos(f"a-{there}.jpg", f"b-{there}.jpg"), unread, ROOT)
    assert len(named) == 2, "what is not read makes no name of its own"
    _, odd = join(named, alone=False)
    assert {item.path.name: item.reason for item in odd} == {
        f"a-{there}.jpg": f"its {lacking} photo a-{lacking}.webp cannot be used: this kind is not read",
        f"b-{there}.jpg": f"its {lacking} photo is missing",
    }
