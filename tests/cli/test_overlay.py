"""The picture of a registration: grey outside the overlap, coloured inside, red where the tele is not believed."""

import numpy as np
import pytest

from dualzoom.capture import Photo
from dualzoom.cli.overlay import draw
from dualzoom.geometry import Size
from dualzoom.registration import Warper, register
from dualzoom.scene import render


@pytest.fixture(scope="module")
def registered():
    scene = render(3, size=Size(504, 378), roll_deg=2.0)
    wide, tele = Photo(pixels=scene.wide), Photo(pixels=scene.tele)
    found = register(wide, tele)
    return wide, Warper(tele.pixels, found), found


def test_the_overlay_is_grey_outside_and_coloured_inside(registered):
    wide, warper, found = registered
    drawn = draw(wide, warper, found)
    assert drawn.shape == wide.pixels.shape
    assert drawn.dtype == np.uint8
    window = found.window.pad(4)
    outside = np.ones(drawn.shape[:2], bool)
    outside[window.clip(wide.size).slices] = False
    assert (drawn[outside].std(axis=1) == 0).all()
    x, y, w, h = found.window.x, found.window.y, found.window.width, found.window.height
    middle = drawn[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    assert (middle.std(axis=2) > 2).mean() > 0.3


def test_the_overlay_of_sixteen_bits_is_that_of_eight(registered):
    wide, warper, found = registered
    deep = wide.with_pixels(wide.pixels.astype(np.uint16) * 257)
    assert np.array_equal(draw(deep, warper, found), draw(wide, warper, found))


def test_what_is_not_believed_is_red(registered):
    wide, warper, found = registered

    class Doubtful:
        def tile(self, region):
            rgb, confidence = warper.tile(region)
            return rgb, np.zeros_like(confidence)

    sure, unsure = draw(wide, warper, found), draw(wide, Doubtful(), found)
    inner = found.window.pad(-20).slices
    redness = [(drawn[..., 0].astype(int) - drawn[..., 1])[inner].mean() for drawn in (sure, unsure)]
    assert redness[1] > redness[0] + 50


def test_the_photo_itself_is_not_drawn_on(registered):
    wide, warper, found = registered
    before = wide.pixels.copy()
    draw(wide, warper, found)
    assert np.array_equal(wide.pixels, before)
