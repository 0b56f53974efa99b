"""One pair, from files to a part, with a model that is loaded once.

Five steps, so that a runner can do them for different pairs at the same time: read, prepare, teach, make, write.
Every failure of one pair becomes a DualzoomError, so that the next pair can go on.
"""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom import capture
from dualzoom.batch.batch_spec import BatchSpec
from dualzoom.batch.calibrations import CalibrationStore
from dualzoom.batch.events import Assignment
from dualzoom.batch.kept import Kept
from dualzoom.batch.names import Job
from dualzoom.capture.photo import Photo
from dualzoom.errors import DualzoomError, MemoryExhaustedError, WeightsError, WriteError
from dualzoom.network import weights
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.settings import ZoomSettings
from dualzoom.stopwatch import Progress, Stopwatch

if TYPE_CHECKING:
    from dualzoom.network.weights import LoadedModel
    from dualzoom.prepare import Prepared
    from dualzoom.teach import Taught

#: The wide, and the teles, the shorter lens first. Frames are read while they are merged: they fill the memory.
Photos = tuple[Photo, Sequence[Photo]]

#: Pixels of the largest photo of a pair that is worked on while another is.
_MOST_AHEAD = 16_000_000


@dataclass(frozen=True)
class Ready:
    """A prepared pair, and the seconds that took."""

    prepared: "Prepared"
    clock: Stopwatch


@dataclass(frozen=True)
class Learned:
    """A pair that has taught what it can, the seconds so far, and notes on what pairs leave for each other."""

    taught: "Taught"
    clock: Stopwatch
    notes: tuple[str, ...]


class Worker:
    """Zooms pairs by one spec; loads the model on first use."""

    def __init__(self, spec: BatchSpec) -> None:
        self.spec = spec
        self._zoomer: Zoomer | None = None

    def load(self) -> Zoomer:
        """Loads the model, once; raises WeightsError where it is not the spec's, UsageError without the device."""
        if self._zoomer is None:
            zoomer = Zoomer(self.spec.model, self.spec.settings.engine)
            _check(zoomer.loaded, self.spec.model_sha256)
            if self.spec.learner_sha256 is not None and zoomer.taught is not zoomer.loaded:
                _check(zoomer.taught, self.spec.learner_sha256)
            self._zoomer = zoomer
        return self._zoomer

    def read(self, job: Job) -> Photos:
        """Reads the wide and the teles."""
        with one_pair(job):
            return capture.read(job.pair.wide), [capture.read(tele) for tele in job.pair.teles]

    def may_wait_prepared(self, job: Job, photos: Photos) -> bool:
        """Whether a pair may be prepared while another is made: what it then holds would else add to the peak."""
        wide, teles = photos
        small = all(photo.size.area <= _MOST_AHEAD for photo in (wide, *teles))
        return small and not job.pair.frames and self.load().engine.device.type != "mps"

    def may_go_beside(self, job: Job, photos: Photos) -> bool:
        """Whether a pair may also be taught by, or made, while another is: on processors, where one has idle cores."""
        return self.may_wait_prepared(job, photos) and self.load().engine.device.type == "cpu"

    def prepare(self, job: Job, photos: Photos, progress: Progress | None = None) -> Ready:
        """Does what needs no earlier pair, in any thread; raises what ends this pair."""
        zoomer, clock = self.load(), Stopwatch(progress)
        with one_pair(job):
            wide, teles = photos
            prepared = zoomer.prepare(
                wide,
                teles,
                settings=self.spec.settings,
                clock=clock,
                frames=capture.read_frames(job.pair.frames, wide) if job.pair.frames else None,
                fits=capture.output_check(job.output, self.spec.writing),
            )
            return Ready(prepared, clock)

    def teach(
        self, job: Job, ready: Ready, progress: Progress | None = None, kept: Kept | None = None
    ) -> Learned:
        """Learns from the pair, of all pairs in their order. `kept`: where they leave calibrations for each other."""
        zoomer, settings = self.load(), self.spec.settings
        learning = kept is not None and settings.calibration.seconds != 0
        memory = CalibrationStore(kept, zoomer.taught) if kept is not None and learning else None
        zoomer.engine.use_threads()
        ready.clock.listen(progress)
        with one_pair(job):
            taught = zoomer.teach(ready.prepared, settings=settings, clock=ready.clock, memory=memory)
            return Learned(taught, ready.clock, () if memory is None else tuple(memory.notes))

    def make(self, job: Job, learned: Learned, progress: Progress | None = None) -> ZoomResult:
        """Makes the result, in any thread."""
        zoomer = self.load()
        zoomer.engine.use_threads()
        learned.clock.listen(progress)
        with one_pair(job):
            result = zoomer.make(learned.taught, settings=self.spec.settings, clock=learned.clock)
            result = result.for_file(job.output, self.spec.writing)
            if learned.notes:
                result = replace(result, notes=(*result.notes, *learned.notes))
            return result

    def compute(
        self, job: Job, photos: Photos, progress: Progress | None = None, kept: Kept | None = None
    ) -> ZoomResult:
        """Prepares, learns from and makes the pair."""
        learned = self.teach(job, self.prepare(job, photos, progress), progress, kept)
        return self.make(job, learned, progress)

    def write(self, assignment: Assignment, result: ZoomResult) -> Path:
        """Writes the part and returns its path; every attempt has another name."""
        job = assignment.job
        part = assignment.parts / f"{secrets.token_hex(8)}{job.output.suffix}"
        with one_pair(job):
            writing = replace(self.spec.writing, on_exists="error")
            try:
                return capture.write(result.photo, part, writing, inputs=job.pair.files)
            except WriteError as error:  # names the part, which users do not know
                reason = f"the result of {job.pair.wide.name} {error.reason}"
                raise WriteError(job.output, reason, error.next_step) from error


def model_sha256(model: str) -> str:
    """Verifies a model's weights and returns their checksum; raises WeightsError."""
    return str(weights.verify(weights.resolve(model))["sha256"])


def learner_sha256(model: str, settings: ZoomSettings) -> str | None:
    """As `model_sha256`, of the network that pairs teach where `model` may leave that to another; None: none does."""
    if model != "auto" or settings.calibration.seconds == 0:
        return None
    return str(weights.verify(weights.DEFAULT_LEARNER)["sha256"])


def burst_told(model: str, settings: ZoomSettings) -> str | None:
    """What a batch's journal is told of bursts without a tele; None for what older journals did: merged to a mean for
    the default, as the network likes for one that somebody chose."""
    if model != "auto":
        return None if settings.burst == "learned" else settings.burst
    return burst_taught(model, settings)


def burst_taught(model: str, settings: ZoomSettings) -> str | None:
    """The checksum of the network that bursts beside a tele teach; None for what older journals did: their mean."""
    if settings.burst != "learned":
        return None
    path = weights.resolve(weights.BURST_MODEL if model == "auto" else model)
    known = weights.verify(path)
    described = known["config"]
    for_bursts = isinstance(described, dict) and described.get("architecture") == "dcsr-frames"
    return str(known["sha256"]) if for_bursts else None


def _check(loaded: "LoadedModel", sha256: str) -> None:
    if loaded.info.get("sha256") != sha256:
        step = "give every machine the same weights, and leave them alone while a batch runs"
        raise WeightsError(loaded.path, "these are not the weights the batch began with", step)


@contextlib.contextmanager
def one_pair(job: Job) -> Iterator[None]:
    """Turns every failure inside into a DualzoomError about this pair."""
    try:
        yield
    except DualzoomError:
        raise
    except Exception as error:
        from dualzoom.engine import out_of_memory

        if out_of_memory(error):
            raise MemoryExhaustedError(
                job.pair.wide,
                "there is not enough memory for this pair",
                "close other programs, or use smaller tiles",
            ) from error
        text = f"internal error: {type(error).__name__}: {error}"
        raise DualzoomError(job.pair.wide, text, "zoom this pair alone to see where") from error
