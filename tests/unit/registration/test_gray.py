"""Registration's grey does not see exposure."""

from typing import Any

import numpy as np
import pytest

from dualzoom.registration.gray import flatten, luma, noise_level


@pytest.mark.parametrize("gain", [0.3, 0.6, 2.0])
def test_a_gain_of_the_whole_photo_changes_next_to_nothing(scene: Any, gain: float) -> None:
    dark = scene.astype(np.uint16) * 100
    difference = luma(dark).astype(int) - luma((dark * gain).astype(np.uint16))
    assert np.abs(difference).max() <= 1


def test_a_dark_16_bit_photo_keeps_its_tones(scene: Any) -> None:
    assert len(np.unique(luma(scene.astype(np.uint16)))) > 150  # 255 of 65535: one tone at 8 bits


def test_bits_do_not_matter(scene: Any) -> None:
    assert np.abs(luma(scene).astype(int) - luma(scene.astype(np.uint16) * 257)).max() <= 1


def test_a_black_photo_stays_black() -> None:
    assert not luma(np.zeros((20, 30, 3), np.uint8)).any()


def test_flattened_contrast_is_alike_everywhere_and_flat_stays_flat(scene: Any) -> None:
    grey = luma(scene)
    weak = (grey * 0.4 + 90).astype(np.uint8)
    assert 0.8 < flatten(weak).std() / flatten(grey).std() < 1.25  # it was 0.4
    assert np.ptp(flatten(np.full((40, 40), 77, np.uint8))) == 0


@pytest.mark.parametrize("sigma", [8.0, 20.0, 35.0])
def test_noise_is_measured_and_what_the_scene_shows_is_not(sigma: float) -> None:
    y, x = np.mgrid[0:200, 0:300]
    shaded = 90 + 0.2 * x + 0.1 * y + 40 * (x > 150)
    grain = np.random.default_rng(2).normal(0, sigma, shaded.shape)
    assert noise_level(np.clip(shaded + grain, 0, 255).astype(np.uint8)) == pytest.approx(sigma, rel=0.1)
    assert noise_level(shaded.astype(np.uint8)) < 1


def test_a_picture_of_a_few_pixels_has_a_noise_level() -> None:
    assert noise_level(np.zeros((1, 1), np.uint8)) == 0
