"""A tile's reference: alike on any tiling, nothing beyond the overlap, nothing where an object hides the scene."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.colour import ColourMap
from dualzoom.geometry import Region
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.registration import Warper
from dualzoom.resampling import enlarge_bicubic
from dualzoom.tiling.plan import pad_reflect, plan

Picture = NDArray[np.float32]


@pytest.fixture
def reference(overlap) -> Callable[..., AlignedTele]:
    """`reference(wide, scene, confidence=1.0)`: the scene's tele on this wide, its colours as they are."""

    def made(wide: Pixels, scene: Picture, **kept: float) -> AlignedTele:
        where = overlap.registration(**kept)
        return AlignedTele(wide, Warper(overlap.as_tele(scene), where), ColourMap.identity(), where)

    return made


@pytest.fixture
def everything(overlap) -> Region:
    return Region.full(overlap.size.scale(2))


@pytest.fixture
def middle(overlap) -> Region:
    return overlap.window.pad(-16).scale(2)


def test_inside_the_overlap_it_is_the_tele_and_outside_nothing(
    overlap, reference, everything, middle
) -> None:
    scene = overlap.sharp()
    rgb, validity = reference(overlap.as_wide(scene), scene).tile(everything)
    assert validity[middle.slices].min() > 0.95
    assert np.abs(rgb - scene)[middle.slices].max() < 1e-3
    outside = np.ones(validity.shape, bool)
    outside[overlap.window.scale(2).slices] = False
    assert (validity[outside] == 0).all()


def test_validity_ends_without_a_line(overlap, reference, everything) -> None:
    scene = overlap.sharp()
    _, validity = reference(overlap.as_wide(scene), scene).tile(everything)
    row = validity[overlap.size.height, :]
    assert row.max() > 0.99
    assert np.abs(np.diff(row)).max() < 0.2


@pytest.mark.parametrize(("side", "margin"), [(37, 5), (64, 20), (91, 0)])
def test_any_tiling_finds_the_same(overlap, reference, everything, middle, side: int, margin: int) -> None:
    scene = overlap.sharp(1)
    wide = overlap.as_wide(scene)
    wide[70:100, 90:140] = 128  # something that hides it
    source = reference(wide, scene)
    rgb, validity = source.tile(everything)
    assert 0.3 < validity[middle.slices].mean() < 0.9
    for tile in plan(overlap.size, side, margin):
        region = tile.padded.scale(2)
        tile_rgb, tile_validity = source.tile(region)
        assert np.abs(tile_validity - pad_reflect(validity, region, scale=2)).max() < 1e-4
        seen = tile_validity > 0
        assert np.abs(tile_rgb - pad_reflect(rgb, region, scale=2))[seen].max(initial=0) < 2e-3


def test_odd_regions_are_cut_from_the_same(overlap, reference, everything) -> None:
    scene = overlap.sharp(2)
    source = reference(overlap.as_wide(scene), scene)
    validity = source.tile(everything)[1]
    odd = Region(131, 97, 55, 71)
    assert np.abs(source.tile(odd)[1] - validity[odd.slices]).max() < 1e-4


def test_a_near_object_in_the_wide_lets_nothing_of_the_tele_pass(
    overlap, reference, everything, middle
) -> None:
    scene, hidden = overlap.sharp(3), overlap.sharp(3)
    cv2.circle(hidden, (230, 190), 60, (0.5, 0.75, 0.3), -1)
    wide = overlap.as_wide(cv2.GaussianBlur(hidden, (0, 0), 1.0))
    validity = reference(wide, scene).tile(everything)[1]
    y, x = np.mgrid[0 : everything.height, 0 : everything.width]
    inside = np.hypot(x - 230, y - 190) < 56
    assert validity[inside].max() < 0.05
    assert validity[middle.slices][~inside[middle.slices]].mean() > 0.7


def test_blown_places_of_either_photo_are_not_valid(overlap, reference, everything) -> None:
    scene, bright = overlap.sharp(4), overlap.sharp(4)
    bright[160:220, 180:240] = 1.0
    for wide, tele in (
        (overlap.as_wide(bright), scene),
        (overlap.as_wide(scene), bright),
        (overlap.as_wide(bright), bright),
    ):
        assert reference(wide, tele).tile(everything)[1][166:214, 186:234].max() < 0.05


def test_confidence_bounds_validity(overlap, reference, everything, middle) -> None:
    scene = overlap.sharp(5)
    validity = reference(overlap.as_wide(scene), scene, confidence=0.4).tile(everything)[1]
    assert validity.max() <= 0.4 + 1e-6
    assert validity[middle.slices].min() > 0.35


def test_beyond_the_overlap_nothing_is_computed(overlap, reference, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = overlap.sharp()
    source = reference(overlap.as_wide(scene), scene)
    monkeypatch.setattr(Warper, "tile", lambda *_: pytest.fail("warped for nothing"))
    rgb, validity = source.tile(Region(0, 0, 60, 50))
    assert not rgb.any()
    assert not validity.any()


def test_the_wide_itself_is_the_same_in_any_tile(overlap, reference, everything) -> None:
    scene = overlap.sharp()
    wide = overlap.as_wide(scene)
    source = reference(wide, scene)
    peak = np.float32(np.iinfo(wide.dtype).max)
    whole = enlarge_bicubic(wide.astype(np.float32) / peak)
    inside = everything.pad(-8)  # at the frame's edge it is mirrored, as everything is that tiles see
    np.testing.assert_allclose(source.wide_tile(inside), whole[inside.slices], atol=1e-5)
    for region in (Region(11, 7, 20, 9), Region(-6, -4, 30, 20)):
        inner = region.intersect(inside)
        part = source.wide_tile(region)[inner.shift(-region.x, -region.y).slices]
        np.testing.assert_allclose(part, whole[inner.slices], atol=1e-5)
