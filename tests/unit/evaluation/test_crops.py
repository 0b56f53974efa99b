"""Crops: chosen before anything is enlarged, alike for all rows, labelled."""

from types import SimpleNamespace

import numpy as np
import pytest

from dualzoom.evaluation import crops
from dualzoom.evaluation.case import Case
from dualzoom.geometry import Region

WINDOW = Region(60, 40, 200, 140)


class Tele:
    """White, valid in the left half of the window only."""

    registration: SimpleNamespace

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        x = np.arange(region.x, region.right)
        valid = np.broadcast_to(x < 2 * (WINDOW.x + WINDOW.width // 2), (region.height, region.width))
        return np.ones((region.height, region.width, 3), np.float32), valid.astype(np.float32)


@pytest.fixture
def case() -> Case:
    corners = [(WINDOW.x, WINDOW.y), (WINDOW.right - 1, WINDOW.y), (WINDOW.right - 1, WINDOW.bottom - 1)]
    corners.append((WINDOW.x, WINDOW.bottom - 1))
    registration = SimpleNamespace(overlap=np.array(corners, float), window=WINDOW)
    tele = Tele()
    tele.registration = registration
    wide = np.random.default_rng(6).integers(0, 255, (240, 320, 3), np.uint8)
    return Case(name="a", wide=wide, score=lambda _: {}, aligned=tele)


def test_one_place_of_each_third_and_one_outside(case: Case) -> None:
    *inside, outside = crops.places(case)
    edges = [WINDOW.x + WINDOW.width * n // 3 for n in range(4)]
    assert len(inside) == 3
    for place, left, right in zip(inside, edges, edges[1:], strict=False):
        assert WINDOW.contains(place)
        assert left <= place.x
        assert place.right <= right
    assert outside.intersect(WINDOW).empty


def test_a_line_for_each_place_and_a_column_for_each_row(case: Case) -> None:
    regions = crops.places(case)
    black = np.zeros((480, 640, 3), np.uint8)
    grey = np.full_like(black, 99)
    made = {"first": crops.cells(black, regions), "second": crops.cells(grey, regions)}
    sheet = crops.sheet(case, made, regions)
    cell = 3 * 2 * regions[0].width
    assert sheet.shape[1] == 3 * cell + 2 * 4  # two rows and the tele
    line = sheet[26 + 26 : 26 + 26 + cell]  # below the pair's name and the rows' labels
    assert (line[:, :cell] == 0).all()
    assert (line[:, cell + 4 : 2 * cell + 4] == 99).all()
    assert (line[:, 2 * cell + 8 :] == 255).all()  # the leftmost place is where the tele is valid
    right = sheet[26 + 2 * (cell + 26 + 4) + 26 :][:cell]
    assert (right[:, 2 * cell + 8 :] == 0).all()
