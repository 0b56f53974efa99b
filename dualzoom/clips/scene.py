"""Enlarges the frames of one scene, one after the other: what is settled once, and what is followed.

Once for a scene: the wide's degradation, the colours of the tele, what it is worth, the network calibrated on the pair.
Once a frame: where the tele lies (`registration.follow`), how much of it may pass (`steady`), and what earlier frames
showed beside it (`earlier`). Where the tele is lost it is searched for anew, at most every _SEARCH frames; until it is
found, frames are enlarged from the wide alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dualzoom.clips.steady_on_device  # noqa: F401 - tells the engine of it
from dualzoom.capture.photo import Photo, Pixels
from dualzoom.capture.profiles import to_wide_space
from dualzoom.clips.earlier import Earlier, mixed
from dualzoom.clips.state import State
from dualzoom.clips.steady import SteadyTele, moved
from dualzoom.clips.tele_source import TeleSource
from dualzoom.colour import ColourMap
from dualzoom.detail import adjust_detail
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.denoise import denoise
from dualzoom.reference.fit_colour import fit_colour
from dualzoom.registration import Registration, Warper, register
from dualzoom.registration.between import between
from dualzoom.registration.follow import follow, motion
from dualzoom.registration.gray import Gray, luma
from dualzoom.registration.types import Matrix
from dualzoom.settings import CalibrationSettings, ClipSettings
from dualzoom.stopwatch import Stopwatch
from dualzoom.tele_use import use_tele

_SEARCH = 24  # frames between searches for a tele that is not there
_RISE = 1 / 6  # of the tele's amount a frame: one that comes into view late does not pop up
_SHORT = 24  # frames of a scene below which calibrating takes longer than it is worth


@dataclass(frozen=True)
class _Tele:
    """What is settled about the tele in this scene."""

    colour: ColourMap
    share: float
    reason: str | None


@dataclass(frozen=True)
class _Step:
    """Luma of the last frame and of this one, and the homography between them; None: there is none."""

    before: Gray | None
    after: Gray
    motion: Matrix | None


class Scene:
    """A scene from its first frame on, or from a kept `state` on."""

    def __init__(
        self, engine: Engine, tele: TeleSource | None, settings: ClipSettings, clock: Stopwatch
    ) -> None:
        self.engine, self._source, self._settings, self._clock = engine, tele, settings.zoom, clock
        self._mixing = settings.earlier
        self._tele: _Tele | None = None
        self._pictures: tuple[Photo, Pixels, Gray, float] | None = None
        self._fresh: tuple[int, Registration] | None = None  # found while settling, not yet used
        self.degradation: NDArray[np.float32] | None = None
        self.state = State()
        self.earlier: Earlier | None = None  # of the last frame; None: nothing is carried into the next
        self.notes: list[str] = []

    def begin(self, wide: Photo, number: int, seconds: float, frames: int) -> None:
        """Settles what holds for all of the scene from its first frame. `frames`: how many it has."""
        self.degradation = self.engine.degradation(wide.pixels)
        self.settle(wide, number, seconds, calibrate=frames >= _SHORT)

    def settle(self, wide: Photo, number: int, seconds: float, *, calibrate: bool) -> Registration | None:
        """Searches for the tele in a frame and settles its colours and worth; None where it is not there."""
        if self._source is None or self._settings.strength == 0:
            return None
        tele = self._source.at(seconds)
        self.state.searched = number
        if tele is None:
            return None
        try:
            with self._clock("register"):
                found = register(wide, tele, self._settings.registration)
                pixels, _, denoised = self._shown(tele, wide)
                warper = Warper(pixels, found)
                colour = fit_colour(wide.pixels, warper, found, self._settings.colour)
        except RegistrationError as error:
            self.notes.append(f"{tele.name} does not fit in frame {number}: {error.reason}")
            return None
        aligned = AlignedTele(wide.pixels, warper, colour, found, denoised=denoised)
        use = use_tele(
            self.engine,
            wide.pixels,
            aligned,
            found,
            self._settings.calibration if calibrate else CalibrationSettings(seconds=0),
            degradation=self.degradation,
            clock=self._clock,
        )
        if not use.worth.used:
            self.notes.append(f"{tele.name} is not used from frame {number} on: {use.worth.reason}")
        self.engine = use.engine
        self._tele = _Tele(colour, use.worth.share, use.worth.reason)
        self.state.anchor, self._fresh = number, (number, found)
        return found

    def enlarge(self, wide: Photo, number: int, seconds: float, dtype: Any) -> tuple[NDArray[Any], bool]:
        """The frame at twice its size, (2H, 2W, 3), and whether the tele was used."""
        looks = self._source is not None and self._settings.strength > 0
        reference, step = None, None
        if looks or self._mixing:
            with self._clock("follow"):
                step = self._step(wide)
                if looks:
                    reference = self._reference(wide, number, seconds, step)
        upscaled = self.engine.upscale(
            wide.pixels,
            reference,
            self._settings.tiling,
            degradation=self.degradation,
            strength=self._settings.strength,
            tta=self._settings.tta,
            dtype=dtype,
        )
        self.notes.extend(upscaled.notes)
        if reference is not None:
            self.state.map = reference.map
        pixels = upscaled.pixels
        if self._mixing and step is not None:
            with self._clock("earlier"):
                pixels = self._mixed(pixels, step, reference)
        if self._settings.detail != 1:
            with self._clock("detail"):
                pixels = pixels.copy()  # the next frame is given what this one showed
                self.state.noise = adjust_detail(pixels, self._settings.detail, self.state.noise)
        return pixels, reference is not None

    def _step(self, wide: Photo) -> _Step:
        """The way from the last frame to this one, which is remembered."""
        before, after = self.state.grey, luma(wide.pixels)
        self.state.grey = after
        return _Step(before, after, None if before is None else motion(before, after))

    def _mixed(self, pixels: NDArray[Any], step: _Step, reference: SteadyTele | None) -> NDArray[Any]:
        """The result with what earlier frames showed; the next frame is given it, too."""
        if self.earlier is None or step.before is None or step.motion is None:
            self.earlier = Earlier.alone(pixels)
        else:
            decided = None
            if reference is not None:
                decided = reference.map * (reference.amount * np.float32(self._settings.strength))
            way = between(step.before, step.after, step.motion)
            self.earlier = mixed(pixels, self.earlier, way, decided)
        return self.earlier.pixels

    def _reference(self, wide: Photo, number: int, seconds: float, step: _Step) -> SteadyTele | None:
        """The tele as far as it fits in this frame."""
        state = self.state
        found = self._found(wide, number, seconds, step)
        if found is None or self._tele is None or self._tele.share == 0:
            state.homography, state.map, state.amount = None, None, 0.0
            if found is not None:
                state.homography = found.homography
            return None
        first = number == state.anchor
        before = None if first or state.map is None else moved(state.map, step.motion)
        begun = 1.0 if first and number == state.scene else state.amount + _RISE
        state.homography, state.amount = found.homography, min(1.0, begun)
        assert self._pictures is not None
        warper = Warper(self._pictures[1], found)
        aligned = AlignedTele(wide.pixels, warper, self._tele.colour, found, denoised=self._pictures[3])
        return SteadyTele(aligned, wide.size, before, state.amount * self._tele.share)

    def _found(self, wide: Photo, number: int, seconds: float, step: _Step) -> Registration | None:
        """Where the tele lies: followed from the frame before, or else found by a search."""
        assert self._source is not None
        tele = self._source.at(seconds)
        if tele is None:
            return None
        _, tele_grey, _ = self._shown(tele, wide)
        state, settings = self.state, self._settings.registration
        fresh, self._fresh = self._fresh, None
        if fresh is not None and fresh[0] == number:
            return fresh[1]
        if state.homography is not None:
            # A tele clip moves with the wide; a photo stands still while the wide moves over it.
            moves = step.motion if self._source.still else None
            start = state.homography if moves is None else moves @ state.homography
            followed = follow(step.after, tele_grey, start, settings)
            if followed is not None:
                return followed
        if number - state.searched < _SEARCH and state.homography is None:
            return None
        state.searched = number
        if self._tele is None:
            return self.settle(wide, number, seconds, calibrate=False)
        try:
            return register(wide, tele, settings)
        except RegistrationError:
            return None

    def _shown(self, tele: Photo, wide: Photo) -> tuple[Pixels, Gray, float]:
        """The tele's pixels in the wide's colour space without noise, its luma, and how much noise was reduced."""
        if self._pictures is None or self._pictures[0] is not tele:
            pixels, denoised = denoise(to_wide_space(tele, wide).pixels)
            self._pictures = (tele, pixels, luma(tele.pixels), denoised)
        return self._pictures[1:]
