"""Both photos on one grid: the same places, never finer than the wide nor larger than asked, and honest about gaps."""

from typing import Any

import numpy as np
import pytest

from dualzoom.geometry import Region, Size
from dualzoom.registration.common_grid import GreyPair
from dualzoom.registration.plane import corners, shifting, transform


def grey(picture: np.ndarray) -> np.ndarray:
    return picture[..., 1].copy()


@pytest.fixture(scope="module")
def placed(studio: Any, scene: Any) -> tuple[GreyPair, np.ndarray]:
    """A wide, a tele that is a part of the 2× grid, and where that lies."""
    pair = GreyPair(grey(studio.wide(scene)), grey(scene[80:400, 100:520]))
    return pair, shifting(50, 40) @ studio.twice


def test_both_show_the_same_at_the_same_place(placed: Any) -> None:
    pair, homography = placed
    grid = pair.on_common_grid(homography)
    assert grid.wide.shape == grid.tele.shape == grid.inside.shape
    inner = grid.inside.copy()
    inner[[0, -1]] = inner[:, [0, -1]] = False
    assert inner.mean() > 0.9
    error = np.abs(grid.wide.astype(int) - grid.tele)[inner]
    assert error.mean() < 2
    assert np.corrcoef(grid.wide[inner], grid.tele[inner])[0, 1] > 0.995


def test_at_the_wides_density_it_is_the_wides_own_window(placed: Any) -> None:
    pair, homography = placed
    grid = pair.on_common_grid(homography)
    assert grid.window.contains(Region(50, 40, 210, 160))
    assert np.array_equal(grid.wide, pair.wide[grid.window.slices])
    at = np.array([[0.0, 0.0], [7.0, 3.0]])
    np.testing.assert_allclose(transform(grid.to_wide, at), np.add(at, (grid.window.x, grid.window.y)))


@pytest.mark.parametrize("area", [3.6e6, 9000.0, 1500.0])
def test_it_is_as_large_as_asked_at_most_and_its_maps_agree(placed: Any, area: float) -> None:
    pair, homography = placed
    grid = pair.on_common_grid(homography, area)
    size = Size.of(grid.wide)
    assert size.area <= 1.1 * area
    outline = corners(size)
    window = np.add(corners(grid.window.size), (grid.window.x, grid.window.y))
    np.testing.assert_allclose(transform(grid.to_wide, outline), window, atol=1e-9)
    np.testing.assert_allclose(
        transform(homography, transform(grid.to_tele, outline)), transform(grid.to_wide, outline), atol=1e-6
    )


def test_where_the_tele_has_no_pixels_it_says_so(studio: Any, scene: Any) -> None:
    """A tele that hangs over the wide's edge, and one that is turned in its window."""
    pair = GreyPair(grey(studio.wide(scene)), grey(scene[80:400, 100:520]))
    over = shifting(-60, 40) @ studio.twice
    grid = pair.on_common_grid(over)
    assert grid.window.x == 0
    assert grid.inside[2:-2, 2:-2].all()
    turn = np.deg2rad(20)
    turned = (
        np.array([[np.cos(turn), -np.sin(turn), 150], [np.sin(turn), np.cos(turn), 40], [0, 0, 1]])
        @ studio.twice
    )
    grid = pair.on_common_grid(turned)
    y, x = np.nonzero(grid.inside)
    at = transform(grid.to_tele, np.column_stack([x, y]).astype(float))
    assert at.min() >= -0.51
    assert (at[:, 0] <= 419.51).all()
    assert (at[:, 1] <= 319.51).all()
    assert 0.4 < grid.inside.mean() < 0.9


def test_a_finer_tele_is_averaged_not_sampled(studio: Any) -> None:
    """Lines of one tele pixel become grey, where a warp alone would show stripes."""
    lines = np.zeros((400, 400), np.uint8)
    lines[:, ::2] = 255
    pair = GreyPair(np.full((100, 100), 128, np.uint8), lines)
    grid = pair.on_common_grid(np.array([[0.2, 0, 10], [0, 0.2, 10], [0, 0, 1.0]]))
    core = grid.tele[8:-8, 8:-8].astype(int)
    assert core.mean() == pytest.approx(127.5, abs=6)
    assert np.ptp(core) < 40


def test_another_picture_of_the_window_may_take_the_wides_place(placed: Any) -> None:
    pair, homography = placed
    window = pair.on_common_grid(homography).window
    base = np.full((2 * window.height, 2 * window.width), 77, np.uint8)
    grid = pair.on_common_grid(homography, base=base)
    assert np.array_equal(grid.wide, np.full((window.height, window.width), 77))


def test_the_outline_is_cut_to_the_wides_frame(placed: Any, studio: Any) -> None:
    pair, homography = placed
    whole = pair.outline(homography)
    assert len(whole) == 4
    cut = pair.outline(shifting(-60, 40) @ studio.twice)
    assert cut[:, 0].min() == pytest.approx(-0.5, abs=1e-3)
    assert pair.outline(shifting(5000, 0) @ studio.twice).shape == (0, 2)
