"""Trees and twigs: from their foot upwards, leaves about the branches, the seed's alone."""

import numpy as np
import pytest

from dualzoom.scene.foliage import draw_tree, draw_twigs


def tree(sheet, seed: int = 3, height: float = 6.0, px_per_m: float = 24.0):
    canvas = sheet(12, 10, px_per_m)
    draw_tree(canvas, 1.0, height, seed)
    return canvas


def test_a_tree_stands_on_its_foot_and_is_about_as_high_as_it_says(sheet) -> None:
    for height in (4.0, 6.0):
        canvas = tree(sheet, height=height)
        canvas.assert_light()
        _, _, low, high = canvas.extent()
        assert low < 0.1
        assert 0.6 * height < high < 1.7 * height
        foot = np.flatnonzero(canvas.drawn[-3])
        assert foot.mean() == pytest.approx((canvas.drawn.shape[1] - 1) / 2 + 24, abs=3)
        assert len(foot) < 0.1 * height * 24, "a trunk, no crown, on the ground"


def test_the_crown_is_green_and_wider_than_the_trunk(sheet) -> None:
    canvas = tree(sheet)
    rows = canvas.drawn.sum(1)
    assert rows.max() > 8 * rows[-3]
    crown = canvas.light[canvas.drawn & (np.arange(len(rows)) < 0.6 * len(rows))[:, None]]
    assert crown[:, 1].mean() > 1.2 * crown[:, 2].mean()
    assert crown[:, 1].mean() > crown[:, 0].mean()


def test_the_seed_alone_decides(sheet) -> None:
    first, again, other = (tree(sheet, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.light, again.light)
    assert np.mean(first.drawn != other.drawn) > 0.02


def test_a_finer_canvas_shows_the_same_tree(sheet) -> None:
    coarse, fine = tree(sheet, px_per_m=16.0), tree(sheet, px_per_m=32.0)
    rows, columns = coarse.drawn.shape
    halved = fine.light.reshape(rows, 2, columns, 2, 3).mean((1, 3))
    assert np.abs(halved - coarse.light).mean() < 0.1 * coarse.light[coarse.drawn].mean()


@pytest.mark.parametrize("angle", [0.0, np.pi / 2, np.pi])
def test_twigs_grow_their_way_and_no_farther_than_they_reach(sheet, angle: float) -> None:
    canvas = sheet(4, 4, 60.0)
    draw_twigs(canvas, 0.0, 2.0, 0.8, angle, 5)
    canvas.assert_light()
    rows, columns = np.nonzero(canvas.drawn)
    centre = np.array([columns.mean() - 119.5, 239.5 - rows.mean() - 120]) / 60
    assert centre @ (np.cos(angle), np.sin(angle)) > 0.15
    left, right, low, high = canvas.extent()
    assert max(abs(left), abs(right), abs(low - 2), abs(high - 2)) < 2.2 * 0.8
