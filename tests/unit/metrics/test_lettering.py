"""Lettering of a scene: every line is found once, wherever tiles end, and read again at its own place."""

import math

import cv2
import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.metrics.legibility import LineReader
from dualzoom.metrics.lettering import Line, cut, find_lines, score

FRAME = Region(0, 0, 2000, 1500)
TEXTS = {40: "Platform 7", 80: "exit", 120: "no", 160: "Market Hall", 200: "12 345"}


class Reader:
    """Reads bars of one grey as text: `TEXTS` says which. `lines` also says how sure it is."""

    def __init__(self, sure: float = 0.95) -> None:
        self.sure = sure
        self.sizes: list[tuple[int, int]] = []

    def parts(self) -> LineReader:
        return LineReader(lines=self.lines, line=self.line)

    def lines(self, picture: np.ndarray) -> list[tuple[np.ndarray, str, float]]:
        self.sizes.append(picture.shape[:2])
        found = []
        for grey, text in TEXTS.items():
            mask = (picture[..., 0] == grey).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
            for x, y, width, height, _ in stats[1:]:
                right, bottom = x + width - 1, y + height - 1
                corners = np.array([(x, y), (right, y), (right, bottom), (x, bottom)], float)
                found.append((corners, text, self.sure))
        return found

    def line(self, picture: np.ndarray) -> str:
        grey = int(picture[picture.shape[0] // 2, picture.shape[1] // 2, 0])
        return TEXTS.get(grey, "")


def painted(*bars: tuple[int, int, int, int, int]) -> np.ndarray:
    """A black frame with bars: grey, x, y, width, height."""
    frame = np.zeros((FRAME.height, FRAME.width, 3), np.uint8)
    for grey, x, y, width, height in bars:
        frame[y : y + height, x : x + width] = grey
    return frame


def found(frame: np.ndarray, reader: Reader) -> list[tuple[str, tuple[int, int]]]:
    lines = find_lines(lambda tile: frame[tile.slices], FRAME, reader.parts())
    return sorted((line.text, tuple(line.corners[0].astype(int).tolist())) for line in lines)


@pytest.mark.parametrize("x", [0, 570, 640, 930, 1250, 1590, 1899])
@pytest.mark.parametrize("y", [0, 630, 950, 1480])
def test_a_line_is_found_once_wherever_it_lies(x: int, y: int) -> None:
    frame = painted((40, x, y, 100, 20))
    assert found(frame, Reader()) == [("Platform 7", (x, y))]


def test_no_tile_is_larger_than_what_a_reader_sees_at_full_size() -> None:
    reader = Reader()
    found(painted(), reader)
    assert max(max(size) for size in reader.sizes) <= 960
    assert sum(height * width for height, width in reader.sizes) < 3 * FRAME.width * FRAME.height


def test_what_is_unsure_or_short_or_upright_does_not_count() -> None:
    frame = painted((120, 100, 100, 60, 20), (160, 500, 300, 20, 90), (80, 900, 500, 60, 20))
    assert found(frame, Reader()) == [("exit", (900, 500))]
    assert found(frame, Reader(sure=0.5)) == []


def test_of_lines_that_overlap_the_longest_stays() -> None:
    class Twice(Reader):
        def lines(self, picture):
            boxes = super().lines(picture)
            return [*((corners, "Platf", sure) for corners, _, sure in boxes), *boxes]

        def line(self, picture):
            return self.texts.pop(0) if getattr(self, "texts", None) else super().line(picture)

    reader = Twice()
    reader.texts = ["Platf"]
    assert found(painted((40, 100, 100, 100, 20)), reader) == [("Platform 7", (100, 100))]


def test_the_share_weighs_characters() -> None:
    frame = painted((40, 100, 100, 100, 20), (80, 500, 900, 60, 20))
    reader = Reader().parts()
    lines = find_lines(lambda tile: frame[tile.slices], FRAME, reader)
    assert score(lines, frame, reader) == 1
    assert score(lines, np.zeros_like(frame), reader) == 0
    one = painted((40, 100, 100, 100, 20))
    assert score(lines, one, reader) == pytest.approx(9 / 13)  # "Platform7" of that and "exit"
    assert math.isnan(score((), frame, reader))


def test_a_slanting_line_is_cut_out_level() -> None:
    rng = np.random.default_rng(3)
    level = cv2.GaussianBlur(rng.integers(0, 255, (60, 200, 3), np.uint8), (0, 0), 2)
    turn = cv2.getRotationMatrix2D((100, 30), 20, 1.0)
    turn[:, 2] += 150, 150
    slanting = cv2.warpAffine(level, turn, (500, 400), flags=cv2.INTER_CUBIC)
    corners = np.array([(40, 10), (160, 10), (160, 50), (40, 50)], float)
    moved = corners @ turn[:, :2].T + turn[:, 2]
    shown = cut(slanting, Line(text="x", corners=moved))
    room = round(0.15 * 40)
    expected = level[10 - room : 50 + room, 40 - room : 160 + room]
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).mean() < 2
