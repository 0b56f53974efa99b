"""Laws of sizes and regions, with the set of pixels that a region covers as the slow, independent version."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.geometry import TO_2X, Region, Size

coordinates, sides = st.integers(-12, 12), st.integers(0, 14)
regions = st.builds(Region, coordinates, coordinates, sides, sides)
filled = st.builds(Region, coordinates, coordinates, st.integers(1, 14), st.integers(1, 14))
sizes = st.builds(Size, st.integers(0, 14), st.integers(0, 14))
factors = st.integers(1, 4)


def pixels(region: Region) -> set[tuple[int, int]]:
    return {(x, y) for x in range(region.x, region.right) for y in range(region.y, region.bottom)}


@given(regions, regions)
def test_intersection_covers_what_both_cover_and_is_commutative(a: Region, b: Region) -> None:
    common = a.intersect(b)
    assert pixels(common) == pixels(a) & pixels(b)
    assert common == b.intersect(a)
    assert common.width >= 0
    assert common.height >= 0


@given(regions, regions, regions)
def test_intersection_is_associative(a: Region, b: Region, c: Region) -> None:
    assert pixels(a.intersect(b).intersect(c)) == pixels(a.intersect(b.intersect(c)))


@given(filled, filled, filled)
def test_where_regions_meet_intersection_is_associative_to_the_edge(a: Region, b: Region, c: Region) -> None:
    left, right = a.intersect(b).intersect(c), a.intersect(b.intersect(c))
    assert left.empty == right.empty
    assert left.empty or left == right


@given(regions)
def test_intersection_with_itself_changes_nothing(a: Region) -> None:
    assert a.intersect(a) == a
    assert a.contains(a)


@given(filled, filled)
def test_contains_says_whether_every_pixel_lies_inside(a: Region, b: Region) -> None:
    assert a.contains(b) == (pixels(b) <= pixels(a))
    common = a.intersect(b)
    assert common.empty or (a.contains(common) and b.contains(common))


@given(filled, filled, filled)
def test_contains_is_transitive(a: Region, b: Region, c: Region) -> None:
    inner = a.intersect(b).intersect(c)
    assert inner.empty or (a.intersect(b).contains(inner) and a.contains(inner))


@given(filled, st.integers(0, 6), st.integers(0, 6))
def test_padding_adds_up_is_undone_and_contains_what_it_pads(a: Region, p: int, q: int) -> None:
    assert a.pad(p).pad(q) == a.pad(p + q)
    assert a.pad(p).pad(-p) == a
    assert a.pad(p).contains(a)
    assert a.pad(p).size == Size(a.width + 2 * p, a.height + 2 * p)


@given(regions, sizes)
def test_clipping_keeps_what_lies_in_the_frame_and_clips_once(a: Region, frame: Size) -> None:
    clipped = a.clip(frame)
    assert pixels(clipped) == {(x, y) for x, y in pixels(a) if 0 <= x < frame.width and 0 <= y < frame.height}
    assert pixels(clipped.clip(frame)) == pixels(clipped)


@given(regions, regions, coordinates, coordinates)
def test_shifting_is_undone_and_moves_intersections_along(a: Region, b: Region, dx: int, dy: int) -> None:
    assert a.shift(dx, dy).shift(-dx, -dy) == a
    assert a.shift(dx, dy).intersect(b.shift(dx, dy)) == a.intersect(b).shift(dx, dy)
    assert pixels(a.shift(dx, dy)) == {(x + dx, y + dy) for x, y in pixels(a)}


@given(regions, regions, factors, factors)
def test_scaling_multiplies_and_goes_along_with_intersecting(a: Region, b: Region, k: int, m: int) -> None:
    assert a.scale(k).scale(m) == a.scale(k * m)
    assert a.scale(k).size.area == k * k * a.size.area
    assert a.scale(k).intersect(b.scale(k)) == a.intersect(b).scale(k)
    assert pixels(a.scale(k)) == {
        (k * x + i, k * y + j) for x, y in pixels(a) for i in range(k) for j in range(k)
    }


@given(regions)
def test_a_region_is_empty_where_it_covers_no_pixel(a: Region) -> None:
    assert a.empty == (not pixels(a))
    assert a.size.area == len(pixels(a))


@given(sizes, factors)
def test_the_whole_frame_has_its_size_and_scales_with_it(size: Size, k: int) -> None:
    assert Region.full(size).size == size
    assert Region.full(size).scale(k) == Region.full(size.scale(k))


@given(filled, sizes)
def test_slices_cut_the_region_out_of_an_array(a: Region, frame: Size) -> None:
    inside = a.clip(frame)
    picture = np.indices((frame.height, frame.width)).transpose(1, 2, 0)
    cut = picture[inside.slices]
    assert Size.of(picture) == frame
    assert {(int(x), int(y)) for y, x in cut.reshape(-1, 2)} == pixels(inside)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_each_pixel_is_the_middle_of_its_four_on_the_fine_grid(x: int, y: int) -> None:
    mean = np.mean([(2 * x + i, 2 * y + j) for i in (0, 1) for j in (0, 1)], axis=0)
    np.testing.assert_allclose((TO_2X @ (x, y, 1))[:2], mean)
