"""What a batch says of a pair is plain JSON, and what is known of the tele stands beside its name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dualzoom.batch.events import Assignment, Event
from dualzoom.errors import RegistrationError


@pytest.fixture
def job(batch):
    return batch.jobs()[0]


@pytest.fixture
def paired(job, tmp_path):
    return replace(job, pair=replace(job.pair, tele=tmp_path / "t.jpg"))


@pytest.mark.parametrize("state", ["planned", "done", "kept", "skipped", "failed"])
def test_every_event_names_its_files_and_is_plain_json(job, paired, tmp_path, state):
    for one, tele in ((job, None), (paired, {"path": str(tmp_path / "t.jpg")})):
        told = Event(state=state, job=one).to_json()
        assert json.loads(json.dumps(told)) == told
        assert told == {
            "state": state,
            "name": "p0",
            "wide": str(job.pair.wide),
            "tele": tele,
            "teles": [] if tele is None else [tele],
            "frames": [],
            "frames_used": None,
            "frames_refused": None,
            "output": str(job.output),
        }


def test_a_failure_says_the_whole_error_and_whether_it_is_an_old_one(job):
    error = RegistrationError("p0", "no match", "take it again")
    told = Event(state="failed", job=job, error=error, earlier=True).to_json()
    assert (told["error"], told["exit_code"], told["earlier"]) == (str(error), 5, True)


def test_how_the_tele_was_used_stands_beside_its_name(paired, tmp_path):
    result = {"tele": {"used": True, "detail": 0.5}, "notes": ["soft"]}
    told = Event(state="done", job=paired, result=result).to_json()
    assert told["tele"] == {"path": str(tmp_path / "t.jpg"), "used": True, "detail": 0.5}
    assert told["notes"] == ["soft"]
    assert result == {"tele": {"used": True, "detail": 0.5}, "notes": ["soft"]}, "what was given stays"


@pytest.mark.parametrize("result", [None, {}, {"tele": None}])
def test_a_tele_of_which_nothing_is_known_is_still_named(paired, tmp_path, result):
    assert Event(state="done", job=paired, result=result).to_json()["tele"] == {
        "path": str(tmp_path / "t.jpg")
    }


def test_calibrations_lie_beside_the_parts_not_among_them(job):
    assignment = Assignment(job, "key", Path("out") / ".dualzoom-batch" / "parts")
    assert assignment.calibrations == Path("out") / ".dualzoom-batch" / "calibrations"


def test_more_lenses_and_frames_are_named(paired, tmp_path):
    more = replace(paired.pair, more=(tmp_path / "t2.jpg",), frames=(tmp_path / "f.jpg",))
    told = Event(state="kept", job=replace(paired, pair=more)).to_json()
    assert json.loads(json.dumps(told)) == told
    assert told["teles"] == [{"path": str(tmp_path / "t.jpg")}, {"path": str(tmp_path / "t2.jpg")}]
    assert told["frames"] == [{"name": str(tmp_path / "f.jpg")}]


def test_frames_used_and_refused_are_counted(paired, tmp_path):
    frames = [{"name": "a", "used": True, "weight": 0.5, "reason": None}]
    frames += [{"name": name, "used": False, "weight": 0.0, "reason": "it is blurred"} for name in "bc"]
    told = Event(state="done", job=paired, result={"frames": frames}).to_json()
    assert (told["frames_used"], told["frames_refused"], told["frames"]) == (1, 2, frames)
    told = Event(state="done", job=paired, result={}).to_json()
    assert (told["frames_used"], told["frames_refused"]) == (0, 0)
