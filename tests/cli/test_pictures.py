"""Pictures the commands draw."""

import numpy as np
import pytest

from dualzoom.capture import Photo
from dualzoom.cli.overlay import draw
from dualzoom.geometry import Region, Size
from dualzoom.registration import Warper, register
from dualzoom.report.contact_sheet import busiest
from dualzoom.scene import render


def test_busiest_squares_lie_inside_do_not_meet_and_come_by_detail():
    rng = np.random.default_rng(5)
    picture = np.full((120, 160, 3), 128, np.uint8)
    picture[20:50, 100:130] = rng.integers(0, 255, (30, 30, 3))
    picture[70:110, 20:60] = rng.integers(100, 156, (40, 40, 3))
    inside = np.zeros((120, 160), bool)
    inside[8:, :] = True
    first, second = busiest(picture, inside, side=30, count=2)
    assert Region(98, 18, 34, 34).contains(first)
    assert first.intersect(second).empty
    assert not second.intersect(Region(20, 70, 40, 40)).empty
    for region in busiest(picture, inside, side=30, count=50):
        assert inside[region.slices].all()
        assert inside[region.slices].shape == (30, 30)


def test_nothing_inside_gives_no_square():
    assert busiest(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), bool), side=8, count=3) == []


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
