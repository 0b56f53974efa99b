"""A shop fills the ground floor of its house; letters keep to their place and to the room they are given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualzoom.scene.facade import House, draw_house
from dualzoom.scene.raster import rgb
from dualzoom.scene.shop import centred, draw_shop, write

HOUSE = House(x=-3.0, width=6.0, floors=2, bays=3, shop_m=3.6, floor_m=2.8, kind=0, trade=0, seed=5)
INK = rgb(240, 228, 196)


def test_a_shop_fills_the_ground_floor_and_leaves_the_rest(sheet) -> None:
    canvas = sheet(10, 16, 20.0)
    draw_house(canvas, HOUSE)
    before = canvas.light.copy()
    draw_shop(canvas, HOUSE)
    canvas.assert_light()
    changed = np.abs(canvas.light - before).max(2) > 1e-4
    rows = np.flatnonzero(changed.any(1))
    highest = (canvas.drawn.shape[0] - rows.min()) / canvas.px_per_m
    assert highest < HOUSE.shop_m + 0.7
    ground = changed[-int(0.9 * HOUSE.shop_m * canvas.px_per_m) :]
    assert ground[:, 50:-50].mean() > 0.7


@pytest.mark.parametrize("trade", range(6))
def test_every_trade_has_a_shop_of_its_own(sheet, trade: int) -> None:
    shops = []
    for given_ in (trade, trade, trade + 1):
        canvas = sheet(10, 5, 20.0)
        draw_shop(canvas, replace(HOUSE, trade=given_))
        canvas.assert_light()
        shops.append(canvas.light)
    assert np.array_equal(shops[0], shops[1])
    assert np.abs(shops[0] - shops[2]).max() > 0.02


def board(sheet, width: float, px_per_m: float):
    """A black board 3 m high: letters are painted on what is there."""
    canvas = sheet(width, 3, px_per_m)
    canvas.rect(-width / 2, 0, width, 3, (0, 0, 0))
    return canvas


def lit_columns(canvas) -> np.ndarray:
    return np.flatnonzero(canvas.light[..., 0].max(0) > 0.2 * canvas.light.max())


@given(st.floats(0.1, 0.5), st.sampled_from(["BAKERY", "Il", "open until 8"]))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_line_is_as_wide_as_it_says_and_in_proportion_to_its_letters(
    sheet, cap_m: float, text: str
) -> None:
    canvas = board(sheet, 16, 40.0)
    width = write(canvas, text, -3.0, 1.0, cap_m, INK)
    assert width / cap_m == pytest.approx(
        write(sheet(16, 3, 40.0), text, -3.0, 1.0, 2 * cap_m, INK) / (2 * cap_m)
    )
    columns = (lit_columns(canvas) - (canvas.plane.shape[1] - 1) / 2) / 40
    assert columns.min() >= -3.05
    assert columns.max() <= -3 + width + 0.05
    assert np.ptp(columns) > 0.6 * width


@pytest.mark.parametrize("fit", [10.0, 1.5, 0.6])
def test_text_stays_about_its_middle_and_gets_smaller_where_there_is_no_room(sheet, fit: float) -> None:
    canvas = board(sheet, 10, 80.0)
    centred(canvas, "HOOH", 0.5, 1.0, 0.5, INK, fit)
    columns = (lit_columns(canvas) - (canvas.plane.shape[1] - 1) / 2) / 80
    assert np.ptp(columns) <= fit + 0.03
    assert (columns.min() + columns.max()) / 2 == pytest.approx(0.5, abs=0.05)
