"""A small batch: tiny photos, tiny untrained weights, and a zoom that takes no time and can be told to fail."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.coordinator import Coordinator
from dualzoom.batch.events import Assignment, Event
from dualzoom.batch.kept import Kept
from dualzoom.batch.names import Job, plan
from dualzoom.batch.runner import Runner
from dualzoom.batch.worker import Learned, Photos, Ready, Worker, one_pair
from dualzoom.pairing import pairs
from dualzoom.pipeline import Progress, ZoomResult
from dualzoom.settings import WriteSettings, ZoomSettings
from dualzoom.stopwatch import Stopwatch


def picture(path: Path, seed: int) -> Path:
    """A small picture of which no two seeds give the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), np.uint8)
    assert cv2.imwrite(str(path), cv2.GaussianBlur(noise, (0, 0), 1.5))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six wides."""
    for number in range(6):
        picture(tmp_path / "in" / f"p{number}.png", number)
    return tmp_path / "in"


@dataclass
class Counting(Worker):
    """Doubles by repetition; counts; raises what it is told to, or does what it is told to first."""

    computed: list[str] = field(default_factory=list)
    prepared_ahead: list[str] = field(default_factory=list)
    taught: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _name: None
    before_teach: Callable[[str], None] = lambda _name: None
    before_prepare: Callable[[str], None] = lambda _name: None
    before_write: Callable[[str], None] = lambda _name: None

    def load(self) -> None:  # type: ignore[override]
        pass

    def may_wait_prepared(self, job: Job, photos: Photos) -> bool:
        return True

    def may_go_beside(self, job: Job, photos: Photos) -> bool:
        return self.may_wait_prepared(job, photos)

    def prepare(self, job: Job, photos: Photos, progress: Progress | None = None) -> Ready:
        with one_pair(job):
            if threading.current_thread() is not threading.main_thread():
                self.prepared_ahead.append(job.pair.name)
            clock = Stopwatch(progress)
            with clock("register"):
                self.before_prepare(job.pair.name)
            return Ready(photos, clock)  # type: ignore[arg-type]

    def teach(
        self, job: Job, ready: Ready, progress: Progress | None = None, kept: Kept | None = None
    ) -> Learned:
        ready.clock.listen(progress)
        with one_pair(job), ready.clock("calibrate"):
            self.before_teach(job.pair.name)
            self.taught.append(job.pair.name)
            return Learned(ready.prepared, ready.clock, ())  # type: ignore[arg-type]

    def make(self, job: Job, learned: Learned, progress: Progress | None = None) -> ZoomResult:
        photos: Photos = learned.taught  # type: ignore[assignment]
        learned.clock.listen(progress)
        with one_pair(job), learned.clock("enlarge"):
            self.before(job.pair.name)
            self.computed.append(job.pair.name)
            photo = photos[0].with_pixels(photos[0].pixels.repeat(2, axis=0).repeat(2, axis=1))
            return ZoomResult(
                photo=photo, registration=None, colour=None, tele=None, model="fake", device="cpu",
                tile_px=64, degradation=None,
                notes=(), seconds={},
            )  # fmt: skip

    def write(self, assignment: Assignment, result: ZoomResult) -> Path:
        with one_pair(assignment.job):
            self.before_write(assignment.job.pair.name)
        return super().write(assignment, result)


@dataclass
class Batch:
    """Runs batches on one folder; every run is as by a new process."""

    source: Path
    folder: Path
    strength: float = 1.0
    events: list[Event] = field(default_factory=list)

    def spec(self, **writing: object) -> BatchSpec:
        settings = ZoomSettings(strength=self.strength)
        return BatchSpec(
            model="fake", model_sha256="0" * 64, version="1", settings=settings,
            writing=WriteSettings(**writing),  # type: ignore[arg-type]
        )  # fmt: skip

    def jobs(self) -> list[Job]:
        found = pairs.find(self.source, alone=True).pairs
        return plan(found, self.folder, "{stem}-{scale}", WriteSettings(), model="fake")

    def coordinator(self, retry_failed: bool = False, **writing: object) -> Coordinator:
        self.events = []
        return Coordinator(self.folder, self.spec(**writing), self.events.append, retry_failed=retry_failed)

    def run(self, worker: Counting | None = None, retry_failed: bool = False, **writing: object) -> Counting:
        spec = self.spec(**writing)
        worker = worker or Counting()
        worker.spec = spec
        with self.coordinator(retry_failed, **writing) as coordinator:
            Runner(coordinator, worker).run(self.jobs())
        return worker

    def states(self) -> dict[str, str]:
        assert len({event.job for event in self.events}) == len(self.events), "one event for each pair"
        return {event.job.pair.name: event.state for event in self.events}

    def results(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if not path.name.startswith("."))


@pytest.fixture
def no_thread_left() -> Iterator[None]:
    """A runner ends its threads, whatever ends the run."""
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.fixture
def batch(photos: Path, tmp_path: Path) -> Batch:
    return Batch(photos, tmp_path / "out")


@pytest.fixture
def worker() -> Counting:
    return Counting()


@pytest.fixture
def make_picture() -> Callable[[Path, int], Path]:
    return picture
