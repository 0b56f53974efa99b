"""Places lie in the window, are few, spread over it, and each is the busiest of its cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.geometry import Region, Size
from dualzoom.reference.places import MOST, SIDE_PX, places

FRAME = Size(520, 400)
BUSY = np.random.default_rng(0).integers(0, 255, (FRAME.height, FRAME.width, 3), np.uint8)


@st.composite
def windows(draw: st.DrawFn) -> Region:
    """Any that lies in the frame."""
    x, y = draw(st.integers(0, FRAME.width - 1)), draw(st.integers(0, FRAME.height - 1))
    return Region(x, y, draw(st.integers(1, FRAME.width - x)), draw(st.integers(1, FRAME.height - y)))


@given(windows())
def test_places_lie_in_the_window_and_are_few_and_of_one_size(window: Region) -> None:
    found = places(BUSY, window)
    assert all(window.contains(place) for place in found)
    assert 1 <= len(found) <= MOST**2
    size = Size(min(SIDE_PX, window.width), min(SIDE_PX, window.height))
    assert {place.size for place in found} == {size}


@given(windows())
def test_no_place_is_taken_twice_where_there_is_room(window: Region) -> None:
    found = places(BUSY, window)
    if min(window.width, window.height) >= 2 * SIDE_PX:
        assert len(set(found)) == len(found)


def test_what_lies_outside_the_window_has_no_say() -> None:
    window = Region(100, 80, 300, 240)
    other = 255 - BUSY
    other[window.slices] = BUSY[window.slices]
    assert places(other, window) == places(BUSY, window)


@pytest.mark.parametrize("window", [Region.full(FRAME), Region(40, 30, 400, 300)])
def test_every_corner_of_the_window_has_its_places(window: Region) -> None:
    found = places(np.zeros_like(BUSY), window)
    centres = np.array([(place.x + place.width / 2, place.y + place.height / 2) for place in found])
    share = (centres - (window.x, window.y)) / (window.width, window.height)
    for right in (False, True):
        for low in (False, True):
            corner = ((share[:, 0] > 0.5) == right) & ((share[:, 1] > 0.5) == low)
            assert corner.sum() >= len(found) / 6


def test_the_busiest_place_of_a_cell_is_taken() -> None:
    wide = np.zeros((1600, 1600, 3), np.uint8)
    wide[120:150, 130:160] = np.random.default_rng(0).integers(0, 255, (30, 30, 3), np.uint8)
    first = places(wide, Region.full(Size(1600, 1600)))[0]
    assert first.contains(Region(124, 120, 20, 30))


def test_a_deeper_picture_has_the_same_places() -> None:
    window = Region(10, 20, 400, 300)
    assert places(BUSY.astype(np.uint16) * 257, window) == places(BUSY, window)
