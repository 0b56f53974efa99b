"""Simulates many patches of one native wide: what the estimator of degradations sees of a photo."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dualzoom.network.degradation import PATCH_PX
from dualzoom.resampling import halve_area
from dualzoom.training.simulate import camera, shots
from dualzoom.training.simulate.camera import Picture
from dualzoom.training.simulate.sample import SimulationConfig, scene_of

#: LR px of the wide that a set is cut from, and patches beside those that tile it.
_SIDE_PX, _EXTRA = 320, 7
PATCHES = (_SIDE_PX // PATCH_PX) ** 2 + _EXTRA


class WideSet(NamedTuple):
    """Patches of one wide (P 64 64 3), its degradation (K,), and a place of it (s s 3) with the truth (2s 2s 3)."""

    patches: Picture
    degradation: NDArray[np.float32]
    lr: Picture
    truth: Picture


def simulate_set(
    photos: Sequence[NDArray[np.uint8]], seed: Sequence[int], config: SimulationConfig
) -> WideSet:
    """Simulates the set of `seed` from photographs (uint8 RGB, sharp); the place is of `config.lr_patch_px`."""
    rng = np.random.Generator(np.random.PCG64(list(seed)))
    scene = scene_of(photos, 2 * _SIDE_PX, config, rng)
    shot = shots.wide(rng, config.shares())
    if rng.random() < config.dark:
        shot = shots.at_night(shot, rng)
    wide = camera.process(halve_area(camera.blur(scene, 2 * shot.blur_px)), shot, rng)
    grid = range(0, _SIDE_PX - PATCH_PX + 1, PATCH_PX)
    corners = [(y, x) for y in grid for x in grid]
    corners += [_corner(rng, PATCH_PX) for _ in range(_EXTRA)]
    patches = np.stack([wide[y : y + PATCH_PX, x : x + PATCH_PX] for y, x in corners])
    side = config.lr_patch_px
    y, x = _corner(rng, side)
    truth = scene[2 * y : 2 * (y + side), 2 * x : 2 * (x + side)]
    return WideSet(patches, shot.degradation(), wide[y : y + side, x : x + side], truth)


def _corner(rng: np.random.Generator, side: int) -> tuple[int, int]:
    y, x = rng.integers(0, _SIDE_PX - side + 1, 2)
    return int(y), int(x)
