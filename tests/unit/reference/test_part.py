"""A part of a reference: inside as the whole, beyond mirrored as the wide's part is."""

import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.reference.part import Part
from dualzoom.tiling.plan import pad_reflect

RNG = np.random.default_rng(4)
RGB, VALIDITY = RNG.random((60, 80, 3), np.float32), RNG.random((60, 80), np.float32)


class _Whole:
    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        assert Region(0, 0, 80, 60).contains(region), "never beyond the window"
        return RGB[region.slices], VALIDITY[region.slices]


@pytest.mark.parametrize(
    "region", [Region(0, 0, 8, 6), Region(4, 2, 20, 18), Region(-6, -4, 30, 28), Region(10, 8, 40, 30)]
)
def test_tiles_are_those_of_the_window_cut_out(region: Region) -> None:
    window = Region(5, 7, 16, 12)
    rgb, validity = Part(_Whole(), window).tile(region)
    cut = window.scale(2).slices
    np.testing.assert_array_equal(rgb, pad_reflect(RGB[cut], region, 2))
    np.testing.assert_array_equal(validity, pad_reflect(VALIDITY[cut], region, 2))


def test_a_window_of_the_whole_frame_changes_nothing() -> None:
    whole = Part(_Whole(), Region(0, 0, 40, 30))
    for region in (Region(0, 0, 80, 60), Region(6, 8, 12, 10)):
        for one, other in zip(whole.tile(region), _Whole().tile(region), strict=True):
            np.testing.assert_array_equal(one, other)
