"""Simulates one training sample of a hand-held burst: the merged wide, what all frames saw on the 2× grid, the truth.

    scene ──► moved by the hand, some of it by itself ──► the same camera, again and again ──► frames
    frames, where they really lie but for what alignment errs ──► `frames.belief` ──► merged, accumulated

Frames are not aligned but known to within a few hundredths of a pixel, as `frames.align` finds them; how far each is
to be believed at each place is decided, and all are merged, by the code that does it in use. So the network meets
the same soft weights around movers as there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.network.degradation import HALVED_AREA, HALVED_BICUBIC
from dualzoom.resampling import halve_area
from dualzoom.training.simulate import camera, misalign, shots
from dualzoom.training.simulate.camera import Picture, Shot
from dualzoom.training.simulate.estimated import estimated
from dualzoom.training.simulate.sample import (
    MARGIN_PX,
    Sample,
    SimulationConfig,
    crop_of,
    scene_of,
    simulate_reference,
)

if TYPE_CHECKING:
    from dualzoom.frames.aligned_frame import AlignedFrame


@dataclass(frozen=True, kw_only=True)
class BurstConfig:
    """What bursts are like. Lengths in px of the wide.

    `most`: frames, the wide among them; 0: single photos are simulated, not bursts.
    """

    least: int = 3
    most: int = 0
    dark: float = 0.25  # share of native bursts with the noise of night
    moving: float = 0.3  # share of bursts in which something moves by itself
    astray: float = 0.15  # share of frames that are locally wrong by a pixel and more
    near: float = 0.3  # share of bursts with near things: frames err smoothly by tenths of a pixel
    off_px: float = 0.03  # what alignment errs


@dataclass(frozen=True, kw_only=True)
class BurstSample(Sample):
    """A sample whose `lr` is the merged wide (of halved photos the wide itself).

    `burst`: 2h 2w 5, what `frames.accumulate` collects: detail (3), share (1), spread (1).
    """

    burst: Picture


def simulate_burst(
    photos: Sequence[NDArray[np.uint8]], seed: Sequence[int], config: SimulationConfig, bursts: BurstConfig
) -> BurstSample:
    """Simulates the burst of `seed` from photographs (uint8 RGB, sharp). Same seed, same sample."""
    from dualzoom.frames.accumulate import accumulate  # here, since other training needs no reader of photos
    from dualzoom.frames.burst import mean

    rng = np.random.Generator(np.random.PCG64(list(seed)))
    side = 2 * config.lr_patch_px + 2 * MARGIN_PX
    scene, other = scene_of(photos, side, config, rng), crop_of(photos, side, rng)
    taker = _Taker.draw(config, bursts, rng)
    mover = _Mover.draw(other, rng) if rng.random() < bursts.moving else None
    truth, first = taker.take(scene if mover is None else mover.on(scene, 0), rng)
    wide = _coded(first)
    near_px = float(np.exp(rng.uniform(np.log(0.05), np.log(0.5)))) if rng.random() < bursts.near else 0.0
    frames = []
    for number in range(1, int(rng.integers(bursts.least, bursts.most + 1))):
        seen = scene if mover is None else mover.on(scene, number)
        if rng.random() < bursts.astray:
            seen = _displaced(seen, rng)
        frames.append(_frame(wide, seen, taker, near_px, bursts.off_px, rng))
    ref = simulate_reference(truth if taker.halved else scene, other, config, rng, halved=taker.halved)
    inner, outer = (
        Region(m, m, s, s)
        for m, s in ((MARGIN_PX // 2, config.lr_patch_px), (MARGIN_PX, side - 2 * MARGIN_PX))
    )
    merged = wide if taker.halved else mean(wide, frames)[0]
    found = accumulate(wide, frames, merged, inner)
    return BurstSample(
        lr=merged[inner.slices] / np.float32(np.iinfo(merged.dtype).max),
        ref=ref.picture[outer.slices],
        validity=ref.validity[outer.slices],
        truth=truth[outer.slices],
        degradation=taker.degradation,
        shift=np.full((config.lr_patch_px, config.lr_patch_px, 2), np.nan, np.float32),
        burst=np.dstack(found).astype(np.float32),
    )


@dataclass(frozen=True)
class _Taker:
    """One camera, as each frame of a burst is taken by. `by_area`: how photos are halved, if they are."""

    shot: Shot
    degradation: NDArray[np.float32]
    halved: bool
    by_area: bool = False

    @classmethod
    def draw(cls, config: SimulationConfig, bursts: BurstConfig, rng: np.random.Generator) -> "_Taker":
        if rng.random() >= config.halved:
            shot = shots.wide(rng, config.shares())
            if rng.random() < bursts.dark:
                shot = shots.at_night(shot, rng)
            return cls(shot, estimated(shot.degradation(), rng), halved=False)
        shot = Shot() if rng.random() < config.copies else shots.of_halved(rng)
        by_area = bool(rng.random() < 0.35)
        return cls(shot, np.array(HALVED_AREA if by_area else HALVED_BICUBIC, np.float32), True, by_area)

    def take(self, scene: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
        """What a result should show (s s 3), and the photo at half its size."""
        if not self.halved:
            optical = halve_area(camera.blur(scene, 2 * self.shot.blur_px))
            return scene, camera.process(optical, self.shot, rng)
        photo = camera.process(camera.blur(scene, self.shot.blur_px), self.shot, rng)
        return photo, (camera.halve_area_8bit if self.by_area else camera.halve_bicubic_8bit)(photo)


@dataclass(frozen=True)
class _Mover:
    """Something else in front of the scene (s s 3), in a region (s s), which moves by `step` HR px a frame."""

    picture: Picture
    region: NDArray[np.float32]
    step: NDArray[np.float64]

    @classmethod
    def draw(cls, picture: Picture, rng: np.random.Generator) -> "_Mover":
        pace = float(np.exp(rng.uniform(np.log(0.5), np.log(16))))
        angle = rng.uniform(0, 2 * np.pi)
        region = camera.blur(misalign.blob(picture.shape[0], rng), 0.7)
        return cls(picture, region, pace * np.array([np.cos(angle), np.sin(angle)]))

    def on(self, scene: Picture, number: int) -> Picture:
        """The scene with it in front, at frame `number`."""
        placed = np.array([[1, 0, number * self.step[0]], [0, 1, number * self.step[1]]])
        size = (scene.shape[1], scene.shape[0])
        picture = cv2.warpAffine(self.picture, placed, size, borderMode=cv2.BORDER_REFLECT_101)
        region = cv2.warpAffine(self.region, placed, size)[..., None]
        return np.asarray(scene + region * (picture - scene), np.float32)


def _frame(
    wide: NDArray[np.uint8],
    seen: Picture,
    taker: _Taker,
    near_px: float,
    off_px: float,
    rng: np.random.Generator,
) -> "AlignedFrame":
    """A frame as the hand holds it, with what alignment would know of it."""
    from dualzoom.frames.aligned_frame import AlignedFrame
    from dualzoom.frames.belief import weighed

    side = seen.shape[0]
    held = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-0.5, 0.5), 1.0), np.float64)
    held[:, 2] += rng.uniform(-6, 6, 2)
    moved = cv2.warpAffine(seen, held, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    exposure = np.float32(2 ** rng.normal(0, 0.03))
    _, photo = taker.take(np.clip(moved * exposure, 0, 1), rng)
    # Scene px X = 2x + ½ of the wide's x: held there, and back to the frame's own pixels.
    from_wide = np.eye(3)
    from_wide[:2, :2] = held[:, :2]
    from_wide[:2, 2] = (held @ np.array([0.5, 0.5, 1]) - 0.5) / 2 + rng.normal(0, off_px, 2)
    cells = -(-side // 2 // 16)
    shift = np.float32(near_px) * misalign.smooth_field(cells, 2, 2, rng) if near_px else None
    gain = np.full(3, rng.normal(1, 0.003) / exposure, np.float32)
    return weighed(wide, AlignedFrame(_coded(photo), Size.of(wide), from_wide, shift, gain))


def _displaced(scene: Picture, rng: np.random.Generator) -> Picture:
    """The scene with a part of it elsewhere: something near, seen from beside."""
    side = scene.shape[0]
    region = camera.blur(misalign.blob(side, rng), rng.uniform(0, 4))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    away = rng.uniform(-6, 6, 2).astype(np.float32)
    return np.clip(
        cv2.remap(
            scene,
            x + region * away[0],
            y + region * away[1],
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        ),
        0,
        1,
    )


def _coded(picture: Picture) -> NDArray[np.uint8]:
    """8 bits."""
    return np.asarray(np.rint(np.clip(picture, 0, 1) * 255), np.uint8)
