"""The canvas integrates over pixels: areas, centroids and means equal slow versions at any density."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom.scene.canvas import Canvas, Projection
from dualzoom.scene.raster import coverage, rgb


def _canvas(width: int = 48, height: int = 40, **changes: object) -> Canvas:
    """One metre is one pixel; the ground's zero is at pixel (0, 0), so y = -row."""
    known: dict[str, object] = {
        "focal_px": 10.0,
        "centre_x": 0.0,
        "horizon_y": 0.0,
        "eye_m": 0.0,
        "density": 1.0,
        "origin": (0.0, 0.0),
        "baseline_m": (0.0, 0.0),
        "far_m": 10.0,
    }
    return Canvas(width, height, Projection(**(known | changes)))  # type: ignore[arg-type]


def _moments(canvas: Canvas) -> tuple[float, float, float]:
    light = canvas.light[..., 0].astype(float)
    rows, columns = np.indices(light.shape)
    area = light.sum()
    return area, (light * columns).sum() / area, (light * rows).sum() / area


sides = st.floats(0.05, 11)
places = st.floats(3, 12)


@given(places, places, sides, sides)
@settings(max_examples=40)
def test_a_rectangle_covers_its_area_about_its_centre(
    x: float, y: float, width: float, height: float
) -> None:
    canvas = _canvas()
    canvas.rect(x, -y - height, width, height, (1, 1, 1))
    area, _, _ = _moments(canvas)
    assert area == pytest.approx(width * height, rel=1e-4)
    rows, columns = (np.arange(n) for n in (40, 48))
    slow = [[_overlap(y, y + height, r) * _overlap(x, x + width, c) for c in columns] for r in rows]
    np.testing.assert_allclose(canvas.light[..., 1], slow, atol=1e-5)


def _overlap(start: float, stop: float, pixel: int) -> float:
    return max(0.0, min(stop, pixel + 0.5) - max(start, pixel - 0.5))


def test_a_large_rectangle_takes_the_fast_path_with_the_same_result() -> None:
    large, halves = _canvas(90, 80), _canvas(90, 80)
    large.rect(7.3, -70.4, 60.2, 61.7, (0.5, 0.25, 1.0))
    cut = 30.7  # the same in two pieces that meet inside a pixel, drawn by the general path
    slow = np.outer(coverage(70.4 - 61.7, 70.4, slice(0, 80)), coverage(7.3, 67.5, slice(0, 90)))
    np.testing.assert_allclose(large.light, slow[..., None] * (0.5, 0.25, 1.0), atol=1e-6)
    halves.rect(7.3, -70.4, cut, 61.7, (1, 1, 1))
    assert halves.light.sum() < large.light[..., 2].sum() * 3


@given(places, places, st.floats(2, 9), st.floats(2, 9), st.integers(0, 99))
@settings(max_examples=40)
def test_a_stamp_has_the_exact_mean_of_every_pixel(x: float, y: float, w: float, h: float, seed: int) -> None:
    mask = np.random.default_rng(seed).uniform(0, 1, (7, 5)).astype(np.float32)
    canvas = _canvas()
    canvas.rect(0, -40, 48, 40, (0, 0, 0))  # something for the layer to write on
    canvas.stamp(mask, x, -y - h, w, h, (1, 1, 1))
    slow = np.zeros((40, 48))
    for row in range(7):
        for column in range(5):
            top, left = y + row * h / 7, x + column * w / 5
            down = coverage(top, top + h / 7, slice(0, 40))
            slow += mask[row, column] * np.outer(down, coverage(left, left + w / 5, slice(0, 48)))
    inside = np.s_[1:39, 1:47]
    np.testing.assert_allclose(canvas.light[..., 0][inside], slow[inside], atol=2e-5)


@given(places, places, st.floats(2, 9), st.floats(-3, 3))
@settings(max_examples=40)
def test_a_polygon_lies_where_it_is_drawn(x: float, y: float, side: float, slant: float) -> None:
    canvas = _canvas()
    canvas.polygon(
        np.array([(x, -y), (x + side, -y), (x + side + slant, -y - side), (x + slant, -y - side)]), (1, 1, 1)
    )
    area, column, row = _moments(canvas)
    assert column == pytest.approx(
        x + (side + slant) / 2, abs=0.13
    )  # a side that runs along samples counts them
    assert row == pytest.approx(y + side / 2, abs=0.13)
    assert area == pytest.approx(side * side, abs=0.27 * (side + abs(slant)))


def test_polygons_are_neither_too_large_nor_too_small_on_average() -> None:
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(150):
        centre, side = rng.uniform(12, 20, 2), rng.uniform(3, 9)
        canvas = _canvas()
        angle = rng.uniform(0, 2 * np.pi) + np.arange(5) * 2 * np.pi / 5
        canvas.polygon(
            np.stack([centre[0] + side * np.cos(angle), side * np.sin(angle) - centre[1]], 1), (1, 1, 1)
        )
        area, column, row = _moments(canvas)
        perimeter = 5 * 2 * side * np.sin(np.pi / 5)
        errors.append(
            ((area - 2.5 * side**2 * np.sin(2 * np.pi / 5)) / perimeter, column - centre[0], row - centre[1])
        )
    assert np.abs(np.mean(errors, 0)).max() < 0.02  # pixels: outlines lie where they should


def test_the_same_shape_on_a_finer_canvas_averages_to_the_coarse_one() -> None:
    coarse, fine = _canvas(), _canvas(48 * 4, 40 * 4, density=4.0, origin=(-0.375, -0.375))
    for canvas in (coarse, fine):
        canvas.rect(3.3, -20.8, 11.4, 9.7, rgb(200, 120, 40))
        canvas.stamp(np.eye(9, dtype=np.float32), 5.2, -18.3, 6.1, 5.9, rgb(20, 250, 90))
    mean = fine.light.reshape(40, 4, 48, 4, 3).mean((1, 3))
    edge = np.abs(mean - coarse.light) > 1e-4
    assert edge[5:35, 5:30].mean() < 0.05  # layers mix within a pixel only where shapes overlap on an edge
    np.testing.assert_allclose(mean, coarse.light, atol=0.03)


def test_the_last_layer_over_half_a_pixel_owns_it() -> None:
    canvas = _canvas()
    canvas.layer(3, 10.0)
    canvas.rect(5, -20, 10.7, 10, (1, 1, 1))
    canvas.layer(4, 10.0)
    canvas.rect(8, -20, 2, 10, (1, 1, 1), alpha=0.4)
    assert canvas.plane[15, 15] == 3  # covered by 0.2 + 0.5
    assert canvas.plane[15, 16] == 0
    assert canvas.plane[15, 9] == 3  # a tint does not take over


def test_shadows_and_stamps_touch_only_their_own_layer() -> None:
    canvas = _canvas()
    canvas.layer(1, 10.0)
    canvas.rect(-1, -41, 24.5, 42, (1, 1, 1))
    canvas.layer(2, 10.0)
    canvas.rect(23.5, -41, 26, 42, (1, 1, 1))
    corners = np.array([(10.0, -30.0), (40.0, -30.0), (40.0, -10.0), (10.0, -10.0)])
    canvas.shade(corners, 0.5)
    canvas.stamp(np.ones((4, 4), np.float32), 10, -30, 30, 20, (0.25, 0.25, 0.25))
    assert (canvas.light[:, :24] == 1).all()
    assert canvas.light[20, 30, 0] == pytest.approx(0.25)


@pytest.mark.parametrize("distance", [2.0, 10.0, 500.0])
def test_moving_the_viewpoint_shifts_a_layer_by_its_parallax(distance: float) -> None:
    still = _canvas()
    moved = _canvas(baseline_m=(0.5, 0.2))
    shift = np.array(moved.projection.shift(1 / distance))
    expected = np.array([-0.5, 0.2]) * 10 * (1 / distance - 1 / 10)
    np.testing.assert_allclose(shift, expected)
    point = np.array([1.3, -2.1])
    for canvas in (still, moved):
        canvas.layer(1, distance)
    np.testing.assert_allclose(moved.to_px(point) - still.to_px(point), expected)


def test_flakes_cover_in_order_and_leave_the_rest() -> None:
    canvas = _canvas()
    square = np.array([(0, 0), (8, 0), (8, -8), (0, -8)], float)
    both = np.stack([np.add(square, (10, -10)), np.add(square, (14, -10))])
    canvas.flakes(both, np.array([[255, 0, 0], [0, 255, 0]], np.uint8))
    np.testing.assert_allclose(canvas.light[14, 11], (1, 0, 0), atol=0.01)
    np.testing.assert_allclose(canvas.light[14, 16], (0, 1, 0), atol=0.01)
    assert canvas.light[:8].max() == 0
    assert canvas.light[:, 26:].max() == 0
    canvas.flakes(
        np.add(both, (500, 0)), np.array([[1, 1, 1], [1, 1, 1]], np.uint8)
    )  # off the canvas: nothing
