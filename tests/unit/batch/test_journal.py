"""The journal: what `append` returned from is there, whatever happened to the bytes after it."""

import errno
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.batch.journal import Journal
from dualzoom.errors import WriteError


def _written(path, count=5):
    journal = Journal(path)
    for number in range(count):
        journal.append("done", f"{number}.jpg", f"key{number}", bytes=number, mtime_ns=7)
    journal.close()


def test_the_latest_line_counts_and_all_that_was_written_is_ours(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.append("done", "a", "1", bytes=3, mtime_ns=4)
    journal.append("done", "a", "2", bytes=5, mtime_ns=6)
    journal.append("failed", "a", "3", code=4)
    journal.close()
    again = Journal(tmp_path / "j")
    assert again.latest("a") == {"event": "failed", "output": "a", "key": "3", "code": 4}
    assert again.written("a") == {(3, 4), (5, 6)}
    assert (again.latest("b"), again.done(), again.damaged_lines) == (None, [], 0)
    again.close()


@given(cut=st.integers(0, 500))
def test_cut_anywhere_whole_lines_stay_and_the_next_is_not_harmed(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("journal") / "j"
    _written(path)
    data = path.read_bytes()
    path.write_bytes(data[: min(cut, len(data))])
    whole = data[:cut].count(b"\n") + (
        cut < len(data) and data[cut : cut + 1] == b"\n"
    )  # a line may lack just its end
    journal = Journal(path)
    assert len(journal.done()) == max(0, whole - 1)
    journal.append("done", "new", "key")
    journal.close()
    again = Journal(path)
    assert len(again.done()) == max(0, whole - 1) + 1
    again.close()


@given(at=st.integers(20, 400), byte=st.binary(min_size=1, max_size=3))
def test_damage_in_the_middle_costs_at_most_the_lines_it_touches(tmp_path_factory, at, byte):
    path = tmp_path_factory.mktemp("journal") / "j"
    _written(path)
    data = bytearray(path.read_bytes())
    data[at : at + len(byte)] = byte
    path.write_bytes(data)
    try:
        journal = Journal(path)
    except WriteError:  # the first line says another format
        return
    assert len(journal.done()) >= 5 - 1 - data[at : at + 1].count(b"\n") - 1
    journal.close()


def test_a_full_disk_is_said_and_the_torn_line_harms_none(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j")
    journal.append("done", "a", "1")
    write = os.write

    def half(number, data):
        if len(data) < 30:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(number, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(WriteError, match="No space left"):
        journal.append("done", "b", "2")
    assert journal.latest("b") is None
    monkeypatch.setattr(os, "write", write)
    journal.append("done", "c", "3")
    journal.close()
    again = Journal(tmp_path / "j")
    assert [again.latest(name) is not None for name in "abc"] == [True, False, True]
    assert again.damaged_lines == 1
    again.close()


def test_a_newer_journal_is_left_alone(tmp_path):
    (tmp_path / "j").write_text('{"journal": 99}\n')
    with pytest.raises(WriteError, match="newer"):
        Journal(tmp_path / "j")
    assert (tmp_path / "j").read_text() == '{"journal": 99}\n'


def test_a_place_that_cannot_hold_it_is_refused(tmp_path):
    with pytest.raises(WriteError, match="journal"):
        Journal(tmp_path / "absent" / "j")


SOUND = {"event": "done", "output": "a.jpg", "key": "k", "part": "p.jpg", "bytes": 1, "mtime_ns": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"output": "../a.jpg"},
        {"output": "/etc/passwd"},
        {"output": "x\\a.jpg"},
        {"output": "C:a.jpg"},
        {"output": ".."},
        {"output": ""},
        {"output": 7},
        {"part": "../../p.jpg"},
        {"part": ["p"]},
        {"bytes": "many"},
        {"mtime_ns": None},
        {"bytes": True},
        {"key": None},
        {"event": "eaten"},
        {"event": "failed", "code": [4]},
        {"event": "failed", "error": "text"},
        {"event": "failed", "error": [1, 2, 3]},
        {"journal": "1"},
        {"journal": None},
    ],
    ids=str,
)
def test_a_line_of_another_form_is_counted_and_ignored(tmp_path, wrong):
    lines = [{"journal": 1}, SOUND, {**SOUND, "output": "b.jpg", **wrong}]
    (tmp_path / "j").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    journal = Journal(tmp_path / "j")
    assert [record["output"] for record in journal.done()] == ["a.jpg"]
    assert journal.damaged_lines == 1
    journal.close()


def test_how_often_an_output_has_ended_is_known_again(tmp_path):
    journal = Journal(tmp_path / "j")
    assert (journal.ends("a"), journal.ended()) == (0, [])
    journal.append("done", "a", "1")
    journal.append("failed", "a", "2")
    journal.append("done", "b", "1")
    journal.append("undone", "b", "1")
    for one in (journal, Journal(tmp_path / "j")):
        assert (one.ends("a"), one.ends("b"), one.ends("c")) == (2, 1, 0)
        assert [(record["output"], record["key"], ends) for record, ends in one.ended()] == [("a", "2", 1)]
        one.close()
