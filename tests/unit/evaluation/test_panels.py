"""Panels: the same places of every result, with the truth, or with the tele where it shows them."""

from types import SimpleNamespace

import numpy as np
import pytest

from dualzoom.evaluation import panels
from dualzoom.evaluation.case import Case
from dualzoom.geometry import Region

WINDOW = Region(60, 40, 200, 140)


class Tele:
    """White, valid inside the window only."""

    def __init__(self) -> None:
        x, y, right, bottom = WINDOW.x, WINDOW.y, WINDOW.right - 1, WINDOW.bottom - 1
        overlap = np.array([(x, y), (right, y), (right, bottom), (x, bottom)], float)
        self.registration = SimpleNamespace(overlap=overlap, window=WINDOW)

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        y, x = np.mgrid[region.y : region.bottom, region.x : region.right]
        seen = WINDOW.scale(2)
        valid = (x >= seen.x) & (x < seen.right) & (y >= seen.y) & (y < seen.bottom)
        return np.ones((*valid.shape, 3), np.float32), valid.astype(np.float32)


@pytest.fixture
def wide() -> np.ndarray:
    return np.random.default_rng(6).integers(0, 255, (240, 320, 3), np.uint8)


def made(case: Case) -> tuple:
    result = np.random.default_rng(7).integers(0, 255, (480, 640, 3), np.uint8)
    places = panels.spots(case)
    return result, places, panels.panels(case, {"x": panels.cut(result, places)}, places)


def test_panels_are_pixels_of_the_results_and_close_ones_parts_of_them(wide):
    truth = np.random.default_rng(8).integers(0, 255, (480, 640, 3), np.uint8)
    result, places, shown = made(Case(name="a", wide=wide, score=lambda _: {}, truth=truth, aligned=Tele()))
    assert [spot.where.split(",")[0] for spot in places] == [
        "1: in the tele's view", "2: in the tele's view", "3: in the tele's view", "4: outside it",
    ]  # fmt: skip
    for spot, panel in zip(places, shown, strict=True):
        assert list(panel.pictures) == list(panel.close) == ["x", "truth"]
        np.testing.assert_array_equal(panel.pictures["x"], result[spot.place.slices])
        np.testing.assert_array_equal(panel.pictures["truth"], truth[spot.place.slices])
        part = spot.close.shift(spot.place.x, spot.place.y)
        assert spot.place.contains(part)
        assert part.width == spot.place.width // 2 // 2 * 2
        np.testing.assert_array_equal(panel.close["x"], result[part.slices])
        assert f"at {spot.place.x}, {spot.place.y}" in panel.where


def test_without_a_truth_the_tele_stands_last_where_it_shows_the_place(wide):
    *_, shown = made(Case(name="a", wide=wide, score=lambda _: {}, aligned=Tele()))
    assert [list(panel.pictures) for panel in shown] == [["x", "tele"]] * 3 + [["x"]]
    assert (shown[0].pictures["tele"] == 255).all()


def test_a_lone_photo_has_busy_places(wide):
    truth = np.zeros((480, 640, 3), np.uint8)
    *_, shown = made(Case(name="a", wide=wide, score=lambda _: {}, truth=truth))
    assert len(shown) == 3
    assert all("a busy place" in panel.where for panel in shown)


def test_the_page_holds_no_view_of_a_result_that_is_gone(wide):
    case = Case(name="a", wide=wide, score=lambda _: {}, aligned=Tele())
    result = np.zeros((480, 640, 3), np.uint8)
    assert all(piece.base is None for piece in panels.cut(result, panels.spots(case)))
