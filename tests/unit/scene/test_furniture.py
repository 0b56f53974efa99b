"""Things on the pavement stand on the ground, where and as large as they say."""

import numpy as np
import pytest

from dualzoom.scene.furniture import bar, draw_bollard, draw_lamp_post, draw_planter, draw_railing, tube

PX = 60.0
THINGS = {
    "bollard": (lambda canvas, x: draw_bollard(canvas, x), (-0.1, 0.1, 0.94)),
    "lamp": (lambda canvas, x: draw_lamp_post(canvas, x, 3), (-0.37, 1.11, 4.25)),
    "railing": (lambda canvas, x: draw_railing(canvas, x, 2.0), (-0.04, 2.04, 1.06)),
    "planter": (lambda canvas, x: draw_planter(canvas, x, 3), (-0.04, 1.14, 1.3)),
}


@pytest.mark.parametrize("name", THINGS)
def test_it_stands_on_the_ground_and_keeps_to_its_size(sheet, name: str) -> None:
    draw, (left, right, high) = THINGS[name]
    canvas = sheet(8, 5, PX)
    draw(canvas, -1.0)
    canvas.assert_light()
    found = canvas.extent()
    assert -1 + left - 2 / PX <= found[0]
    assert found[1] <= -1 + right + 2 / PX
    assert found[2] <= 0.06
    assert 0.6 * high < found[3] <= high + 2 / PX


@pytest.mark.parametrize("name", THINGS)
def test_it_is_the_same_thing_elsewhere(sheet, name: str) -> None:
    canvases = [sheet(8, 5, PX) for _ in range(2)]
    for canvas, x in zip(canvases, (-1.0, 0.0), strict=True):
        THINGS[name][0](canvas, x)
    here, there = (canvas.drawn for canvas in canvases)
    assert np.mean(np.roll(here, round(PX), axis=1) != there) < 0.01


def test_a_tube_and_a_bar_fill_their_box_and_are_lit_from_one_side(sheet) -> None:
    for draw, axis in ((tube, 1), (bar, 0)):
        canvas = sheet(3, 3, PX)
        draw(canvas, -0.5, 1.0, 1.0, 1.0)
        assert canvas.drawn.sum() == pytest.approx(PX**2, rel=0.04)
        profile = canvas.light[canvas.drawn].reshape(-1, 3)
        assert len(np.unique(profile[:, 0].round(3))) >= 3
        across = canvas.light[..., 0].max(1 - axis)
        assert across.argmax() < len(across) * 0.55, "the light comes from the left and from above"
