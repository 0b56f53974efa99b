"""`zoom`: the whole story, photos to photo. No files, no printing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import lens_at, metadata_for_output, output_notes
from dualzoom.capture.photo import Photo
from dualzoom.colour import ColourMap
from dualzoom.engine import Engine, Upscaled
from dualzoom.errors import UsageError, about
from dualzoom.framing import Aim, Framing, framing
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import NAMES
from dualzoom.network.ensemble import ORIENTATIONS
from dualzoom.network.weights import LoadedModel
from dualzoom.reference import Contribution
from dualzoom.reference.lenses import arrange
from dualzoom.reference.worth import explained
from dualzoom.registration import Registration
from dualzoom.result_check import check_result
from dualzoom.settings import EngineSettings, ZoomSettings
from dualzoom.several_use import Lens, Other, Several, use_several
from dualzoom.stopwatch import Progress, Stopwatch
from dualzoom.tele_use import TeleUse
from dualzoom.training.calibration import Calibration
from dualzoom.version import installed_version


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

    `tele`: what the tele was worth and taught, None without one. `contribution`: (H, W) uint8 on the wide's grid, where
    it was let through (see `tiling.contribution`), None without a tele.
    `view`: what the photo shows; None: the whole frame at twice its size.
    `lenses`: all teles, the wider first; `registration`, `colour` and `tele` are those of the first of use. `others`:
    what became of photos from elsewhere.
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
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }

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
) -> ZoomResult:
    """The whole wide at twice its size, with the tele's detail wherever the tele saw the scene.

    `tele`: one, or several lenses in any order. `refs`: photos of the same thing from elsewhere, used where they match.
    Raises RegistrationError where the tele does not match, WeightsError, UsageError, MemoryExhaustedError.
    """
    settings = settings or ZoomSettings()
    _check(settings)  # before the work, not after it
    clock = Stopwatch(progress)
    with clock("model"):
        zoomer = Zoomer(model, settings.engine)
    return zoomer.zoom(wide, tele, refs=refs, settings=settings, clock=clock)


class Zoomer:
    """A model on its device, ready for any number of pairs."""

    def __init__(self, model: str = "auto", settings: EngineSettings | None = None) -> None:
        """Load the weights; raises WeightsError, UsageError where there is no such device."""
        self.loaded = weights.load(weights.resolve(model))
        self.engine = Engine(self.loaded.module, settings or EngineSettings())

    def zoom(
        self,
        wide: Photo,
        tele: Photo | Sequence[Photo] | None = None,
        *,
        refs: Sequence[Photo] = (),
        settings: ZoomSettings | None = None,
        clock: Stopwatch | None = None,
        memory: Memory | None = None,
    ) -> ZoomResult:
        """`zoom` with this model; `settings.engine` was decided when it was loaded. `memory`: of earlier photos."""
        settings, clock = settings or ZoomSettings(), clock or Stopwatch()
        _check(settings)
        given = () if tele is None else (tele,) if isinstance(tele, Photo) else tele
        arranged = arrange(wide, given, settings.registration, stopwatch=clock)
        wide = arranged.wide
        with clock("degradation"), about(wide.name):
            degradation = self.engine.degradation(wide.pixels)
        known = None if memory is None or settings.calibration.seconds == 0 else memory.find(wide)
        found = use_several(
            self.engine, arranged, refs, settings, degradation=degradation, clock=clock, start=known
        )
        first, engine, strength = found.first, found.engine, settings.strength * found.share
        use = None if first is None else first.use
        if memory is not None and use is not None and use.calibration is not None:
            memory.keep(wide, use.calibration)
        aims = [Aim.of(lens.aligned.registration) for lens in found.lenses]
        aim = max(aims, key=lambda one: one.zoom, default=None)
        reference = None if found.reference is None else Contribution(found.reference, wide.size, strength)
        if strength == 0 or first is None:  # from the wide alone, as well as is known
            engine = self.engine if known is None else self.engine.with_network(known)
        shown = framing(settings.framing, wide.size, aim)  # refused before the long work
        with clock("enlarge"), about(wide.name):
            upscaled = engine.upscale(
                wide.pixels,
                reference,
                settings.tiling,
                degradation=degradation,
                strength=strength,
                tta=settings.tta,
                dtype=_dtype(wide, settings.bit_depth),
                progress=lambda fraction: clock.report("enlarge", fraction),
            )
        with clock("check"), about(wide.name):
            check_result(upscaled.pixels, wide)
        with clock("frame"):
            pixels = upscaled.pixels if shown is None else shown.of(upscaled.pixels, wide.size)
        return ZoomResult(
            photo=_as_photo(pixels, wide, self.loaded, found, settings, shown),
            registration=None if first is None else first.aligned.registration,
            colour=None if first is None else first.aligned.colour,
            tele=use,
            model=self.loaded.name,
            device=self.engine.description,
            tile_px=upscaled.tile_px,
            degradation=_named(degradation),
            notes=(
                *arranged.notes,
                *_notes(wide, found, upscaled, settings, shown, known is not None),
            ),
            seconds=clock.seconds,
            contribution=None if reference is None else reference.map,
            view=shown,
            lenses=found.lenses,
            others=found.others,
        )


def _check(settings: ZoomSettings) -> None:
    if not 0 <= settings.strength <= 1:
        raise UsageError(
            "strength", f"{settings.strength} is not between 0 and 1", "use 1 for all of the detail"
        )


def _named(degradation: NDArray[np.float32] | None) -> dict[str, float] | None:
    if degradation is None:
        return None
    return {name: round(float(value), 3) for name, value in zip(NAMES, degradation, strict=True)}


def _dtype(wide: Photo, bit_depth: int | None) -> type[np.uint8] | type[np.uint16]:
    return np.uint16 if (bit_depth or wide.bit_depth) == 16 else np.uint8


def _as_photo(
    pixels: NDArray[Any],
    wide: Photo,
    loaded: LoadedModel,
    found: Several,
    settings: ZoomSettings,
    shown: Framing | None,
) -> Photo:
    """The result with the wide's metadata made true and a note of where it comes from."""
    bare = replace(wide, pixels=pixels, notes=())
    zoom = 1.0 if shown is None else shown.zoom
    software = f"dualzoom {installed_version()} ({loaded.name})"
    note = {
        "Model": loaded.name,
        "WeightsSha256": str(loaded.info.get("sha256", "")),
        "Strength": f"{settings.strength:g}",
        "Tile": str(settings.tiling.tile_px or "auto"),
        "Zoom": f"{zoom:g}",
    }
    if settings.tta:
        note["Orientations"] = str(ORIENTATIONS)
    names = [lens.photo.source.name for lens in found.lenses if lens.photo.source is not None]
    if names:
        note["Tele"] = ", ".join(names)
    helped = [other.photo.source.name for other in found.others if other.planes and other.photo.source]
    if helped:
        note["References"] = ", ".join(helped)
    use = None if found.first is None else found.first.use
    if use is not None and use.calibration is not None and use.calibration.network is not None:
        note["Calibration"] = f"{use.calibration.steps} steps"
    metadata = metadata_for_output(
        bare, bare.size, software, provenance=note, keep=settings.metadata, zoom=zoom
    )
    return replace(bare, metadata=metadata, lens=wide.lens if zoom == 1.0 else lens_at(wide.lens, zoom))


def _notes(
    wide: Photo,
    found: Several,
    upscaled: Upscaled,
    settings: ZoomSettings,
    shown: Framing | None,
    remembered: bool,
) -> tuple[str, ...]:
    notes = [*wide.notes, *(note for lens in found.lenses for note in lens.photo.notes)]
    notes += output_notes(wide, keep=settings.metadata, zoom=1.0 if shown is None else shown.zoom)
    if not found.lenses and not any(other.planes for other in found.others):
        by = ", calibrated by an earlier pair of this camera" if remembered else ""
        notes.append(f"no tele given: the whole frame is enlarged from the wide alone{by}")
    elif settings.strength == 0:
        notes.append("strength 0: the tele is not used")
    for lens in found.lenses:
        if settings.strength > 0:
            notes.extend(_on_tele(wide, lens.photo, lens.use))
        notes.extend(lens.aligned.registration.notes)
    notes.extend(other.note for other in found.others)
    if shown is not None and shown.enlarged > 1.05:
        notes.append(
            f"zoom {shown.zoom:g} at this size enlarges the finished frame {shown.enlarged:.1f} times"
        )
    return (*notes, *upscaled.notes)


def _on_tele(wide: Photo, tele: Photo, use: TeleUse) -> list[str]:
    """What a photographer should know of how the tele was used."""
    notes = []
    if not use.worth.used:
        why = explained(wide, tele)
        notes.append(f"{tele.name} is not used: {use.worth.reason}" + ("" if why is None else f" ({why})"))
    elif use.worth.share < 1:
        notes.append(f"{tele.name} holds little detail and is used at {100 * use.worth.share:.0f} %")
    if use.worth.used and use.denoised > 0.5:
        notes.append(f"{tele.name} is noisy: its noise was reduced, and some of its detail with it")
    if use.calibration is not None and use.calibration.network is not None:
        notes.append(
            f"calibrated on the pair: held-out places come {use.calibration.gained_db:.2f} dB nearer to the tele"
        )
    return notes
