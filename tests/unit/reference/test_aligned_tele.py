"""A tile's reference: alike on any tiling, nothing beyond the overlap, nothing where an object hides the
scene."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.colour import ColourMap
from dualzoom.geometry import Region, Size
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.fit_colour import fit_colour, patches
from dualzoom.registration import Registration, Warper
from dualzoom.settings import ColourSettings
from dualzoom.tiling.plan import pad_reflect, plan

Picture = NDArray[np.float32]
SIZE = Size(220, 180)
WINDOW = Region(50, 40, 120, 100)


def sharp(seed: int = 0) -> Picture:
    """The scene on the 2× grid: texture over soft colours."""
    rng = np.random.default_rng(seed)
    out = SIZE.scale(2)
    grain = cv2.GaussianBlur(rng.normal(size=(out.height, out.width)), (0, 0), 1.5)
    soft = cv2.resize(
        rng.uniform(0.25, 0.65, (7, 9, 3)), (out.width, out.height), interpolation=cv2.INTER_LINEAR
    )
    return np.clip(soft + 0.1 * (grain / grain.std())[..., None], 0.04, 0.93).astype(np.float32)


def as_wide(scene: Picture) -> Pixels:
    low = cv2.resize(scene, (SIZE.width, SIZE.height), interpolation=cv2.INTER_AREA)
    return np.rint(low * 255).astype(np.uint8)


def to_tele() -> NDArray[np.float64]:
    """Tele pixels of the window's part of the 2× grid, to wide pixels."""
    return np.array([[0.5, 0, WINDOW.x - 0.25], [0, 0.5, WINDOW.y - 0.25], [0, 0, 1]])


def registration(confidence: float = 1.0) -> Registration:
    right, bottom = WINDOW.right - 1, WINDOW.bottom - 1
    corners = [[WINDOW.x, WINDOW.y], [right, WINDOW.y], [right, bottom], [WINDOW.x, bottom]]
    return Registration(
        homography=to_tele(),
        inliers=100,
        matches=100,
        method="made",
        ratio=2.0,
        overlap=np.array(corners, float),
        window=WINDOW,
        wide_size=SIZE,
        tele_size=WINDOW.size.scale(2),
        flow=np.zeros((50, 60, 2), np.float32),
        confidence=np.full((50, 60), confidence, np.float32),
        parallax_px=(0.0, 0.0),
    )


def reference(wide: Pixels, scene: Picture, colour: ColourMap | None = None, **kept: float) -> AlignedTele:
    tele = np.rint(scene[WINDOW.scale(2).slices] * 65535).astype(np.uint16)
    where = registration(**kept)
    return AlignedTele(wide, Warper(tele, where), colour or ColourMap.identity(), where)


EVERYTHING = Region.full(SIZE.scale(2))
MIDDLE = WINDOW.pad(-16).scale(2)


def test_inside_the_overlap_it_is_the_tele_and_outside_nothing() -> None:
    scene = sharp()
    rgb, validity = reference(as_wide(scene), scene).tile(EVERYTHING)
    assert validity[MIDDLE.slices].min() > 0.95
    assert np.abs(rgb - scene)[MIDDLE.slices].max() < 1e-3
    outside = np.ones(validity.shape, bool)
    outside[WINDOW.scale(2).slices] = False
    assert (validity[outside] == 0).all()


def test_validity_ends_without_a_line() -> None:
    scene = sharp()
    _, validity = reference(as_wide(scene), scene).tile(EVERYTHING)
    row = validity[SIZE.height, :]
    assert row.max() > 0.99
    assert np.abs(np.diff(row)).max() < 0.2


@pytest.mark.parametrize(("side", "margin"), [(37, 5), (64, 20), (91, 0)])
def test_any_tiling_finds_the_same(side: int, margin: int) -> None:
    scene = sharp(1)
    wide = as_wide(scene)
    wide[70:100, 90:140] = 128  # something that hides it
    source = reference(wide, scene)
    rgb, validity = source.tile(EVERYTHING)
    assert 0.3 < validity[MIDDLE.slices].mean() < 0.9
    for tile in plan(SIZE, side, margin):
        region = tile.padded.scale(2)
        tile_rgb, tile_validity = source.tile(region)
        assert np.abs(tile_validity - pad_reflect(validity, region, scale=2)).max() < 1e-4
        seen = tile_validity > 0
        assert np.abs(tile_rgb - pad_reflect(rgb, region, scale=2))[seen].max(initial=0) < 2e-3


def test_odd_regions_are_cut_from_the_same() -> None:
    scene = sharp(2)
    source = reference(as_wide(scene), scene)
    validity = source.tile(EVERYTHING)[1]
    odd = Region(131, 97, 55, 71)
    assert np.abs(source.tile(odd)[1] - validity[odd.slices]).max() < 1e-4


def test_a_near_object_in_the_wide_lets_nothing_of_the_tele_pass() -> None:
    scene, hidden = sharp(3), sharp(3)
    cv2.circle(hidden, (230, 190), 60, (0.5, 0.75, 0.3), -1)
    wide = as_wide(cv2.GaussianBlur(hidden, (0, 0), 1.0))
    validity = reference(wide, scene).tile(EVERYTHING)[1]
    y, x = np.mgrid[0 : EVERYTHING.height, 0 : EVERYTHING.width]
    inside = np.hypot(x - 230, y - 190) < 56
    assert validity[inside].max() < 0.05
    assert validity[MIDDLE.slices][~inside[MIDDLE.slices]].mean() > 0.7


def test_blown_places_of_either_photo_are_not_valid() -> None:
    scene, bright = sharp(4), sharp(4)
    bright[160:220, 180:240] = 1.0
    for wide, tele in ((as_wide(bright), scene), (as_wide(scene), bright), (as_wide(bright), bright)):
        assert reference(wide, tele).tile(EVERYTHING)[1][166:214, 186:234].max() < 0.05


def test_confidence_bounds_validity() -> None:
    scene = sharp(5)
    validity = reference(as_wide(scene), scene, confidence=0.4).tile(EVERYTHING)[1]
    assert validity.max() <= 0.4 + 1e-6
    assert validity[MIDDLE.slices].min() > 0.35


def test_beyond_the_overlap_nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = sharp()
    source = reference(as_wide(scene), scene)
    monkeypatch.setattr(Warper, "tile", lambda *_: pytest.fail("warped for nothing"))
    rgb, validity = source.tile(Region(0, 0, 60, 50))
    assert not rgb.any()
    assert not validity.any()


def test_patches_show_the_same_place_and_the_fit_undoes_a_cast() -> None:
    scene = sharp(6)
    cast = np.clip(scene * np.array([1.1, 1.0, 0.85], np.float32), 0, 1) ** np.float32(1.1)
    wide, where = as_wide(scene), registration()
    tele = np.rint(cast[WINDOW.scale(2).slices] * 255).astype(np.uint8)
    warper = Warper(tele, where)
    wide_low, tele_low, weight = patches(wide, warper, WINDOW)
    assert wide_low.shape == tele_low.shape == (*weight.shape, 3)
    for channel in range(3):
        assert np.corrcoef(wide_low[..., channel].ravel(), tele_low[..., channel].ravel())[0, 1] > 0.98
    colour = fit_colour(wide, warper, where, ColourSettings())
    rgb, validity = AlignedTele(wide, warper, colour, where).tile(MIDDLE)
    assert validity.mean() > 0.9
    assert np.abs(rgb - scene[MIDDLE.slices]).mean() < 2 / 255
