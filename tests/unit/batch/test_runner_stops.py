"""A run that is stopped or dies: what was computed is written, ends keep their order, and the next run goes on."""

import errno
import threading

import pytest

from dualzoom.batch.journal import Journal
from dualzoom.errors import RegistrationError, WriteError

ALL = [f"p{number}-2x.png" for number in range(6)]
pytestmark = pytest.mark.usefixtures("no_thread_left")


def test_a_journal_that_cannot_be_written_ends_the_run(batch, worker, monkeypatch):
    def full(journal, _record):
        raise journal._refused(OSError(errno.ENOSPC, "No space left on device"))

    worker.before_write = lambda name: monkeypatch.setattr(Journal, "_write", full) if name == "p1" else None
    with pytest.raises(WriteError, match="journal"):
        batch.run(worker)
    monkeypatch.undo()
    assert batch.results() == ["p0-2x.png"]
    assert "p0" not in batch.run().computed
    assert batch.results() == ALL


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_writes_what_is_computed_and_the_next_run_goes_on(batch, worker, stop):
    def before(name):
        if name == "p3":
            raise stop

    worker.before = before
    with pytest.raises(stop):
        batch.run(worker)
    assert batch.results() == ALL[:3]
    assert list((batch.folder / ".dualzoom-batch" / "parts").iterdir()) == []
    assert batch.run().computed == ["p3", "p4", "p5"]
    assert batch.results() == ALL


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize(
    ("stopping", "stopped_at", "going_on", "beside"),
    [("before", "p2", "before_prepare", "p3"), ("before_teach", "p3", "before", "p2")],
)
def test_a_stop_ends_what_is_done_beside_it_at_its_next_stage(
    batch, worker, stop, stopping, stopped_at, going_on, beside
):
    """A pair that is prepared, or made, is done anew by the next run; nobody is told that it failed."""
    begun, stopped = threading.Event(), threading.Event()

    def raise_stop(name):
        if name == stopped_at:
            assert begun.wait(60)
            threading.Timer(0.2, stopped.set).start()
            raise stop

    def go_on(name):
        if name == beside:
            begun.set()
            assert stopped.wait(60)

    setattr(worker, stopping, raise_stop)
    setattr(worker, going_on, go_on)
    with pytest.raises(stop):
        batch.run(worker)
    assert batch.results() == ALL[:2]
    assert "failed" not in batch.states().values()
    assert batch.run().computed == ["p2", "p3", "p4", "p5"]
    assert batch.results() == ALL


def test_a_journal_that_cannot_tell_of_a_failure_ends_the_run(batch, worker, monkeypatch):
    """The failure is heard of in the thread that makes, and told in the one that writes."""

    def full(journal, _record):
        raise journal._refused(OSError(errno.ENOSPC, "No space left on device"))

    def before(name):
        if name == "p2":
            monkeypatch.setattr(Journal, "_write", full)
            raise RegistrationError("p2", "no match")

    worker.before = before
    with pytest.raises(WriteError, match="journal"):
        batch.run(worker)
    monkeypatch.undo()
    assert set(batch.results()) <= set(ALL[:2])
    batch.run()
    assert batch.results() == ALL


@pytest.mark.parametrize("step", ["before_teach", "before"])
def test_a_failure_is_recorded_after_the_ends_of_all_earlier_pairs(batch, worker, step):
    """A run dies while p1 is written, when p2 has failed: else p1 would be done again with what p2 left."""
    failed, died = threading.Event(), []

    def fail(name):
        if name == "p2":
            failed.set()
            raise RegistrationError("p2", "no match")

    def die(name):
        if name == "p1" and not died:
            died.append(name)
            assert failed.wait(60)
            threading.Event().wait(0.3)
            raise KeyboardInterrupt

    setattr(worker, step, fail)
    worker.before_write = die
    with pytest.raises(KeyboardInterrupt):
        batch.run(worker)
    assert batch.states() == {"p0": "done"}
    worker.computed.clear()
    batch.run(worker)
    assert worker.computed == ["p1", "p3", "p4", "p5"]
    assert {name for name, state in batch.states().items() if state == "failed"} == {"p2"}


def test_what_a_pair_left_for_others_is_theirs_for_good_only_when_it_has_ended(batch, worker):
    """A run dies while p1 is made, when p2 has taught; the next begins with what p0 left."""
    taught, begun = threading.Event(), []

    def leaving(run):
        def teach(job, ready, progress=None, kept=None):
            with kept.sought() as folders:
                left = [path.read_text() for folder in folders for path in folder.glob("*.safetensors")]
            run.append((job.pair.name, left[0] if left else None))
            kept.left.mkdir(parents=True, exist_ok=True)
            (kept.left / "camera.safetensors").write_text(job.pair.name)
            (kept.left / "camera.json").write_text(job.pair.name)
            if job.pair.name == "p2":
                taught.set()
            return Counting.teach(worker, job, ready, progress, kept)

        return teach

    def before(name):
        if name == "p1" and not begun:
            assert taught.wait(60)
            begun.append(name)
            raise KeyboardInterrupt

    Counting, worker.before = type(worker), before
    first, second = [], []
    worker.teach = leaving(first)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        batch.run(worker)
    worker.teach = leaving(second)  # type: ignore[method-assign]
    batch.run(worker)
    assert first[:3] == [("p0", None), ("p1", "p0"), ("p2", "p1")]
    assert second == [("p1", "p0"), ("p2", "p1"), ("p3", "p2"), ("p4", "p3"), ("p5", "p4")]
    kept = batch.folder / ".dualzoom-batch" / "calibrations"
    assert {path.name: path.read_text() for path in kept.iterdir()} == {
        "camera.safetensors": "p5", "camera.json": "p5",
    }  # fmt: skip
