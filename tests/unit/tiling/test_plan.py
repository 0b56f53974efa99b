"""Laws of the plan: every pixel lies in one core, all padded tiles have one shape, mirrors keep the scene."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.errors import CaptureError, DualzoomError, UsageError
from dualzoom.geometry import Region, Size
from dualzoom.tiling.plan import pad_reflect, plan, reflect_index

sizes = st.builds(Size, st.integers(16, 90), st.integers(16, 90))


@given(size=sizes, tile=st.integers(1, 100), margin=st.integers(0, 40), feather=st.integers(0, 20))
def test_every_pixel_lies_in_exactly_one_core(size: Size, tile: int, margin: int, feather: int) -> None:
    covered = np.zeros((size.height, size.width), int)
    for piece in plan(size, tile, margin, feather):
        assert Region.full(size).contains(piece.core)
        assert 0 < piece.core.width <= tile
        assert 0 < piece.core.height <= tile
        covered[piece.core.slices] += 1
    assert (covered == 1).all()


@given(size=sizes, tile=st.integers(1, 100), margin=st.integers(0, 40), feather=st.integers(0, 20))
def test_tiles_have_one_shape_and_all_that_counts_has_its_context(
    size: Size, tile: int, margin: int, feather: int
) -> None:
    pieces = plan(size, tile, margin, feather)
    assert len({piece.padded.size for piece in pieces}) == 1
    assert all(piece.padded.contains(piece.reach.pad(margin)) for piece in pieces)


@given(size=sizes, tile=st.integers(8, 100))
def test_the_shape_wastes_less_than_a_pixel_per_tile_and_axis(size: Size, tile: int) -> None:
    pieces = plan(size, tile, margin_px=0, feather_px=0)
    columns = len({piece.core.x for piece in pieces})
    assert columns * pieces[0].padded.width < size.width + columns


@pytest.mark.parametrize(
    ("size", "tile", "margin", "error"),
    [
        (Size(15, 40), 8, 2, CaptureError),
        (Size(40, 40), 0, 2, UsageError),
        (Size(40, 40), 8, -1, UsageError),
    ],
)
def test_impossible_plans_are_refused(size: Size, tile: int, margin: int, error: type[DualzoomError]) -> None:
    with pytest.raises(error):
        plan(size, tile, margin)


@given(
    height=st.integers(2, 9),
    width=st.integers(2, 9),
    x=st.integers(-30, 30),
    y=st.integers(-30, 30),
    side=st.integers(1, 25),
)
def test_pad_reflect_is_numpys_reflection(height: int, width: int, x: int, y: int, side: int) -> None:
    pixels = np.arange(height * width * 2).reshape(height, width, 2)
    far = np.pad(pixels, ((60, 60), (60, 60), (0, 0)), mode="reflect")
    region = Region(x, y, side, side + 3)
    assert np.array_equal(pad_reflect(pixels, region), far[region.shift(60, 60).slices])


@given(frame=st.integers(1, 9), start=st.integers(-40, 20), length=st.integers(1, 40))
def test_the_fine_grid_is_mirrored_with_the_coarse_one(frame: int, start: int, length: int) -> None:
    coarse = reflect_index(start, length, frame)
    fine = reflect_index(2 * start, 2 * length, frame, scale=2)
    assert np.array_equal(np.sort(fine.reshape(-1, 2), axis=1)[:, 0], 2 * coarse)
    if frame > 1:  # neighbours on the fine grid stay neighbours, save at a mirror
        assert np.abs(np.diff(fine)).max() <= 3


def test_inside_the_frame_nothing_is_copied() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    assert np.shares_memory(pad_reflect(pixels, Region(2, 3, 5, 6)), pixels)
