"""The map of what the tele gave is the validity that the tiles were given, whatever the plan."""

import numpy as np
import pytest

from dualzoom.geometry import Region, Size
from dualzoom.reference.contribution import Contribution
from dualzoom.tiling.plan import plan, reflect_index

FRAME = Size(50, 34)


class Everywhere:
    """A reference whose validity is a fixed picture of the 2× grid, mirrored beyond the frame."""

    def __init__(self) -> None:
        self.validity = np.random.default_rng(4).random((68, 100)).astype(np.float32)

    def tile(self, region: Region):
        rows = reflect_index(region.y, region.height, FRAME.height, scale=2)
        columns = reflect_index(region.x, region.width, FRAME.width, scale=2)
        validity = self.validity[np.ix_(rows, columns)]
        return np.zeros((*validity.shape, 3), np.float32), validity


@pytest.mark.parametrize("strength", [1.0, 0.3])
@pytest.mark.parametrize("tile_px", [16, 23, 64])
def test_the_map_is_validity_times_strength_on_the_wides_grid(strength, tile_px):
    source = Everywhere()
    recorder = Contribution(source, FRAME, strength)
    for tile in plan(FRAME, tile_px, margin_px=9):
        region = tile.padded.scale(2)
        rgb, validity = recorder.tile(region)
        assert np.array_equal(validity, source.tile(region)[1])  # passed on as it is, not weakened
        assert rgb.shape == (*validity.shape, 3)
    means = source.validity.reshape(34, 2, 50, 2).mean(axis=(1, 3))
    assert recorder.map.dtype == np.uint8
    assert np.abs(recorder.map - 255 * strength * means).max() <= 0.501


def test_what_was_never_asked_for_is_black():
    recorder = Contribution(Everywhere(), FRAME, 1.0)
    recorder.tile(Region(20, 10, 30, 20))
    assert recorder.map[5:15, 10:25].min() > 0
    recorder.map[5:15, 10:25] = 0
    assert not recorder.map.any()
