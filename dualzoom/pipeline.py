"""`zoom`: the whole story, photos to photo, in three steps: `prepare`, `teach` and `make`. No files, no printing."""

from collections.abc import Iterable, Sequence

from dualzoom.burst_use import BurstNetwork
from dualzoom.capture import OutputCheck
from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine, choose_device
from dualzoom.errors import CaptureError
from dualzoom.make import make
from dualzoom.network import weights
from dualzoom.network.learner import learner_of
from dualzoom.network.weights import LoadedModel
from dualzoom.prepare import Prepared, prepare
from dualzoom.settings import EngineSettings, ZoomSettings
from dualzoom.settings_check import check_zoom
from dualzoom.stopwatch import Progress, Stopwatch
from dualzoom.teach import Memory, Taught, teach
from dualzoom.zoom_result import ZoomResult as ZoomResult


def zoom(
    wide: Photo,
    tele: Photo | Sequence[Photo] | None = None,
    *,
    refs: Sequence[Photo] = (),
    model: str = "auto",
    settings: ZoomSettings | None = None,
    progress: Progress | None = None,
    frames: Iterable[Photo | CaptureError] | None = None,
    fits: OutputCheck | None = None,
) -> ZoomResult:
    """The whole wide at twice its size, with the tele's detail wherever the tele saw the scene.

    `tele`: one, or several lenses in any order. `refs`: photos of the same thing from elsewhere, used where they match.
    `frames`: further photos by the wide's lens at the same moment (see `dualzoom.frames`). `fits` is called with the
    wide and the result's size before the long work; what it raises, such as that a file cannot hold it, ends that.

    Raises RegistrationError where the tele does not match, WeightsError, UsageError, MemoryExhaustedError.
    """
    settings = settings or ZoomSettings()
    check_zoom(settings)  # before the work, not after it
    clock = Stopwatch(progress)
    with clock("model"):
        zoomer = Zoomer(model, settings.engine)
    return zoomer.zoom(wide, tele, refs=refs, settings=settings, clock=clock, frames=frames, fits=fits)


class Zoomer:
    """A model on its device, ready for any number of pairs."""

    def __init__(self, model: str = "auto", settings: EngineSettings | None = None) -> None:
        """Load the weights; raises WeightsError, UsageError where there is no such device."""
        settings = settings or EngineSettings()
        self.loaded = weights.load(weights.resolve(model))
        learner = learner_of(model, choose_device(settings.device))
        self.engine = Engine(self.loaded.module, settings, learner)
        self._bursts = BurstNetwork(model, self.loaded, self.engine)

    @property
    def taught(self) -> LoadedModel:
        """The model that pairs teach, see `network.learner`; loaded on first use, raises WeightsError."""
        learner = self.engine.learner
        return self.loaded if learner is None else learner.loaded

    def zoom(
        self,
        wide: Photo,
        tele: Photo | Sequence[Photo] | None = None,
        *,
        refs: Sequence[Photo] = (),
        settings: ZoomSettings | None = None,
        clock: Stopwatch | None = None,
        memory: Memory | None = None,
        frames: Iterable[Photo | CaptureError] | None = None,
        fits: OutputCheck | None = None,
    ) -> ZoomResult:
        """`zoom` with this model; `settings.engine` was decided when it was loaded. `memory`: of earlier photos."""
        settings, clock = settings or ZoomSettings(), clock or Stopwatch()
        prepared = self.prepare(
            wide, tele, refs=refs, settings=settings, clock=clock, frames=frames, fits=fits
        )
        taught = self.teach(prepared, settings=settings, clock=clock, memory=memory)
        return self.make(taught, settings=settings, clock=clock)

    def prepare(
        self,
        wide: Photo,
        tele: Photo | Sequence[Photo] | None = None,
        *,
        refs: Sequence[Photo] = (),
        settings: ZoomSettings,
        clock: Stopwatch,
        frames: Iterable[Photo | CaptureError] | None = None,
        fits: OutputCheck | None = None,
    ) -> Prepared:
        """The first step of `zoom`. Each step may run in a thread of its own, for another pair each."""
        check_zoom(settings)
        teles = () if tele is None else (tele,) if isinstance(tele, Photo) else tele
        return prepare(
            self.engine,
            self._bursts,
            wide,
            teles,
            refs=refs,
            settings=settings,
            clock=clock,
            frames=frames,
            fits=fits,
        )

    def teach(
        self,
        prepared: Prepared,
        *,
        settings: ZoomSettings,
        clock: Stopwatch,
        memory: Memory | None = None,
    ) -> Taught:
        """The second step, by the settings it was prepared by; pairs that share a memory go in their order."""
        return teach(self.engine, prepared, settings, clock, memory)

    def make(self, taught: Taught, *, settings: ZoomSettings, clock: Stopwatch) -> ZoomResult:
        """The last step, by the same settings."""
        return make(self, taught, settings, clock)
