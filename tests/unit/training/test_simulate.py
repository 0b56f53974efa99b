"""Laws of the simulated capture."""

import cv2
import numpy as np
import pytest

from dualzoom.training.simulate import SimulationConfig, camera, misalign, patterns, sample, simulate
from dualzoom.training.simulate.camera import Shot

CONFIG = SimulationConfig(lr_patch_px=32)


@pytest.fixture
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(3)]


def test_same_seed_same_sample_and_other_seed_another(photos: list[np.ndarray]) -> None:
    first, again, other = (simulate(photos, (1, i), CONFIG) for i in (5, 5, 6))
    for name in ("lr", "ref", "validity", "truth", "condition"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.truth, other.truth)


def test_shapes_and_ranges(photos: list[np.ndarray]) -> None:
    for i in range(30):
        made = simulate(photos, (2, i), CONFIG)
        assert made.lr.shape == (32, 32, 3)
        assert made.ref.shape == made.truth.shape == (64, 64, 3)
        assert made.validity.shape == (64, 64)
        for array in (made.lr, made.ref, made.truth, made.validity):
            assert array.dtype == np.float32
            assert array.min() >= 0
            assert array.max() <= 1


def test_a_clean_wide_is_the_half_of_its_truth(photos: list[np.ndarray]) -> None:
    scene = photos[0][:128, :128].astype(np.float32) / 255
    ways = set()
    for seed in range(12):
        truth, lr, shot = sample._clean_wide(scene, np.random.default_rng(seed))
        fits = [
            half.__name__
            for half in (camera.halve_bicubic, camera.halve_area_8bit)
            if np.array_equal(lr, half(truth))
        ]
        assert len(fits) == 1
        ways.update(fits)
        assert not shot.condition().any()
    assert len(ways) == 2


def test_wide_and_truth_share_their_pixel_grid(photos: list[np.ndarray]) -> None:
    """No half-pixel shift between LR and truth: the correlation peaks at zero displacement."""
    scene = cv2.GaussianBlur(photos[1][:160, :160], (0, 0), 1.5).astype(np.float32) / 255
    window = cv2.createHanningWindow((80, 80), cv2.CV_64F)
    for make in (sample._clean_wide, sample._real_wide):
        found = []
        for seed in range(12):
            truth, lr, _ = make(scene, np.random.default_rng(seed))
            grey = [
                cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float64) for x in (camera.halve_area(truth), lr)
            ]
            found.append(cv2.phaseCorrelate(*grey, window)[0])
        assert (
            np.abs(np.median(found, axis=0)).max() < 0.05
        )  # single draws are noisy; a grid error would be 0.25


def test_no_displacement_is_no_warp(photos: list[np.ndarray]) -> None:
    scene = photos[0][:64, :64].astype(np.float32) / 255
    assert np.array_equal(misalign.warp(scene, np.zeros((64, 64, 2), np.float32)), scene)


def test_a_perfect_camera_changes_nothing_but_rounds(photos: list[np.ndarray]) -> None:
    scene = photos[0][:64, :64].astype(np.float32) / 255
    assert np.array_equal(camera.process(scene, Shot(), np.random.default_rng(0)), scene)


def test_noise_has_the_strength_it_says() -> None:
    grey = np.full((200, 200, 3), 0.5, np.float32)
    noisy = camera.process(grey, Shot(noise=0.02), np.random.default_rng(1))
    assert 0.009 < noisy.std() < 0.03
