"""The runner: every pair gets one end, the threads end, and what was computed is not lost."""

import errno
import gc
import threading
import traceback
import weakref

import pytest

from dualzoom.batch.journal import Journal
from dualzoom.batch.runner import Runner
from dualzoom.errors import RegistrationError, WriteError

ALL = [f"p{number}-2x.png" for number in range(6)]
MAIN = threading.main_thread()


@pytest.fixture(autouse=True)
def no_thread_left():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_a_second_run_computes_nothing(batch):
    assert batch.run().computed == [f"p{number}" for number in range(6)]
    assert batch.results() == ALL
    stamps = [path.stat().st_mtime_ns for path in sorted(batch.folder.glob("*.png"))]
    assert batch.run().computed == []
    assert set(batch.states().values()) == {"kept"}
    assert stamps == [path.stat().st_mtime_ns for path in sorted(batch.folder.glob("*.png"))]


def test_a_changed_input_and_a_changed_setting_are_done_again(batch, make_picture, photos):
    batch.run()
    make_picture(photos / "p2.png", 50)
    assert batch.run().computed == ["p2"]
    batch.strength = 0.5
    assert len(batch.run().computed) == 6
    assert batch.results() == ALL


def test_failures_of_every_kind_stop_nobody_else(batch, photos, worker):
    (photos / "p1.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    errors = {"p3": RegistrationError("p3", "no match"), "p4": ValueError("a bug"), "p5": MemoryError()}

    def before(name):
        if name in errors:
            raise errors[name]

    worker.before = before
    batch.run(worker)
    assert batch.states() == {
        "p0": "done",
        "p1": "failed",
        "p2": "done",
        "p3": "failed",
        "p4": "failed",
        "p5": "failed",
    }
    assert {e.job.pair.name: e.error.exit_code for e in batch.events if e.error} == {
        "p1": 4,
        "p3": 5,
        "p4": 1,
        "p5": 6,
    }
    assert batch.results() == ["p0-2x.png", "p2-2x.png"]
    assert batch.run().computed == []
    assert all(event.earlier for event in batch.events if event.state == "failed")
    assert batch.run(retry_failed=True).computed == ["p3", "p4", "p5"]


def test_a_full_disk_fails_its_pairs_only_and_they_are_tried_again(batch, worker):
    def full(name):
        if name in ("p1", "p2"):
            raise WriteError(name, "the disk is full", "make room")

    worker.before_write = full
    batch.run(worker)
    assert [name for name, state in sorted(batch.states().items()) if state == "failed"] == ["p1", "p2"]
    assert batch.run().computed == ["p1", "p2"]
    assert batch.results() == ALL


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


def test_reading_computing_and_writing_overlap(batch, worker):
    """While a pair is computed the next is read and the last is written: four times in six pairs all three meet."""
    met = []
    meeting = threading.Barrier(3, action=lambda: met.append(True), timeout=60)  # broken, it fails the pair

    def meet(name, first, last):
        if first <= int(name[1:]) <= last:
            meeting.wait()

    read = worker.read
    worker.read = lambda job: (meet(job.pair.name, 2, 5), read(job))[1]  # type: ignore[method-assign]
    worker.before, worker.before_write = lambda name: meet(name, 1, 4), lambda name: meet(name, 0, 3)
    batch.run(worker)
    assert set(batch.states().values()) == {"done"}
    assert len(met) == 4


def test_what_stops_the_whole_batch_is_raised_before_a_pair_is_blamed(batch, worker):
    from dualzoom.errors import WeightsError

    def load():
        raise WeightsError("w", "gone")

    worker.load = load  # type: ignore[method-assign]
    with pytest.raises(WeightsError):
        batch.run(worker)
    assert "failed" not in batch.states().values()


def test_the_model_is_loaded_by_the_callers_thread_alone_beside_reading(batch, worker):
    """No other thread asks what only the model knows before it is there."""
    loading, loaded, asked = threading.Event(), [], []

    def load():
        assert loading.wait(60)
        threading.Event().wait(0.2)
        loaded.append(threading.current_thread())

    def may_go_beside(_job, _photos):
        asked.append(list(loaded))
        return True

    read = worker.read
    worker.read = lambda job: (loading.set(), read(job))[1]  # type: ignore[method-assign]
    worker.load, worker.may_go_beside = load, may_go_beside  # type: ignore[method-assign]
    batch.run(worker)
    assert asked == [[MAIN]] * 6
    assert set(batch.states().values()) == {"done"}


def test_the_runner_says_what_it_is_at(batch, worker):
    begun = []
    worker.spec = batch.spec()
    with batch.coordinator() as coordinator:
        Runner(coordinator, worker, begin=lambda job: begun.append(job.pair.name)).run(batch.jobs())
    assert begun == [f"p{number}" for number in range(6)]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_while_the_next_is_prepared_ends_it_at_its_next_stage(batch, worker, stop):
    """Nobody is told that it failed; the next run does it."""
    preparing, stopped = threading.Event(), threading.Event()

    def before(name):
        if name == "p2":
            assert preparing.wait(60)
            stopped.set()
            raise stop

    def before_prepare(name):
        if name == "p3":
            preparing.set()
            assert stopped.wait(60)

    worker.before, worker.before_prepare = before, before_prepare
    with pytest.raises(stop):
        batch.run(worker)
    assert batch.results() == ALL[:2]
    assert "failed" not in batch.states().values()
    assert batch.run().computed == ["p2", "p3", "p4", "p5"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_while_one_is_made_ends_that_at_its_next_stage(batch, worker, stop):
    """What was computed before is written, the pair is done anew, and nobody is told that it failed."""
    making, stopped = threading.Event(), threading.Event()

    def before_teach(name):
        if name == "p3":
            assert making.wait(60)
            threading.Timer(0.2, stopped.set).start()
            raise stop

    def before(name):
        if name == "p2":
            making.set()
            assert stopped.wait(60)

    worker.before_teach, worker.before = before_teach, before
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


def test_failures_that_are_remembered_do_not_hold_what_was_worked_on(batch, worker):
    """A view lists them at the end: of a long batch they must not keep the photos."""
    held = []

    class Photo:
        pass

    def before(name):
        photo = Photo()
        held.append(weakref.ref(photo))
        try:
            int(name)
        except ValueError as error:
            raise RegistrationError(name, "no match") from error

    worker.before = before
    batch.run(worker)
    gc.collect()
    assert [event.state for event in batch.events] == ["failed"] * 6
    assert [photo() for photo in held] == [None] * 6
    words = "".join(traceback.format_exception(batch.events[0].error))
    assert "in before" in words
    assert "ValueError" in words


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
