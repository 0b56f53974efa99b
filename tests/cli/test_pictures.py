"""Pictures the commands draw."""

import numpy as np

from dualzoom.geometry import Region
from dualzoom.report.contact_sheet import busiest


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
