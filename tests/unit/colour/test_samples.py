"""Cells pair the same place of both photos; clipped, busy and unwanted pixels stay out."""

import numpy as np

from dualzoom.colour.samples import CELLS, collect

RNG = np.random.default_rng(7)


def flat(value: float, height: int = 60, width: int = 80) -> np.ndarray:
    return np.full((height, width, 3), value, np.float32)


def test_cells_are_means_of_both_photos_at_the_same_place() -> None:
    y, x = np.mgrid[0:144, 0:288] / np.float32(400)
    wide = np.stack([x, y, x + y], axis=-1) * 0.5 + 0.2
    tele = wide * np.float32(0.5) + np.float32(0.1)
    samples = collect(wide, tele, np.ones((144, 288), np.float32))
    assert len(samples.area) == CELLS * CELLS // 2
    assert np.allclose(samples.tele, samples.wide * 0.5 + 0.1, atol=1e-5)
    assert np.allclose(samples.wide[:, 0], samples.place[:, 0] * 288 / 800 + 0.2, atol=2e-3)


def test_white_takes_the_pixel_and_black_only_its_channel() -> None:
    wide, tele = flat(0.5), flat(0.4)
    wide[:, :40, 2] = 1.0
    tele[:, 60:, 0] = 0.0
    samples = collect(wide, tele, np.ones(wide.shape[:2], np.float32))
    assert samples.place[:, 0].min() > 0.5
    dark = samples.place[:, 0] > 0.77
    assert (samples.weight[dark, 0] == 0).all()
    assert (samples.weight[dark, 1:] > 0.5).all()


def test_numbers_that_are_none_and_places_without_weight_stay_out() -> None:
    wide, tele, weight = flat(0.5), flat(0.4), np.ones((60, 80), np.float32)
    wide[:20] = np.nan
    weight[40:] = 0
    samples = collect(wide, tele, weight)
    assert samples.place[:, 1].max() < 0.69
    # A cell that holds some of the lost rows may stay, for its good pixels: their value is what it tells.
    assert np.allclose(samples.wide[samples.weight[:, 0] > 0], 0.5, atol=1e-4)


def test_busy_places_count_less() -> None:
    wide = flat(0.5)
    wide[:, 40:] += RNG.choice([-0.2, 0.2], (60, 40, 1)).astype(np.float32)
    samples = collect(wide, wide, np.ones((60, 80), np.float32))
    quiet, busy = samples.place[:, 0] < 0.45, samples.place[:, 0] > 0.55
    assert samples.area[busy].sum() < 0.05 * samples.area[quiet].sum()


def test_a_large_surface_does_not_outweigh_by_area() -> None:
    wide = flat(0.6)
    wide[:, :8] = 0.2
    samples = collect(wide, wide, np.ones((60, 80), np.float32))
    small = samples.wide[:, 0] < 0.3
    share = samples.weight[small, 0].sum() / samples.weight[:, 0].sum()
    assert 0.17 < share < 0.4  # a tenth of the area
