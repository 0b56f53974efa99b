"""Patches come from where there is structure."""

import numpy as np
import pytest

from dualzoom.engine.patches import patches_of, structured


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_busier_half_of_the_grid_the_busiest_first(kind: type) -> None:
    wide = np.full((256, 512, 3), np.iinfo(kind).max // 2, kind)
    noise = np.random.default_rng(0).integers(0, np.iinfo(kind).max, (256, 128, 3), kind)
    wide[:, 192:320] = noise  # of eight columns of patches the two in the middle, and parts of two more
    patches = structured(patches_of(wide))
    assert len(patches) == 16
    assert {patch.shape for patch in patches} == {(64, 64, 3)}
    busy = [float(np.abs(np.diff(patch, axis=1)).mean()) for patch in patches]
    assert busy == sorted(busy, reverse=True)
    assert busy[7] > 0.2 > busy[8] == 0
    assert all(0 <= patch.min() <= patch.max() <= 1 for patch in patches)


def test_of_large_photos_no_more_than_are_needed_and_of_tiny_ones_none() -> None:
    rng = np.random.default_rng(1)
    assert len(structured(patches_of(rng.integers(0, 255, (900, 1200, 3), np.uint8)))) == 48
    assert patches_of(rng.integers(0, 255, (63, 900, 3), np.uint8)) == []
    assert len(structured(patches_of(rng.integers(0, 255, (64, 64, 3), np.uint8)))) == 1
