"""Simulates many places as one pair of cameras sees them: what a single capture of a phone holds.

`sample.simulate` draws new cameras for each sample. A network that learns to be calibrated on one capture needs all
samples of a lesson from the same two cameras, processed alike, and its tele as well registered as real ones mostly are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dualzoom.resampling import halve_area
from dualzoom.training.simulate import camera, misalign, shots
from dualzoom.training.simulate.camera import Picture, Shot
from dualzoom.training.simulate.sample import (
    MARGIN_PX,
    SimulationConfig,
    crop_of,
    scene_of,
    simulate_reference,
)


@dataclass(frozen=True, kw_only=True)
class Cameras:
    """The wide and the tele camera of a phone in one light."""

    wide: Shot
    tele: Shot


class Place(NamedTuple):
    """float32: wide (s, s, 3), tele (2s, 2s, 3) on the 2× grid, its validity (2s, 2s), and the scene (2s, 2s, 3)."""

    wide: Picture
    tele: Picture
    validity: NDArray[np.float32]
    truth: Picture


def draw_cameras(rng: np.random.Generator, shares: shots.Shares) -> Cameras:
    """Draws a phone; `shares`: of its wide's kinds."""
    return Cameras(wide=shots.wide(rng, shares), tele=shots.tele(rng))


def simulate_place(
    photos: Sequence[NDArray[np.uint8]],
    cameras: Cameras,
    side_px: int,
    config: SimulationConfig,
    rng: np.random.Generator,
    *,
    registered: bool,
) -> Place:
    """Simulates a place of `side_px` LR px. `registered`: the tele is that of `cameras`, well registered; else another
    camera's, with all errors that `simulate_reference` knows."""
    side = 2 * side_px + 2 * MARGIN_PX
    scene, other = scene_of(photos, side, config, rng), crop_of(photos, side, rng)
    optical = halve_area(camera.blur(scene, 2 * cameras.wide.blur_px))
    wide = camera.process(optical, cameras.wide, rng)
    if registered:
        tele, validity = _registered(scene, cameras.tele, rng), np.ones((side, side), np.float32)
    else:
        tele, validity, _, _ = simulate_reference(scene, other, config, rng)
    inside, inside_lr = (
        np.s_[m : s - m, m : s - m] for m, s in ((MARGIN_PX, side), (MARGIN_PX // 2, side // 2))
    )
    return Place(wide[inside_lr], tele[inside], validity[inside], scene[inside])


def _registered(scene: Picture, shot: Shot, rng: np.random.Generator) -> Picture:
    """The tele's picture of the scene, laid back onto its grid: a fraction of a pixel off, colours nearly matched."""
    placed = misalign.pose(scene.shape[0], rng)
    taken = misalign.photographed(scene, placed)
    taken = camera.process(camera.blur(taken, shot.blur_px), shot, rng)
    return misalign.recolour(misalign.registered(taken, placed, misalign.residue(scene.shape[0], rng)), rng)
