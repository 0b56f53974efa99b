"""What pairs leave for each other: found and settled in order, and nothing of pairs that a dead run did not end."""

from pathlib import Path

import pytest

from dualzoom.batch.kept import Kept, KeptInOrder, mark, recover

CAMERA = "camera.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "calibrations"


def leave(kept: Kept, words: str) -> None:
    kept.left.mkdir(parents=True, exist_ok=True)
    for suffix in (".safetensors", ".json"):
        (kept.left / CAMERA).with_suffix(suffix).write_text(words)


def seen(kept: Kept) -> str | None:
    """What a pair would begin with."""
    with kept.sought() as folders:
        return next(((one / CAMERA).read_text() for one in folders if (one / CAMERA).is_file()), None)


def settled(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_pair_finds_what_the_last_before_it_left_and_never_its_own(folder: Path) -> None:
    order = KeptInOrder(folder)
    first, second, third = (order.begin(name) for name in "abc")
    assert seen(first) is None
    leave(first, "first")
    assert [seen(kept) for kept in (first, second, third)] == [None, "first", "first"]
    leave(second, "second")
    assert [seen(kept) for kept in (first, second, third)] == [None, "first", "second"]
    assert seen(order.begin("b")) == "first", "tried again it begins with the same"


def test_what_is_left_counts_once_the_pair_and_all_before_it_have_ended(folder: Path) -> None:
    order = KeptInOrder(folder)
    for name in "abc":
        leave(order.begin(name), name)
    order.end("b")
    assert settled(folder) == {}
    order.end("a")
    assert settled(folder) == {CAMERA: "b", "camera.json": "b"}
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["c"]
    assert seen(order.begin("d")) == "c"
    order.end("c")
    assert seen(order.begin("d")) == seen(order.begin("e")) == "c"


def test_a_pair_that_left_nothing_or_never_began_is_in_nobodys_way(folder: Path) -> None:
    order = KeptInOrder(folder)
    order.end("failed while it was read")
    order.begin("a")
    leave(order.begin("b"), "b")
    order.end("a")
    order.end("b")
    assert settled(folder)[CAMERA] == "b"


def test_after_a_death_only_ended_pairs_have_left_something(folder: Path) -> None:
    order = KeptInOrder(folder)
    for name in "abc":
        leave(order.begin(name), name)
    order.end("a")
    recover(folder, {"a", "b"})  # the run died when the end of b was recorded, and c was still made
    assert settled(folder) == {CAMERA: "b", "camera.json": "b"}
    assert not any(path.is_dir() for path in folder.iterdir())


def test_a_death_between_the_two_files_of_a_calibration_is_made_good(folder: Path) -> None:
    leave(Kept(folder), "old")
    leave(KeptInOrder(folder).begin("a"), "a")
    (folder / "a" / CAMERA).replace(folder / CAMERA)
    recover(folder, {"a"})
    assert settled(folder) == {CAMERA: "a", "camera.json": "a"}


def test_where_nothing_was_left_there_is_nothing_to_recover(folder: Path) -> None:
    recover(folder, {"a"})
    assert not folder.exists()


def test_a_pair_done_again_is_another_than_when_it_ended_before() -> None:
    assert (
        len({mark("a.jpg", "k", 0), mark("a.jpg", "k", 1), mark("b.jpg", "k", 0), mark("a.jpg", "l", 0)}) == 4
    )
