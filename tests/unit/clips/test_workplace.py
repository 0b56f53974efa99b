"""The folder of a run: kept when it breaks off, used again only for the same work, gone when it is done."""

from contextlib import suppress
from pathlib import Path

import pytest

from dualzoom.clips.state import State
from dualzoom.clips.workplace import Workplace, workplace
from dualzoom.errors import WriteError


def _broken_run(path: Path, about: dict[str, object], segments: int) -> int:
    """Finds what is there, adds segments, and breaks; how many were there."""
    found = -1
    with suppress(KeyboardInterrupt), workplace(path, about) as folder:
        found = folder.finished(9)
        for number in range(found, found + segments):
            State().save(folder.state(number))
            folder.segment(number).write_bytes(b"x")
        raise KeyboardInterrupt
    return found


def test_a_broken_run_goes_on_and_another_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "b.mp4"
    assert _broken_run(path, {"crf": 17}, 2) == 0
    assert _broken_run(path, {"crf": 17}, 1) == 2
    assert _broken_run(path, {"crf": 17}, 0) == 3
    assert _broken_run(path, {"crf": 18}, 1) == 0
    with workplace(path, {"crf": 18}) as folder:
        assert folder.finished(9) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_segment_without_its_state_counts_for_nothing(tmp_path: Path) -> None:
    folder = Workplace(tmp_path)
    folder.segment(0).write_bytes(b"x")
    assert folder.finished(1) == 0
    State().save(folder.state(0))
    assert folder.finished(1) == 1
    folder.state(0).write_bytes(b"torn")
    assert folder.finished(1) == 0


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    path = tmp_path / "b.mp4"
    with (
        workplace(path, {}) as folder,
        pytest.raises(WriteError, match="another run is writing here"),
        workplace(path, {}),
    ):
        pass
    assert not folder.folder.exists()


def test_what_fails_before_anything_is_finished_leaves_no_folder(tmp_path: Path) -> None:
    assert _broken_run(tmp_path / "b.mp4", {}, 0) == 0
    assert list(tmp_path.iterdir()) == []


def _full(path: Path, name: str) -> None:
    with workplace(path, {}) as folder:
        raise WriteError(folder.folder / name, "cannot be written: No space left on device", "make room")


@pytest.mark.parametrize(
    ("name", "subject"), [("000000.nut", "b.mp4"), ("../c.mp4", ".b.mp4.dualzoom/../c.mp4")]
)
def test_a_part_that_cannot_be_written_is_told_of_the_result(tmp_path: Path, name: str, subject: str) -> None:
    with pytest.raises(WriteError) as caught:
        _full(tmp_path / "b.mp4", name)
    assert caught.value.subject == str(tmp_path / subject)
