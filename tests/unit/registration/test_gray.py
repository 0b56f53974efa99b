"""Registration's grey does not see exposure."""

from typing import Any

import numpy as np
import pytest

from dualzoom.registration.gray import flatten, luma


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
