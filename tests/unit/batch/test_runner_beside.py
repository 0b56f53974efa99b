"""Steps of different pairs at the same time: who goes beside whom, what is shown, and who is tried again alone."""

import threading

import pytest

from dualzoom.batch.runner import Runner
from dualzoom.errors import MemoryExhaustedError, RegistrationError

ALL = [f"p{number}-2x.png" for number in range(6)]
MAIN = threading.main_thread()
pytestmark = pytest.mark.usefixtures("no_thread_left")


def _meeting(worker, teaching, preparing):
    """While one teaches another is prepared: neither goes on before both are there."""
    meeting = threading.Barrier(2, timeout=60)  # broken, it fails the pair
    worker.before_teach = lambda name: meeting.wait() if name == teaching else None
    return lambda name: meeting.wait() if name == preparing else None


def test_one_is_prepared_one_teaches_and_one_is_made_at_the_same_time(batch, worker):
    """So with p2, p3 and p4, and before and after them; all teach in their order."""
    met = []
    meeting = threading.Barrier(3, action=lambda: met.append(True), timeout=60)

    def meet(name, first, last):
        if first <= int(name[1:]) <= last:
            meeting.wait()

    worker.before_prepare = lambda name: meet(name, 2, 5)
    worker.before_teach = lambda name: meet(name, 1, 4)
    worker.before = lambda name: meet(name, 0, 3)
    batch.run(worker)
    assert len(met) == 4
    assert set(batch.states().values()) == {"done"}
    assert worker.taught == worker.computed == [f"p{number}" for number in range(6)]


def test_the_next_pair_is_prepared_while_one_teaches(batch, worker):
    worker.before_prepare = _meeting(worker, "p2", "p3")
    batch.run(worker)
    assert "p3" in worker.prepared_ahead
    assert set(batch.states().values()) == {"done"}
    assert worker.computed == [f"p{number}" for number in range(6)]


def test_no_more_than_one_pair_waits_at_each_step(batch, worker):
    """While p1 is made p2 has taught and p3 is prepared; p3 does not teach, and p4 is not prepared, ever so long."""
    taught, prepared, early = threading.Event(), threading.Event(), []
    worker.before_teach = lambda name: taught.set() if name == "p3" else None
    worker.before_prepare = lambda name: prepared.set() if name == "p4" else None

    def before(name):
        if name == "p1":
            early.extend([taught.wait(0.5), prepared.wait(0.5)])

    worker.before = before
    batch.run(worker)
    assert early == [False, False]
    assert taught.is_set()
    assert prepared.is_set()
    assert set(batch.states().values()) == {"done"}


def test_what_fails_while_it_is_prepared_is_that_pair_alone(batch, worker):
    meet = _meeting(worker, "p2", "p3")

    def before_prepare(name):
        meet(name)
        if name == "p3":
            raise RegistrationError("p3", "no match")

    worker.before_prepare = before_prepare
    batch.run(worker)
    assert {name for name, state in batch.states().items() if state != "done"} == {"p3"}
    (failed,) = (event for event in batch.events if event.error)
    assert failed.error.exit_code == 5
    assert worker.computed == ["p0", "p1", "p2", "p4", "p5"]


def test_what_finds_no_memory_beside_another_pair_is_tried_alone(batch, worker):
    meet = _meeting(worker, "p2", "p3")

    def before_prepare(name):
        if threading.current_thread() is not MAIN:
            meet(name)
            if name == "p3":
                raise MemoryExhaustedError("p3", "there is not enough memory")

    worker.before_prepare = before_prepare
    batch.run(worker)
    assert set(batch.states().values()) == {"done"}
    assert worker.computed == [f"p{number}" for number in range(6)]


def test_pairs_that_must_not_wait_are_prepared_one_by_one(batch, worker):
    worker.may_wait_prepared = lambda _job, _photos: False  # type: ignore[method-assign]
    batch.run(worker)
    assert worker.prepared_ahead == []
    assert set(batch.states().values()) == {"done"}


def test_stages_of_a_pair_that_is_prepared_ahead_are_not_shown_as_anothers(batch, worker):
    """Every pair is registered once: shown where it is prepared when its turn has come, and else nowhere."""
    told, begun = [], []
    worker.before_prepare = _meeting(worker, "p2", "p3")
    worker.spec = batch.spec()
    with batch.coordinator() as coordinator:
        Runner(
            coordinator,
            worker,
            lambda job: begun.append(job.pair.name),
            lambda stage, _fraction: told.append((begun[-1], stage)),
        ).run(batch.jobs())
    assert "p3" in worker.prepared_ahead
    shown = [name for name, stage in told if stage == "register"]
    assert not set(worker.prepared_ahead) & set(shown)
    assert len(set(shown)) + len(worker.prepared_ahead) <= 6
    assert ("p5", "enlarge") in told


def test_a_pair_that_finds_no_memory_beside_what_is_prepared_is_made_again(batch, worker):
    """p2 lacks memory once, while p3 is being prepared; p5, the last, lacks it beside nobody."""
    meeting, ended, tries = threading.Barrier(2, timeout=60), threading.Event(), []

    def before_prepare(name):
        if name == "p3" and not ended.is_set():
            meeting.wait()
            ended.wait(60)

    def before(name):
        tries.append(name)
        if tries.count("p2") == 1 and name == "p2":
            meeting.wait()
            threading.Timer(0.2, ended.set).start()
            raise MemoryError
        if name == "p5":
            raise MemoryError

    worker.before_prepare, worker.before = before_prepare, before
    batch.run(worker)
    assert {name for name, state in batch.states().items() if state != "done"} == {"p5"}
    assert tries.count("p2") == 2
    assert tries.count("p5") == 1
    assert batch.results() == ALL[:5]


def test_a_pair_that_finds_no_memory_to_teach_beside_another_teaches_again(batch, worker):
    """p3 lacks memory once, while p2 is made, and then learns before p4 does."""
    meeting, tries = threading.Barrier(2, timeout=60), []

    def before_teach(name):
        tries.append(name)
        if name == "p3" and tries.count(name) == 1:
            meeting.wait()
            raise MemoryError

    worker.before_teach = before_teach
    worker.before = lambda name: (meeting.wait(), threading.Event().wait(0.2)) if name == "p2" else None
    batch.run(worker)
    assert set(batch.states().values()) == {"done"}
    assert tries == ["p0", "p1", "p2", "p3", "p3", "p4", "p5"]
    assert worker.taught == [f"p{number}" for number in range(6)]


def test_what_fails_to_teach_while_another_is_made_is_that_pair_alone(batch, worker):
    meeting = threading.Barrier(2, timeout=60)

    def before_teach(name):
        if name == "p3":
            meeting.wait()
            raise RegistrationError("p3", "no match")

    worker.before_teach = before_teach
    worker.before = lambda name: meeting.wait() if name == "p2" else None
    batch.run(worker)
    assert {name for name, state in batch.states().items() if state != "done"} == {"p3"}
    assert worker.computed == ["p0", "p1", "p2", "p4", "p5"]


def test_two_that_fail_at_once_are_told_in_their_order(batch, worker):
    """p2 fails where it is made, while p3 fails to teach."""
    meeting = threading.Barrier(2, timeout=60)

    def failing(pair, then):
        def work(name):
            if name == pair:
                meeting.wait()
                threading.Event().wait(then)
                raise RegistrationError(name, "no match")

        return work

    worker.before, worker.before_teach = failing("p2", 0.3), failing("p3", 0)
    batch.run(worker)
    assert [event.job.pair.name for event in batch.events] == [f"p{number}" for number in range(6)]
    assert {name for name, state in batch.states().items() if state == "failed"} == {"p2", "p3"}
    assert batch.results() == [ALL[0], ALL[1], ALL[4], ALL[5]]


def test_pairs_that_may_not_go_beside_others_teach_and_are_made_alone(batch, worker):
    """p2 and p3 may not: nothing else teaches or is made meanwhile, though the next is prepared."""
    at_work, met = set(), set()

    def watched(step):
        def work(job, *arguments):
            at_work.add((job.pair.name, step.__name__))
            met.update((job.pair.name, other) for other, _ in at_work if other != job.pair.name)
            threading.Event().wait(0.05)
            try:
                return step(job, *arguments)
            finally:
                at_work.discard((job.pair.name, step.__name__))

        return work

    worker.may_go_beside = lambda job, _photos: job.pair.name not in ("p2", "p3")  # type: ignore[method-assign]
    worker.teach, worker.make = watched(worker.teach), watched(worker.make)  # type: ignore[method-assign]
    batch.run(worker)
    assert set(batch.states().values()) == {"done"}
    assert worker.taught == worker.computed == [f"p{number}" for number in range(6)]
    assert not {name for both in met for name in both} & {"p2", "p3"}
    assert met, "others go side by side"
    assert "p3" in worker.prepared_ahead
