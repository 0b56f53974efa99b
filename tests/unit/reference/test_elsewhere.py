"""What a photo from elsewhere is worth from place to place."""

from types import SimpleNamespace

import numpy as np
import pytest

from dualzoom.geometry import TO_2X, Region, Size
from dualzoom.reference.elsewhere import Elsewhere, ramp

WIDE = Size(200, 150)
#: Slanted: its left end is seen larger than its right one.
SLANTED = np.linalg.inv(np.array([[1.7, 0.05, 3.0], [0.1, 1.6, -2.0], [-1e-3, 1e-4, 1.0]]))


def photo(homography: np.ndarray, validity: float = 1.0) -> Elsewhere:
    found = SimpleNamespace(homography=homography, window=Region.full(WIDE), wide_size=WIDE)

    def tile(region: Region) -> tuple[np.ndarray, np.ndarray]:
        shape = (region.height, region.width)
        return np.zeros((*shape, 3), np.float32), np.full(shape, validity, np.float32)

    def wide_tile(region: Region) -> np.ndarray:
        return np.full((region.height, region.width, 3), 0.5, np.float32)

    return Elsewhere(SimpleNamespace(registration=found, tile=tile, wide_tile=wide_tile))  # type: ignore[arg-type]


def pixels_per_wide_pixel(homography: np.ndarray, x: float, y: float) -> float:
    """By differences: the square that a pixel of the 2× grid becomes in the photo."""
    back = np.linalg.inv(TO_2X @ homography)

    def at(u: float, v: float) -> np.ndarray:
        moved = back @ [u, v, 1.0]
        return moved[:2] / moved[2]

    step = 1e-3
    across, down = (at(x + step, y) - at(x, y)) / step, (at(x, y + step) - at(x, y)) / step
    return float(2 * np.sqrt(abs(across[0] * down[1] - across[1] * down[0])))


@pytest.mark.parametrize(("x", "y"), [(0, 0), (380, 20), (50, 290), (399, 299)])
def test_fineness_is_the_size_that_a_pixel_has_in_the_photo(x: int, y: int) -> None:
    here = photo(SLANTED).fineness(Region(x, y, 1, 1))[0, 0]
    assert here == pytest.approx(min(2.0, pixels_per_wide_pixel(SLANTED, x, y)), rel=1e-3)


@pytest.mark.parametrize(
    ("finer", "validity"), [(1.05, 0.0), (1.5, 0.0), (1.575, 0.5), (1.7, 1.0), (4.0, 1.0)]
)
def test_a_photo_counts_only_where_it_is_finer_than_the_wide(finer: float, validity: float) -> None:
    _, believed = photo(np.diag([1 / finer, 1 / finer, 1.0])).tile(Region(10, 10, 8, 8))
    assert believed == pytest.approx(validity, abs=1e-4)


def test_doubt_weighs_more_than_for_a_tele() -> None:
    large = np.diag([0.5, 0.5, 1.0])
    assert photo(large, 0.25).coverage() == 0
    assert photo(large, 0.8).coverage() == pytest.approx(1)


def test_a_ramp_is_flat_at_both_ends() -> None:
    assert ramp(np.array([-1, 0.2, 0.5, 0.8, 3], np.float32), 0.2, 0.8) == pytest.approx([0, 0, 0.5, 1, 1])


def test_tones_and_coarse_structure_are_the_wides() -> None:
    rgb, _ = photo(np.diag([0.5, 0.5, 1.0])).tile(Region(10, 10, 8, 8))
    np.testing.assert_allclose(rgb, 0.5, atol=1e-6)
