"""Legibility of real cases: lines come from the truth, or from the tele at its place in the wide."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from dualzoom.evaluation.case import Case
from dualzoom.evaluation.lettered import lettered
from dualzoom.geometry import Region
from dualzoom.metrics import legibility
from dualzoom.metrics.legibility import LineReader

BAR = Region(220, 180, 100, 20)  # on the 2× grid
WINDOW = Region(60, 40, 200, 140)


def lines(picture):
    found = cv2.boundingRect((picture[..., 0] > 200).astype(np.uint8))
    x, y, width, height = found
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    return [(corners, "Platform 7", 0.9)] if width else []


def line(picture):
    return "PLATFORM 1" if picture.mean() > 100 else "?"


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    monkeypatch.setattr(legibility, "line_reader", lambda: LineReader(lines=lines, line=line))


def barred() -> np.ndarray:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[BAR.slices] = 255
    return picture


class Tele:
    registration = SimpleNamespace(window=WINDOW)

    def tile(self, region):
        assert WINDOW.scale(2).contains(region)
        return barred()[region.slices] / np.float32(255), np.ones((region.height, region.width), np.float32)


@pytest.mark.parametrize("held_against", [{"truth": barred()}, {"aligned": Tele()}], ids=["truth", "tele"])
def test_what_can_be_read_there_is_read_again_in_results(held_against):
    wide = np.zeros((240, 320, 3), np.uint8)
    case = lettered(Case(name="a", wide=wide, score=lambda _: {"psnr": 7.0}, **held_against))
    assert case.score(barred()) == {"psnr": 7.0, "text": pytest.approx(8 / 9), "letters": 9}
    assert case.score(np.zeros((480, 640, 3), np.uint8))["text"] == 0


def test_where_nothing_is_written_there_is_no_share():
    blank = np.zeros((480, 640, 3), np.uint8)
    case = lettered(Case(name="a", wide=blank[::2, ::2], score=lambda _: {}, truth=blank))
    found = case.score(blank)
    assert np.isnan(found["text"])
    assert found["letters"] == 0
