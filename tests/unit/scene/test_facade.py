"""A front: wall without gaps to the eaves, a roof above, windows inside it; the same at any fineness."""

from dataclasses import replace

import numpy as np
import pytest

from dualzoom.scene.facade import House, draw_house, weathering, window
from dualzoom.scene.raster import rgb

HOUSE = House(x=-3.0, width=6.0, floors=2, bays=3, shop_m=3.6, floor_m=2.8, kind=0, trade=0, seed=5)


def front(sheet, house: House = HOUSE, px_per_m: float = 20.0):
    canvas = sheet(10, 16, px_per_m)
    draw_house(canvas, house)
    return canvas


def box(canvas, left: float, right: float, low: float, high: float) -> np.ndarray:
    """What was drawn in a box of metres."""
    rows, columns = canvas.drawn.shape
    x = [round((columns - 1) / 2 + side * canvas.px_per_m) for side in (left, right)]
    y = [round(rows - side * canvas.px_per_m) for side in (high, low)]
    return canvas.drawn[y[0] : y[1], x[0] : x[1]]


@pytest.mark.parametrize("kind", range(8))
@pytest.mark.parametrize("floors", [1, 3])
def test_the_wall_has_no_gap_and_nothing_stands_far_beyond_it(sheet, kind: int, floors: int) -> None:
    house = replace(HOUSE, kind=kind, floors=floors)
    canvas = front(sheet, house)
    canvas.assert_light()
    assert box(canvas, -2.9, 2.9, 0.1, house.eaves_m).all()
    left, right, low, high = canvas.extent()
    assert left >= -3.25
    assert right <= 3.25
    assert low < 0.06
    assert house.eaves_m + 1.3 < high < house.eaves_m + 4


def test_the_eaves_rise_with_every_floor() -> None:
    heights = [replace(HOUSE, floors=floors).eaves_m for floors in range(1, 5)]
    np.testing.assert_allclose(np.diff(heights), HOUSE.floor_m)


def test_the_seed_and_the_kind_decide(sheet) -> None:
    first, again = front(sheet), front(sheet)
    assert np.array_equal(first.light, again.light)
    for other in (replace(HOUSE, seed=6), replace(HOUSE, kind=1)):
        assert not np.array_equal(first.light, front(sheet, other).light)


def test_a_finer_canvas_shows_the_same_house(sheet) -> None:
    """Every shape is integrated over its pixels, and materials fade into their mean."""
    coarse, fine = front(sheet, px_per_m=12.0), front(sheet, px_per_m=24.0)
    rows, columns = coarse.drawn.shape
    halved = fine.light.reshape(rows, 2, columns, 2, 3).mean((1, 3))
    assert np.abs(halved - coarse.light)[coarse.drawn].mean() < 0.1 * coarse.light[coarse.drawn].mean()


def test_a_house_out_of_view_is_not_drawn(sheet) -> None:
    canvas = front(sheet, replace(HOUSE, x=20.0))
    assert not canvas.drawn.any()
    assert not canvas.light.any()


def test_a_window_is_glass_in_a_frame_in_a_stone(sheet) -> None:
    canvas = sheet(3, 4, 80.0)
    window(canvas, -0.5, 1.0, 1.0, 1.6, rgb(236, 234, 226), np.random.default_rng(1))
    canvas.assert_light()
    left, right, low, high = canvas.extent()
    assert (left, right) == (pytest.approx(-0.7, abs=0.03), pytest.approx(0.7, abs=0.03))
    assert low > 0.85
    assert high < 2.9
    assert box(canvas, -0.49, 0.49, 1.01, 2.59).all()


def test_weathering_darkens_or_lightens_a_little_and_nowhere_else(sheet) -> None:
    canvas = front(sheet)
    before = canvas.light.copy()
    weathering(canvas, -1.0, 2.0, 3.0, 4)
    changed = np.abs(canvas.light - before).max(2) > 1e-6
    rows, columns = np.nonzero(changed)
    assert columns.min() >= 100 - 21
    assert columns.max() <= 100 + 20
    assert rows.min() >= canvas.drawn.shape[0] - 3 * 20 - 1
    assert np.abs(canvas.light - before).max() < 0.25
