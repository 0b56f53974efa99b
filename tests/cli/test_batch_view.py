"""What a batch shows: results as they come on stdout, every failure at the end, numbers that add up."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualzoom.batch.events import Event
from dualzoom.cli.batch_view import BatchView, duration
from dualzoom.cli.terminal import Terminal
from dualzoom.errors import CaptureError
from dualzoom.pairing.photo_pair import PhotoPair

STATES = ("done", "kept", "skipped", "failed")
captured = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40
)


@dataclass(frozen=True)
class Job:
    """As `batch.names` plans it."""

    pair: PhotoPair
    output: Path


def event(number: int, state: str, *, tele: bool = False, **more: object) -> Event:
    pair = PhotoPair(f"p{number}", Path(f"p{number}.jpg"), Path("t.jpg") if tele else None)
    error = CaptureError(f"p{number}.jpg", "is torn", "copy it again") if state == "failed" else None
    return Event(state=state, job=Job(pair, Path(f"p{number}-2x.jpg")), error=error, **more)


@given(st.lists(st.sampled_from(STATES), max_size=12), st.integers(0, 3))
@captured
def test_results_failures_and_numbers(capsys, states: list[str], odd: int) -> None:
    capsys.readouterr()
    with BatchView(Terminal(), len(states), json=False) as view:
        for number, state in enumerate(states):
            view.tell(event(number, state))
        view.summary(odd)
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"p{number}-2x.jpg" for number, state in enumerate(states) if state == "done"]
    for number, state in enumerate(states):
        assert (f"p{number}.jpg: is torn; copy it again" in err) == (state == "failed")
    last = err.splitlines()[-1]
    if not states and not odd:
        assert last.endswith("nothing to do")
    for state, word in (
        ("done", "done"),
        ("kept", "done earlier"),
        ("skipped", "skipped"),
        ("failed", "failed"),
    ):
        if count := states.count(state):
            assert f"{count} {word}" in last
    assert (f"{odd} not paired" in last) == bool(odd)


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=8))
@captured
def test_with_json_every_pair_is_a_line(capsys, states: list[str]) -> None:
    capsys.readouterr()
    with BatchView(Terminal(quiet=True), len(states), json=True) as view:
        for number, state in enumerate(states):
            view.tell(event(number, state))
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["state"] for one in found] == states
    assert all(
        (one.get("error") or {}).get("exit_code") == (4 if one["state"] == "failed" else None)
        for one in found
    )


def test_a_failure_of_an_earlier_run_is_said_to_be_one(capsys) -> None:
    with BatchView(Terminal(), 1, json=False) as view:
        view.tell(event(0, "failed", earlier=True))
        view.summary(0)
    assert "is torn; copy it again (in an earlier run)" in capsys.readouterr().err


def test_how_many_teles_helped_counts_pairs_that_were_done_now(capsys) -> None:
    with BatchView(Terminal(), 4, json=False) as view:
        view.tell(event(0, "done", tele=True, result={"tele": {"used": True}}))
        view.tell(event(1, "done", tele=True, result={"tele": {"used": False}}))
        view.tell(event(2, "done"))
        view.tell(event(3, "kept", tele=True, result={"tele": {"used": True}}))
        view.summary(0)
    assert "the tele helped in 1 of 2 done now" in capsys.readouterr().err


def test_notes_name_their_pair_and_damage_is_told_once(capsys) -> None:
    with BatchView(Terminal(), 1, json=False) as view:
        view.note_damage(Path("journal.jsonl"), 0)
        assert capsys.readouterr().err == ""
        view.note_damage(Path("journal.jsonl"), 2)
        view.tell(event(0, "done", result={"notes": ["it is soft"]}))
    err = capsys.readouterr().err
    assert "journal.jsonl: 2 damaged lines are ignored" in err
    assert "p0: it is soft" in err


def test_quiet_keeps_all_but_results_and_errors(capsys) -> None:
    with BatchView(Terminal(quiet=True), 2, json=False) as view:
        view.tell(event(0, "done"))
        view.tell(event(1, "failed"))
        view.interrupted()
        view.summary(1)
    out, err = capsys.readouterr()
    assert out == "p0-2x.jpg\n"
    assert err == "dualzoom: p1.jpg: is torn; copy it again\n"


@given(st.floats(0, 1e6))
def test_a_time_is_short_and_about_right(seconds: float) -> None:
    number, unit = duration(seconds).split()
    back = float(number) * {"s": 1, "min": 60, "h": 3600}[unit]
    assert back == pytest.approx(seconds, rel=0.3, abs=0.51)
