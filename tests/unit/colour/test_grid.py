"""The gain grid reads alike on any pixel grid, in any tile, by the slow way and by the quick one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.colour.grid import Corners, hats, roughness, shape_for, spread
from dualzoom.geometry import Region, Size

RNG = np.random.default_rng(3)
WINDOW = Region(10, 20, 60, 45)


@given(
    rows=st.integers(2, 7),
    columns=st.integers(2, 7),
    region=st.builds(
        Region, st.integers(-5, 60), st.integers(-5, 60), st.integers(1, 20), st.integers(1, 20)
    ),
)
def test_a_tile_reads_what_the_whole_reads(rows: int, columns: int, region: Region) -> None:
    grid = RNG.normal(size=(rows, columns, 3))
    frame = Region(-10, -10, 120, 120)
    whole = spread(grid, frame, WINDOW)
    assert np.allclose(spread(grid, region, WINDOW), whole[region.shift(10, 10).slices], atol=1e-5)


def test_a_grid_of_the_place_itself_is_read_back() -> None:
    rows, columns = 5, 9
    y, x = np.mgrid[0:rows, 0:columns]
    grid = np.stack([x / (columns - 1), y / (rows - 1), np.ones_like(x)], axis=-1)
    read = spread(grid, WINDOW, WINDOW)
    assert np.allclose(read[0, :, 0], (np.arange(60) + 0.5) / 60, atol=1e-6)
    assert np.allclose(read[:, 0, 1], (np.arange(45) + 0.5) / 45, atol=1e-6)
    assert np.allclose(read[..., 2], 1, atol=1e-6)


def test_the_2x_grid_reads_the_same_place() -> None:
    grid = RNG.normal(size=(4, 6, 3))
    fine = spread(grid, WINDOW.scale(2), WINDOW.scale(2))
    halved = fine.reshape(45, 2, 60, 2, 3).mean(axis=(1, 3))
    # Equal but for the few pixels whose four halves lie on both sides of a node.
    assert np.median(np.abs(halved - spread(grid, WINDOW, WINDOW))) < 1e-5


def test_corners_are_hats_in_short() -> None:
    rows, columns = 4, 5
    place = RNG.uniform(-0.1, 1.1, (50, 2))
    dense = (hats(place[:, 1], rows)[:, :, None] * hats(place[:, 0], columns)[:, None, :]).reshape(50, -1)
    corners = Corners.around(place, rows, columns)
    grid, weight = RNG.normal(size=(rows * columns, 3)), RNG.uniform(size=50)
    assert np.allclose(corners.read(grid), dense @ grid)
    assert np.allclose(corners.gather(weight), dense.T @ weight)
    assert np.allclose(corners.normal(weight), dense.T @ (dense * weight[:, None]))


def test_roughness_counts_differences() -> None:
    grid = RNG.normal(size=(4, 6))
    for order in (1, 2):
        slow = (np.diff(grid, n=order, axis=0) ** 2).sum() + (np.diff(grid, n=order, axis=1) ** 2).sum()
        assert np.isclose(grid.ravel() @ roughness(4, 6, order) @ grid.ravel(), slow)


def test_cells_lie_along_the_longer_side() -> None:
    assert shape_for(Size(400, 300), 12) == (10, 13)
    assert shape_for(Size(10, 1000), 12) == (13, 2)
