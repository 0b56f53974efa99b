"""Simulates one training sample from one seed: LR, reference, validity, truth and the LR's degradation.

Two kinds of wide:
  halved  truth is a simulated phone's photo (soft or sharpened) or the photograph itself, LR its half by bicubic
          (the paper's way) or area;
  native  truth is the sharp scene, LR a simulated phone's photo of it at half the pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.network.degradation import HALVED_AREA, HALVED_BICUBIC, KINDS
from dualzoom.resampling import halve_area
from dualzoom.training.simulate import camera, misalign, patterns, shots
from dualzoom.training.simulate.camera import Picture, Shot
from dualzoom.training.simulate.coding import coded
from dualzoom.training.simulate.estimated import estimated


@dataclass(frozen=True, kw_only=True)
class SimulationConfig:
    """Shares of the kinds of sample."""

    lr_patch_px: int = 48
    halved: float = 0.5  # share of halved wides
    # Of the native ones, the shares of cameras that `shots.Shares` names:
    harsh: float = 0.0  # in poor light, and cheap ones
    counted: float = 0.0  # with the noise of counted light
    bounded: float = 0.0  # that keep halos in bounds
    dark: float = 0.0  # share with the noise of night among the wides that the pooled estimator learns from
    estimated: bool = False  # networks are told of native wides what an estimator might read off them
    copies: float = (
        0.35  # of the halved ones, the share that no phone took: a photograph and, mostly, a warped copy
    )
    drawn: float = 0.1  # share of drawn scenes
    wrong: float = 0.05  # share of references that show something else altogether
    partial: float = 0.15  # share of references that miss a part
    defocused: float = 0.08  # share of references that are out of focus, wholly or in part
    coded: float = 0.0  # of the wides that teach the estimator kinds, the share kept as 4:2:0 or by video

    def shares(self) -> shots.Shares:
        """What wide cameras are like."""
        return shots.Shares(harsh=self.harsh, counted=self.counted, bounded=self.bounded)


class SimulatedReference(NamedTuple):
    """A registered reference (side side 3), its validity (side side), how far off it is (side side 2, HR px; the
    reference shows at x what the scene has at x + displacement(x)) and where that is so (side side, 0 or 1)."""

    picture: Picture
    validity: NDArray[np.float32]
    displacement: NDArray[np.float32]
    known: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """float32 arrays: lr h w 3, ref and truth 2h 2w 3, validity 2h 2w, degradation K.

    shift h w 2: the (dy, dx) in LR px at which the reference shows what the LR shows here; nan where nothing does.
    """

    lr: Picture
    ref: Picture
    validity: NDArray[np.float32]
    truth: Picture
    degradation: NDArray[np.float32]
    shift: NDArray[np.float32]


MARGIN_PX = 16  # HR pixels around the patch, so that displacements find picture there


def simulate(photos: Sequence[NDArray[np.uint8]], seed: Sequence[int], config: SimulationConfig) -> Sample:
    """Simulates the sample of `seed` (any integers) from photographs (uint8 RGB, sharp). Same seed, same sample."""
    rng = np.random.Generator(np.random.PCG64(list(seed)))
    side = 2 * config.lr_patch_px + 2 * MARGIN_PX
    scene = scene_of(photos, side, config, rng)
    other = crop_of(photos, side, rng)
    halved = rng.random() < config.halved
    copied = halved and rng.random() < config.copies
    truth, lr, degradation = (
        _halved_wide(scene, rng, by_phone=not copied) if halved else _native_wide(scene, config, rng)
    )
    if config.estimated and not halved:
        degradation = estimated(degradation, rng)
    # Perfect teles beside phones' wides would teach the network to take too much of every tele.
    perfect = copied and rng.random() < 0.75
    ref = simulate_reference(scene, other, config, rng, halved=halved, perfect=perfect)
    inside, inside_lr = (
        np.s_[m : s - m, m : s - m] for m, s in ((MARGIN_PX, side), (MARGIN_PX // 2, side // 2))
    )
    return Sample(
        lr=lr[inside_lr],
        ref=ref.picture[inside],
        validity=ref.validity[inside],
        truth=truth[inside],
        degradation=degradation,
        shift=_shift(ref)[inside_lr],
    )


def _shift(ref: SimulatedReference) -> NDArray[np.float32]:
    """Converts the displacement to that of matching: from the LR's cell to the reference's, in LR px."""
    off = -halve_area(ref.displacement)[..., ::-1] / 2
    sure = halve_area(ref.known)[..., None] == 1
    return np.where(sure, off, np.float32(np.nan)).astype(np.float32)


def simulate_wide(
    photos: Sequence[NDArray[np.uint8]], seed: Sequence[int], config: SimulationConfig
) -> tuple[Picture, NDArray[np.float32], int]:
    """Simulates, for the estimator, only the LR (h w 3), its degradation (K,) and the number of its kind."""
    rng = np.random.Generator(np.random.PCG64(list(seed)))
    scene = scene_of(photos, 2 * config.lr_patch_px, config, rng)
    halved = bool(rng.random() < config.halved)
    by_phone = bool(rng.random() >= config.copies)
    _, lr, degradation = (
        _halved_wide(scene, rng, by_phone=by_phone) if halved else _native_wide(scene, config, rng)
    )
    if config.coded and rng.random() < config.coded:
        lr = coded(lr, rng)
    by_area = halved and degradation.any()
    return lr, degradation, KINDS.index("area" if by_area else "bicubic" if halved else "native")


def scene_of(
    photos: Sequence[NDArray[np.uint8]], side: int, config: SimulationConfig, rng: np.random.Generator
) -> Picture:
    """Draws a scene of `side` px, or cuts one out of a photograph, in an orientation and exposure of its own."""
    scene = patterns.draw(side, rng) if rng.random() < config.drawn else crop_of(photos, side, rng)
    if rng.random() < 0.5:
        scene = scene[:, ::-1]
    scene = np.rot90(scene, int(rng.integers(4)))
    if rng.random() < 0.3:  # exposure and contrast of another day
        scene = np.clip(scene, 0, 1) ** rng.uniform(0.6, 1.6) * rng.uniform(0.7, 1.0)
    return np.ascontiguousarray(scene, np.float32)


def crop_of(photos: Sequence[NDArray[np.uint8]], side: int, rng: np.random.Generator) -> Picture:
    """Cuts a crop at a random scale; mostly the busier one of two, since skies teach little."""
    crops = []
    for _ in range(2):
        photo = photos[int(rng.integers(len(photos)))]
        scale = 1.0 if rng.random() < 0.3 else rng.uniform(1, 2.8)
        reach = min(round(side * scale), *photo.shape[:2])
        y, x = (int(rng.integers(n - reach + 1)) for n in photo.shape[:2])
        crops.append(photo[y : y + reach, x : x + reach])
    busy = [
        float(np.abs(np.diff(c[::2, ::2, 1].astype(np.float32), axis=0)).mean()) / max(c.shape) for c in crops
    ]
    pick = int(np.argmax(busy)) if rng.random() < 0.6 else 0
    crop = cv2.resize(crops[pick], (side, side), interpolation=cv2.INTER_AREA)
    return crop.astype(np.float32) / 255


def _halved_wide(
    scene: Picture, rng: np.random.Generator, *, by_phone: bool
) -> tuple[Picture, Picture, NDArray[np.float32]]:
    """Returns truth, LR and degradation."""
    if by_phone:
        shot = shots.of_halved(rng)
        scene = camera.process(camera.blur(scene, shot.blur_px), shot, rng)
    if rng.random() < 0.65:
        return scene, camera.halve_bicubic_8bit(scene), np.array(HALVED_BICUBIC, np.float32)
    return scene, camera.halve_area_8bit(scene), np.array(HALVED_AREA, np.float32)


def _native_wide(
    scene: Picture, config: SimulationConfig, rng: np.random.Generator
) -> tuple[Picture, Picture, NDArray[np.float32]]:
    """Returns truth, LR and degradation."""
    shot = shots.wide(rng, config.shares())
    optical = halve_area(camera.blur(scene, 2 * shot.blur_px))
    return scene, camera.process(optical, shot, rng), shot.degradation()


def simulate_reference(
    scene: Picture,
    other: Picture,
    config: SimulationConfig,
    rng: np.random.Generator,
    *,
    halved: bool = False,
    perfect: bool = False,
) -> SimulatedReference:
    """Simulates the reference that another camera and registration make of a scene (side side 3).

    In the order of the world: something hides the scene, the camera takes it on its own pixels and processes it,
    registration interpolates it onto the wide's grid and errs. `other` (side side 3) shows where the reference is
    wrong. `halved`: the tele is a halved photo; `perfect`: as sharp as pixels can be.
    """
    side = scene.shape[0]
    field, wrong = misalign.displacement(side, rng)
    validity, known = np.ones((side, side), np.float32), 1 - wrong
    if rng.random() < 0.5:  # registration noticed the wrong region
        validity *= 1 - camera.blur(cv2.dilate(wrong, np.ones((5, 5), np.uint8)), rng.uniform(0, 3))
    if rng.random() < config.wrong:
        scene, known = other, np.zeros_like(known)
    elif rng.random() < config.partial:
        hole = misalign.blob(side, rng)
        scene, known = np.where(hole[..., None] > 0, other, scene), known * (1 - hole)
        if rng.random() < 0.6:
            validity *= 1 - camera.blur(cv2.dilate(hole, np.ones((3, 3), np.uint8)), rng.uniform(0, 2))
    if rng.random() < 0.2:
        doubt = misalign.smooth_field(side, int(rng.integers(2, 6)), 1, rng)[..., 0]
        validity *= np.clip(1 - np.abs(doubt) * rng.uniform(0, 0.6), 0, 1)
    placed = misalign.pose(side, rng)
    picture = misalign.photographed(scene, placed)
    picture = _copy(picture, rng) if perfect else _tele_shot(picture, config, rng, halved)
    picture = misalign.recolour(misalign.registered(picture, placed, field), rng)
    return SimulatedReference(picture, np.clip(validity, 0, 1), field, known)


def _copy(picture: Picture, rng: np.random.Generator) -> Picture:
    return camera.process(picture, Shot(jpeg_quality=int(rng.integers(88, 101))), rng)


def _tele_shot(picture: Picture, config: SimulationConfig, rng: np.random.Generator, halved: bool) -> Picture:
    shot = shots.tele(rng, halved=halved)
    if rng.random() < config.defocused:
        picture = misalign.defocus(picture, rng)
    if rng.random() < 0.6:
        picture = misalign.retouch(picture, rng)
    return camera.process(camera.blur(picture, shot.blur_px), shot, rng)
