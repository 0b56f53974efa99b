"""`zoom`: the whole story, photos to photo. No files, no printing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dualzoom import second_pass
from dualzoom.burst_use import BurstNetwork, is_halved, of_merged
from dualzoom.capture import (
    OutputCheck,
    format_notes,
    losses,
)
from dualzoom.capture.photo import Photo
from dualzoom.colour import ColourMap
from dualzoom.detail import adjust_detail
from dualzoom.engine import Engine, choose_device
from dualzoom.errors import CaptureError, about
from dualzoom.frames import FrameUse, merge, restore_moved
from dualzoom.framing import Aim, Framing, framing, result_size
from dualzoom.geometry import Region
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import named
from dualzoom.network.learner import learner_of
from dualzoom.network.weights import LoadedModel
from dualzoom.opacity import filled
from dualzoom.provenance import as_photo
from dualzoom.reference import Contribution
from dualzoom.reference.lenses import arrange
from dualzoom.reference.part import Part
from dualzoom.reference.several import Source
from dualzoom.registration import Registration
from dualzoom.result_check import check_result
from dualzoom.result_notes import notes, on_frames
from dualzoom.settings import EngineSettings, WriteSettings, ZoomSettings
from dualzoom.settings_check import check_zoom
from dualzoom.several_use import Lens, Other, use_several
from dualzoom.stopwatch import Progress, Stopwatch
from dualzoom.tele_use import TeleUse
from dualzoom.training.calibration import Calibration

#: Said where photos from elsewhere are used for a wide that is a camera's own only perhaps.
_DOUBTED = "the wide may have been made smaller before: beside photos from elsewhere it is restored as if it had been"

_REDUCED = "the wide looks like a reduced photo, whose detail a mean would blur"


class Memory(Protocol):
    """What earlier photos taught, by camera and conditions."""

    def find(self, wide: Photo) -> RestorationNetwork | None:
        """The network that a photo taken like `wide` left."""
        ...

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        """Remember what was learned on `wide`."""
        ...


@dataclass(frozen=True, kw_only=True)
class ZoomResult:
    """The zoomed photo and how it came about.

    `model`: the network that made it. `tele`: what the tele was worth and taught, None without one. `contribution`:
    (H, W) uint8 on the wide's grid, where it was let through (see `tiling.contribution`), None without a tele.
    `view`: what the photo shows; None: the whole frame at twice its size.
    `lenses`: all teles, the wider first; `registration`, `colour` and `tele` are those of the first of use. `others`:
    what became of photos from elsewhere. `frames`: what became of each frame of a burst.
    """

    photo: Photo
    registration: Registration | None
    colour: ColourMap | None
    tele: TeleUse | None
    model: str
    device: str
    tile_px: int
    degradation: dict[str, float] | None
    notes: tuple[str, ...]
    seconds: dict[str, float]
    contribution: NDArray[np.uint8] | None = None
    view: Framing | None = None
    lenses: tuple[Lens, ...] = ()
    others: tuple[Other, ...] = ()
    frames: tuple[FrameUse, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything but pixels and maps, as plain JSON values."""
        size = self.photo.size
        return {
            "size": [size.width, size.height],
            "model": self.model,
            "device": self.device,
            "tile_px": self.tile_px,
            "zoom": 1.0 if self.view is None else self.view.zoom,
            "degradation": self.degradation,
            "notes": list(self.notes),
            "registration": None if self.registration is None else self.registration.to_json(),
            "colour": None if self.colour is None else self.colour.to_json(),
            "tele": None if self.tele is None else self.tele.to_json(),
            "teles": [lens.to_json() for lens in self.lenses],
            "refs": [other.to_json() for other in self.others],
            "calibration": self._calibration(),
            "frames": [use.to_json() for use in self.frames],
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }

    def for_file(self, path: Path, writing: WriteSettings) -> "ZoomResult":
        """The same, with notes on what a file of that name cannot hold."""
        return replace(
            self,
            notes=(
                *self.notes,
                *format_notes(self.photo, path, writing),
                *losses(self.photo, path, writing),
            ),
        )

    def _calibration(self) -> dict[str, Any] | None:
        tried = None if self.tele is None else self.tele.calibration
        return None if tried is None else tried.to_json()


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
        check_zoom(settings)
        given = () if tele is None else (tele,) if isinstance(tele, Photo) else tele
        arranged = arrange(
            filled(wide), [filled(one) for one in given], settings.registration, stopwatch=clock
        )
        wide = arranged.wide
        size = result_size(settings.framing, wide.size)  # refused before the long work
        if fits is not None:
            fits(wide, size)
        with clock("degradation"), about(wide.name):
            degradation = self.engine.degradation(wide.pixels)
        # The wide's own: what moved is made by it.
        taught = bool(arranged.teles) and settings.calibration.seconds != 0 and settings.strength > 0
        alone = not arranged.teles and not refs
        learned = frames is not None and self._bursts.wanted(settings) and (alone or taught)
        unfit = None if learned else _unfit(degradation)
        burst = None if frames is None else merge(wide, frames, clock, unfit=unfit)
        whole = self._bursts.shown(burst, degradation) if learned and burst and burst.frames else None
        own = degradation
        if whole is not None and burst is not None and taught:
            degradation = whole.degradation
            if whole.reduced:
                burst, whole = burst.refused(_REDUCED), None
        merged = wide if burst is None else burst.photo
        if burst is not None and whole is None:
            degradation = of_merged(self.engine, burst, own)
        if whole is not None:
            memory = None  # it is of single photos
        known = None if memory is None or settings.calibration.seconds == 0 else memory.find(wide)
        found = use_several(
            self.engine,
            replace(arranged, wide=merged),
            [filled(one) for one in refs],
            settings,
            degradation=degradation,
            beside_refs=self.engine.degradation(wide.pixels, beside_refs=True)
            if refs and merged is wide
            else None,
            clock=clock,
            start=known,
            burst=None if whole is None else whole.learner,
        )
        doubted = named(found.degradation) != named(degradation)
        degradation = found.degradation
        first, engine, strength = found.first, found.engine, settings.strength * found.share
        use = None if first is None else first.use
        if memory is not None and use is not None and use.calibration is not None:
            memory.keep(wide, use.calibration)
        aims = [Aim.of(lens.aligned.registration) for lens in found.lenses]
        aim = max(aims, key=lambda one: one.zoom, default=None)
        reference = None if found.reference is None else Contribution(found.reference, wide.size, strength)
        if strength == 0 or first is None:  # from the wide alone, as well as is known
            engine = self.engine if known is None else self.engine.with_network(known)
        if whole is not None and strength > 0 and first is not None:
            whole = whole.calibrated(engine)
            if whole is None and burst is not None:
                degradation = of_merged(self.engine, burst, own)
        maker = self.loaded if engine is self.engine else self.taught
        maker = maker if whole is None else whole.loaded
        shown = framing(settings.framing, wide.size, aim)
        source = (engine, merged.pixels, degradation) if whole is None else whole.source
        with clock("enlarge"), about(wide.name):
            upscaled = source[0].upscale(
                source[1],
                reference,
                settings.tiling,
                degradation=source[2],
                strength=strength,
                tta=settings.tta,
                dtype=_dtype(wide, settings.bit_depth),
                progress=lambda fraction: clock.report("enlarge", fraction),
                burst=None if whole is None else whole.beyond,
            )
        if burst is not None:
            with clock("burst"), about(wide.name):
                single = _alone(engine, wide, found.reference, strength, settings, own)
                restore_moved(upscaled.pixels, burst if whole is None else whole.burst, single)
        with clock("check"), about(wide.name):
            check_result(upscaled.pixels, wide)
        if settings.detail != 1:
            with clock("detail"):
                adjust_detail(upscaled.pixels, settings.detail)
        with clock("frame"):
            pixels = upscaled.pixels
            if shown is not None:  # by the weights as they were trained: see `second_pass`
                pixels = second_pass.shown(self.engine, pixels, wide.size, shown, settings.tiling)
        return ZoomResult(
            photo=as_photo(
                pixels, wide, maker, found, settings, shown, 0 if burst is None else len(burst.frames)
            ),
            registration=None if first is None else first.aligned.registration,
            colour=None if first is None else first.aligned.colour,
            tele=use,
            model=maker.name,
            device=self.engine.description,
            tile_px=upscaled.tile_px,
            degradation=named(source[2]),
            notes=(
                *arranged.notes,
                *notes(wide, found, settings, shown, remembered=known is not None, merged=merged is not wide),
                *([_DOUBTED] if doubted else []),
                *upscaled.notes,
                *(() if burst is None else on_frames(burst.uses)),
            ),
            seconds=clock.seconds,
            contribution=None if reference is None else reference.map,
            view=shown,
            frames=() if burst is None else burst.uses,
            lenses=found.lenses,
            others=found.others,
        )


def _alone(
    engine: Engine,
    wide: Photo,
    reference: Source | None,
    strength: float,
    settings: ZoomSettings,
    degradation: NDArray[np.float32] | None,
) -> Callable[[Region], NDArray[Any]]:
    """Enlarges regions of the wide as the whole frame is made without other frames: with tele, calibration and tta.

    So the contribution map is true there as well.
    """
    dtype = _dtype(wide, settings.bit_depth)

    def enlarge(region: Region) -> NDArray[Any]:
        return engine.upscale(
            wide.pixels[region.slices],
            None if reference is None else Part(reference, region),
            settings.tiling,
            degradation=degradation,
            strength=strength,
            tta=settings.tta,
            dtype=dtype,
        ).pixels

    return enlarge


def _unfit(degradation: NDArray[np.float32] | None) -> str | None:
    """Why a wide gains nothing from further frames: a halved photo is sharper than any mean, which loses 1 dB."""
    return _REDUCED if is_halved(degradation) else None


def _dtype(wide: Photo, bit_depth: int | None) -> type[np.uint8] | type[np.uint16]:
    return np.uint16 if (bit_depth or wide.bit_depth) > 8 else np.uint8
