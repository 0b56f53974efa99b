"""What a command line names: single photos once each, pairs with names of which no two are equal."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.cli import sources
from dualzoom.cli.terminal import Terminal
from dualzoom.errors import UsageError
from dualzoom.pairing.photo_pair import PhotoPair

ROOT = Path("/photos")
pairs = st.lists(
    st.builds(
        lambda folder, side, stem: PhotoPair(stem, ROOT / folder / side / f"{stem}.jpg"),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(["", "wide"]),
        st.sampled_from(["a", "b", "wide"]),
    ),
    max_size=5,
    unique_by=lambda pair: pair.wide,
)


def touch(folder: Path, *names: str) -> list[Path]:
    made = [folder / name for name in names]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return made


@given(pairs)
def test_names_are_unique_or_refused_and_nothing_else_changes(found: list[PhotoPair]) -> None:
    named = None
    with contextlib.suppress(UsageError):
        named = sources.named(found)
    if named is None:
        with pytest.raises(UsageError, match="have this name"):
            sources.named(found)
        return
    assert len({pair.name for pair in named}) == len(found)
    assert [(pair.wide, pair.tele) for pair in named] == [(pair.wide, pair.tele) for pair in found]


def test_equal_names_are_told_apart_by_their_folders_and_others_stay() -> None:
    found = [
        PhotoPair(stem, ROOT / folder / f"{stem}.jpg")
        for folder, stem in (("x", "a"), ("y", "a"), ("y", "b"))
    ]
    assert [pair.name for pair in sources.named(found)] == ["x-a", "y-a", "b"]


def test_a_pair_without_a_name_takes_its_folders() -> None:
    found = [
        PhotoPair("wide", ROOT / "tower" / "wide.jpg"),
        PhotoPair("wide", ROOT / "patio" / "wide" / "wide.jpg"),
    ]
    assert [pair.name for pair in sources.named(found)] == ["tower", "patio"]


def test_photos_are_those_named_and_those_of_folders_once_each(tmp_path: Path) -> None:
    made = touch(tmp_path, "in/b.jpg", "in/a.PNG", "in/c.txt", "in/deep/d.jpg", "e.tif")
    found = sources.photos([made[0], tmp_path / "in", made[4]])
    assert [pair.wide for pair in found] == [made[0], made[1], made[4]]
    assert [pair.name for pair in found] == ["b", "a", "e"]
    assert all(pair.tele is None for pair in found)


def test_what_is_not_there_or_holds_no_photo_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.jpg: there is no such photo"):
        sources.photos([tmp_path / "nowhere.jpg"])
    touch(tmp_path, "in/c.txt")
    with pytest.raises(UsageError, match="no photos found"):
        sources.photos([tmp_path / "in"])


def test_pairs_have_both_sides_and_what_is_left_out_is_noted(tmp_path: Path, capsys) -> None:
    touch(tmp_path, "a-wide.jpg", "a-tele.jpg", "b-wide.jpg")
    found = sources.pairs(Terminal(), [tmp_path])
    assert [(pair.name, pair.tele) for pair in found] == [("a", tmp_path / "a-tele.jpg")]
    assert "b-wide.jpg: left out, its tele photo is missing" in capsys.readouterr().err
    (tmp_path / "a-tele.jpg").unlink()
    with pytest.raises(UsageError, match="no pairs found"):
        sources.pairs(Terminal(quiet=True), [tmp_path])
    assert capsys.readouterr().err == ""
