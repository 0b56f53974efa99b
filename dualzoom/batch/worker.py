"""One pair, from files to a part, with a model that is loaded once.

Three steps, so that a runner can do them for different pairs at the same time: read, compute, write.
Whatever goes wrong with one pair comes out as a DualzoomError; the next pair is another matter.
"""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dualzoom import capture
from dualzoom.batch.batch_spec import Recipe
from dualzoom.batch.calibrations import Kept
from dualzoom.batch.events import Ticket
from dualzoom.batch.names import Job
from dualzoom.capture.photo import Photo
from dualzoom.errors import DualzoomError, MemoryExhaustedError, WeightsError
from dualzoom.network import weights
from dualzoom.pipeline import DEFAULT_MODEL, Zoomer, ZoomResult
from dualzoom.stopwatch import Progress, Stopwatch

Photos = tuple[Photo, Photo | None]


class Worker:
    """Zooms pairs by one recipe. The model is loaded when it is first needed."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._zoomer: Zoomer | None = None

    def load(self) -> Zoomer:
        """The model; raises WeightsError where it is not that of the recipe, UsageError where the device is not."""
        if self._zoomer is None:
            zoomer = Zoomer(self.recipe.model, self.recipe.settings.engine)
            if zoomer.loaded.info.get("sha256") != self.recipe.model_sha256:
                step = "give every machine the same weights, and leave them alone while a batch runs"
                raise WeightsError(zoomer.loaded.path, "these are not the weights the batch began with", step)
            self._zoomer = zoomer
        return self._zoomer

    def read(self, job: Job) -> Photos:
        """Both photos."""
        with one_pair(job):
            if job.pair.tele is None:
                return capture.read(job.pair.wide), None
            return capture.read_pair(job.pair.wide, job.pair.tele)

    def compute(
        self, job: Job, photos: Photos, progress: Progress | None = None, kept: Path | None = None
    ) -> ZoomResult:
        """The zoomed photo. `kept`: the folder of calibrations that pairs leave for each other."""
        zoomer = self.load()
        memory = None if kept is None else Kept(kept, zoomer.loaded)
        with one_pair(job):
            return zoomer.zoom(
                *photos, settings=self.recipe.settings, clock=Stopwatch(progress), memory=memory
            )

    def write(self, ticket: Ticket, result: ZoomResult) -> Path:
        """Write the part and return its path; every attempt has a name of its own."""
        job = ticket.job
        part = ticket.parts / f"{secrets.token_hex(8)}{job.output.suffix}"
        with one_pair(job):
            writing = replace(self.recipe.writing, on_exists="error")
            return capture.write(result.photo, part, writing, inputs=[job.pair.wide, job.pair.tele])


def model_sha256(model: str) -> str:
    """The checksum of a model's weights, verified; raises WeightsError."""
    return str(weights.verify(weights_name(model))["sha256"])


def weights_name(model: str) -> str:
    """The model that "auto" stands for."""
    return DEFAULT_MODEL if model == "auto" else model


@contextlib.contextmanager
def one_pair(job: Job) -> Iterator[None]:
    """Turn whatever fails inside into a DualzoomError about this pair."""
    try:
        yield
    except DualzoomError:
        raise
    except MemoryError as error:
        raise MemoryExhaustedError(
            job.pair.wide,
            "there is not enough memory for this pair",
            "close other programs, or use --tile 64",
        ) from error
    except Exception as error:
        text = f"internal error: {type(error).__name__}: {error}"
        raise DualzoomError(job.pair.wide, text, "run it alone by dualzoom zoom --debug") from error
