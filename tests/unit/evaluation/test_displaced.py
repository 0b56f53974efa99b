"""A displaced reference shows what lies beside, by distances that the window matching can or cannot bridge."""

import numpy as np

from dualzoom.evaluation.displaced import DISPLACED, Displaced
from dualzoom.geometry import Region
from dualzoom.network.window import shifts


class Ramp:
    """A reference that says of every pixel where it lies, valid right of x = 10."""

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        y, x = np.mgrid[region.y : region.bottom, region.x : region.right].astype(np.float32)
        return np.stack([x, y, x], -1), (x > 10).astype(np.float32)


def test_a_displaced_reference_shows_what_lies_beside() -> None:
    region = Region(4, 6, 12, 8)
    rgb, validity = Displaced(Ramp(), 3).tile(region)
    plain, here = Ramp().tile(region)
    np.testing.assert_array_equal(rgb[..., :2], plain[..., :2] + 3)
    np.testing.assert_array_equal(validity, here)  # the place itself must be valid, not only what is shown


def test_displacements_lie_within_the_window_beyond_it_and_far_off() -> None:
    reach = 2 * max(x for _, x in shifts(2))
    assert [px > reach for px in DISPLACED.values()] == [False, True, True]
    assert all(px % 2 == 0 for px in DISPLACED.values())  # whole pixels of the wide
