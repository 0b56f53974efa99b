"""The runner: every pair gets one end, the threads end, and what was computed is not lost."""

import gc
import threading
import traceback
import weakref

import pytest

from dualzoom.batch.runner import Runner
from dualzoom.errors import RegistrationError, WriteError

ALL = [f"p{number}-2x.png" for number in range(6)]
MAIN = threading.main_thread()
pytestmark = pytest.mark.usefixtures("no_thread_left")


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
