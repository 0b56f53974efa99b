"""Both ends of a batch on many machines, without one: what a worker answers, and what becomes of its answers."""

import pickle
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace

import pytest

from dualzoom import capture
from dualzoom.batch import cluster
from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.cluster import run
from dualzoom.batch.cluster_worker import WorkerReport, do
from dualzoom.batch.events import Assignment
from dualzoom.batch.worker import model_sha256
from dualzoom.errors import BatchError, CaptureError, MemoryExhaustedError, UsageError, WeightsError
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.settings import EngineSettings, ZoomSettings
from dualzoom.version import installed_version

NETWORK = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}


class KilledWorker(Exception):  # noqa: N818 - the library's name
    """As the scheduler says it."""


class Future:
    """Work that is over: what came of it, or how it failed."""

    def __init__(self, key, found=None, *, error=None, status="finished"):
        self.key, self.status, self._found, self._error = key, status, found, error

    def exception(self):
        return self._error

    def result(self):
        return self._found


class Completed(list):
    """Futures in the order in which they were added."""

    def __init__(self, loop):
        super().__init__()

    def add(self, future):
        self.append(future)

    def __next__(self):
        return self.pop(0)


class Client:
    """A scheduler with two threads whose workers answer at once, by `answer(assignment)`; it counts."""

    loop = None

    def __init__(self, answer):
        self.answer, self.keys = answer, []

    def nthreads(self):
        return {"a": 1, "b": 1}

    def submit(self, work, spec, assignment, *, key, pure):
        assert work is do
        assert not pure
        self.keys.append(key)
        answered = self.answer(assignment)
        return Future(key, **answered) if isinstance(answered, dict) else Future(key, answered)


@pytest.fixture
def spec(tmp_path) -> BatchSpec:
    path = str(weights.save(build_network(NETWORK), tmp_path / "small.safetensors", config=NETWORK))
    settings = ZoomSettings(engine=EngineSettings(device="cpu"))
    return BatchSpec(
        model=path, model_sha256=model_sha256(path), version=installed_version(), settings=settings
    )


@pytest.fixture
def assignment(batch, tmp_path) -> Assignment:
    (tmp_path / "parts").mkdir()
    return Assignment(batch.jobs()[0], "key", tmp_path / "parts")


@pytest.fixture
def dispatch(batch, monkeypatch):
    """Run the batch's jobs by workers that answer by `answer`; returns the client."""
    distributed = SimpleNamespace(as_completed=Completed, KilledWorker=KilledWorker)

    def called(answer):
        client = Client(answer)
        with batch.coordinator() as coordinator:
            cluster._Dispatch(distributed, client, coordinator, "tcp://host:1").run(batch.jobs())
        return client

    return called


def made(assignment: Assignment) -> WorkerReport:
    part = assignment.parts / f"{assignment.job.pair.name}.part"
    part.write_bytes(assignment.job.pair.name.encode())
    return WorkerReport(part=part, result={})


def test_a_worker_answers_with_a_part_and_what_is_known_of_it(spec, assignment):
    report = do(spec, assignment)
    assert (report.error, report.fatal) == (None, False)
    assert report.part.parent == assignment.parts
    assert capture.read(report.part).size == capture.read(assignment.job.pair.wide).size.scale(2)
    assert report.result["size"] == [64, 48]
    assert not assignment.job.output.exists()


def test_a_bad_photo_is_the_pairs_error_and_travels(spec, assignment):
    assignment.job.pair.wide.write_bytes(b"no picture")
    report = pickle.loads(pickle.dumps(do(spec, assignment)))
    assert isinstance(report.error, CaptureError)
    assert not report.fatal
    assert report.part is None


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"version": "99"}, UsageError, "same version"),
        ({"model_sha256": "0" * 64}, WeightsError, "not the weights"),
        ({"model": "no-such-model"}, WeightsError, "no-such-model"),
    ],
)
def test_what_every_job_would_meet_is_fatal(spec, assignment, change, kind, said):
    report = do(replace(spec, **change), assignment)
    assert isinstance(report.error, kind)
    assert said in str(report.error)
    assert report.fatal
    assert list(assignment.parts.iterdir()) == []


def test_parts_get_their_names_and_tasks_names_of_their_own(dispatch, batch):
    client = dispatch(made)
    assert set(batch.states().values()) == {"done"}
    assert len(batch.states()) == 6
    assert (batch.folder / "p3-2x.png").read_bytes() == b"p3"
    assert len(set(client.keys)) == 6
    assert all(key.startswith("dualzoom-") for key in client.keys)


def test_a_second_run_submits_nothing(dispatch, batch):
    dispatch(made)
    assert dispatch(made).keys == []
    assert set(batch.states().values()) == {"kept"}


def test_the_same_batch_elsewhere_has_other_tasks(dispatch, batch, tmp_path):
    first = dispatch(made).keys
    batch.folder = tmp_path / "elsewhere"
    assert not set(first) & set(dispatch(made).keys)


def test_a_pairs_error_and_a_dead_worker_fail_their_pairs_only(dispatch, batch):
    def answer(assignment):
        name = assignment.job.pair.name
        if name == "p1":
            return WorkerReport(error=CaptureError(assignment.job.pair.wide, "is torn"))
        if name == "p2":
            return {"error": KilledWorker("p2")}
        if name == "p3":
            return {"error": RuntimeError("cannot be unpickled")}
        return made(assignment)

    dispatch(answer)
    failed = {event.job.pair.name: event.error for event in batch.events if event.state == "failed"}
    assert sorted(failed) == ["p1", "p2", "p3"]
    assert isinstance(failed["p1"], CaptureError)
    assert isinstance(failed["p2"], MemoryExhaustedError)
    assert "cannot be unpickled" in str(failed["p3"])
    assert batch.results() == ["p0-2x.png", "p4-2x.png", "p5-2x.png"]


def test_a_fatal_answer_ends_the_batch_and_blames_no_pair(dispatch, batch):
    error = WeightsError("w", "these are not the weights")
    with pytest.raises(WeightsError) as caught:
        dispatch(lambda _assignment: WorkerReport(error=error, fatal=True))
    assert caught.value is error
    assert "failed" not in batch.states().values()


def test_a_scheduler_that_goes_away_ends_the_batch_which_goes_on_later(dispatch, batch):
    with pytest.raises(BatchError, match="went away"):
        dispatch(
            lambda assignment: (
                made(assignment) if assignment.job.pair.name < "p3" else {"status": "cancelled"}
            )
        )
    assert batch.results() == ["p0-2x.png", "p1-2x.png", "p2-2x.png"]
    dispatch(made)
    assert len(batch.results()) == 6


def test_no_more_tasks_wait_than_keep_the_workers_busy(batch):
    """Two tasks a thread and two more: photos may be many."""
    waiting, most = set(), []

    class Counting(Completed):
        def add(self, future):
            super().add(future)
            waiting.add(future.key)
            most.append(len(waiting))

        def __next__(self):
            future = super().__next__()
            waiting.discard(future.key)
            return future

    distributed = SimpleNamespace(as_completed=Counting, KilledWorker=KilledWorker)
    client = Client(made)
    client.nthreads = lambda: {"a": 1}
    with batch.coordinator() as coordinator:
        cluster._Dispatch(distributed, client, coordinator, "tcp://host:1").run(batch.jobs())
    assert max(most) == 4
    assert not waiting


def test_a_missing_extra_is_named(batch, monkeypatch):
    def missing(name):
        if name == "distributed":
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(cluster, "import_module", missing)
    with batch.coordinator() as coordinator, pytest.raises(UsageError, match=r"pip install '\.\[cluster\]'"):
        run(batch.jobs(), coordinator, "tcp://host:1")
