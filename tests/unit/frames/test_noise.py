"""Noise is told from structure by what two frames differ in."""

import numpy as np
import pytest
from burst_files import burst

from dualzoom.frames.align import align
from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.frames.noise import noise_between
from dualzoom.resampling import LUMA


@pytest.mark.parametrize("noise", [3.0, 10.0])
def test_the_noise_that_was_added_is_found(noise: float) -> None:
    photos, _, _ = burst(2, noise=noise)
    frame = align(*photos)
    assert isinstance(frame, AlignedFrame)
    found = 255 * noise_between(photos[0].pixels, frame)
    assert 0.6 * noise < found / np.sqrt((LUMA**2).sum()) < 1.2 * noise  # the quietest tenth, interpolated


def test_structure_without_noise_is_not_taken_for_it() -> None:
    photos, _, _ = burst(2, noise=0.0)
    frame = align(*photos)
    assert isinstance(frame, AlignedFrame)
    assert 255 * noise_between(photos[0].pixels, frame) < 0.5
