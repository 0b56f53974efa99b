"""The feather is 0 on the overlap's border, full a feather's width inside, none at the frame's edge."""

import numpy as np
import pytest

from dualzoom.geometry import Region, Size
from dualzoom.reference.outline import Outline

FRAME = Size(400, 300)
TILTED = np.array([[100.0, 60.0], [290.0, 75.0], [280.0, 230.0], [95.0, 220.0]])


def distance(x: float, y: float, polygon: np.ndarray) -> float:
    """Slow: distance to the nearest edge, negative outside."""
    best, inside = np.inf, True
    (ax, ay), (bx, by) = polygon[1] - polygon[0], polygon[2] - polygon[1]
    turn = np.sign(ax * by - ay * bx)
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        along = end - start
        to = np.array([x, y]) - start
        inside &= bool(turn * (along[0] * to[1] - along[1] * to[0]) >= 0)
        part = np.clip(to @ along / (along @ along), 0, 1)
        best = min(best, float(np.hypot(*(to - part * along))))
    return best if inside else -best


@pytest.mark.parametrize("polygon", [TILTED, TILTED[::-1]])
def test_the_feather_follows_the_distance_to_the_border(polygon: np.ndarray) -> None:
    outline = Outline.of(polygon, FRAME)
    feather = outline.feather(Region.full(FRAME))
    rng = np.random.default_rng(0)
    for x, y in zip(rng.integers(0, 400, 300), rng.integers(0, 300, 300), strict=True):
        t = np.clip(distance(x, y, polygon) / outline.feather_px, 0, 1)
        assert feather[y, x] == pytest.approx(t * t * (3 - 2 * t), abs=1e-3)


def test_a_tile_is_cut_from_the_whole() -> None:
    outline, tile = Outline.of(TILTED, FRAME), Region(80, 50, 60, 70)
    assert np.allclose(outline.feather(tile), outline.feather(Region.full(FRAME))[tile.slices], atol=1e-5)


def test_no_feather_along_the_frames_own_edge() -> None:
    whole = np.array([[0.0, 0.0], [399.0, 0.0], [399.0, 299.0], [0.0, 299.0]])
    assert (Outline.of(whole, FRAME).feather(Region.full(FRAME)) == 1).all()
    cut = np.array([[0.0, 0.0], [200.0, 0.0], [200.0, 299.0], [0.0, 299.0]])
    feather = Outline.of(cut, FRAME).feather(Region.full(FRAME))
    assert (feather[:, 0] == 1).all()
    assert (feather[:, 200:] == 0).all()
