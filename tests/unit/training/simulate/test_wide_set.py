"""A set shows one wide: the same for its seed, its place and its truth at one another's place."""

from dataclasses import replace

import numpy as np

from dualzoom.network.degradation import PATCH_PX, SIZE
from dualzoom.resampling import halve_area
from dualzoom.training.simulate import SimulationConfig
from dualzoom.training.simulate.wide_set import PATCHES, simulate_set

CONFIG = SimulationConfig(lr_patch_px=40, drawn=1.0)


def test_a_set_is_its_seed_alone(photos: list[np.ndarray]) -> None:
    first, again, other = (simulate_set(photos, (3, number), CONFIG) for number in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.patches, other.patches)
    assert first.patches.shape == (PATCHES, PATCH_PX, PATCH_PX, 3)
    assert first.degradation.shape == (SIZE,)


def test_the_truth_is_of_the_place(photos: list[np.ndarray]) -> None:
    for seed in range(4):  # of photographs: the finest gratings do not outlive a camera
        made = simulate_set(photos, (5, seed), replace(CONFIG, drawn=0.0))
        assert made.truth.shape == (80, 80, 3)
        low = [part.mean(2) - part.mean() for part in (made.lr, halve_area(np.ascontiguousarray(made.truth)))]
        alike = float((low[0] * low[1]).sum() / np.sqrt((low[0] ** 2).sum() * (low[1] ** 2).sum() + 1e-9))
        assert alike > 0.7


def test_nights_are_as_many_as_asked_for(photos: list[np.ndarray]) -> None:
    dark = [
        simulate_set(photos, (6, seed), SimulationConfig(dark=share, drawn=1.0)).degradation[1] > 0.6
        for share in (0.0, 1.0)
        for seed in range(6)
    ]
    assert not any(dark[:6])
    assert all(dark[6:])
