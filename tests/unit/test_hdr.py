"""Gain maps grow with their picture: nearer to the truth than by themselves, without halos, and never beyond."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom import hdr
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Photo
from dualzoom.framing import Box
from dualzoom.geometry import Size
from dualzoom.settings import ZoomSettings


def map_of(pixels) -> GainMap:
    return GainMap(pixels=pixels, lowest=(0.0,), highest=(4.0,), hdr_headroom=4.0)


def lit_scene(size: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A window, a lamp and a slanted roof against a bright sky: picture (H, W, 3) 0..1 and its gain 0..1."""
    fine = size * 4
    y, x = np.mgrid[0:fine, 0:fine] / fine
    sky = y < 0.42 + 0.2 * (x - 0.5)
    lamp = (x - 0.3) ** 2 + (y - 0.75) ** 2 < 0.012
    window = (abs(x - 0.72) < 0.11) & (abs(y - 0.74) < 0.09) & (abs(x - 0.72) > 0.01)
    gain = 0.62 * sky + 1.0 * lamp + 0.8 * window
    tone = 0.22 + 0.06 * np.sin(40 * x) * np.sin(31 * y) + 0.55 * sky + 0.7 * lamp + 0.6 * window
    small = [cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA) for plane in (tone, gain)]
    grain = np.random.default_rng(seed).normal(0, 0.004, (size, size, 3))
    return np.clip(small[0][..., None] + grain, 0, 1), np.clip(small[1], 0, 1)


def as_bytes(values) -> np.ndarray:
    return np.rint(values * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def enlarged():
    """The scene at 256 px with a map of 64; its enlargement, a bilinear one, and the truth at 128 px, all 0..255."""
    wide, result = as_bytes(lit_scene(256)[0]), as_bytes(lit_scene(512)[0])
    before, truth = as_bytes(lit_scene(64)[1]), as_bytes(lit_scene(128)[1])
    ours = hdr.enlarged(map_of(before), wide, result).pixels
    alone = cv2.resize(before, (128, 128), interpolation=cv2.INTER_LINEAR)
    return ours.astype(float), alone.astype(float), truth.astype(float)


def edges(truth) -> np.ndarray:
    return cv2.dilate(np.abs(cv2.Laplacian(truth, cv2.CV_64F)), np.ones((3, 3))) > 30


def test_edges_are_nearer_to_the_truth_than_bilinear_ones(enlarged):
    ours, alone, truth = enlarged
    near = edges(truth)
    assert near.mean() > 0.03
    assert np.abs(ours - truth)[near].mean() < 0.5 * np.abs(alone - truth)[near].mean()


def test_errors_in_stops(enlarged):
    """0.05 in flat places, 0.15 at edges: the scale of the map is four stops."""
    ours, _, truth = enlarged
    apart = np.abs(ours - truth) / 255 * 4.0
    assert apart[~edges(truth)].mean() <= 0.05
    assert apart[edges(truth)].mean() <= 0.15


def test_no_halo(enlarged):
    """Away from lights nothing becomes brighter than the map was nearby."""
    ours, _, truth = enlarged
    dark = cv2.dilate(truth, np.ones((7, 7))) < 3
    assert ours[dark].max() <= 3


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_no_value_leaves_the_range_of_its_neighbours(seed, colour):
    rng = np.random.default_rng(seed)
    shape = (12, 15, 3) if colour else (12, 15)
    before = rng.integers(0, 256, shape).astype(np.uint8)
    wide, result = (rng.integers(0, 256, (k * 24, k * 30, 3)).astype(np.uint8) for k in (1, 2))
    after = hdr.enlarged(map_of(before), wide, result).pixels
    assert after.shape[:2] == (24, 30)
    low, high = (
        np.kron(op(before, np.ones((5, 5), np.uint8)), np.ones((2, 2) + (1,) * colour, np.uint8))
        for op in (cv2.erode, cv2.dilate)
    )
    assert (after >= low).all()
    assert (after <= high).all()


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_flat_map_stays_flat_on_any_picture(value):
    rng = np.random.default_rng(value)
    wide, result = (rng.integers(0, 65536, (k * 40, k * 50, 3)).astype(np.uint16) for k in (1, 2))
    after = hdr.enlarged(map_of(np.full((10, 12), value, np.uint8)), wide, result)
    assert (after.pixels == value).all()


def test_a_map_as_large_as_its_picture_and_one_of_one_pixel():
    rng = np.random.default_rng(5)
    wide, result = (rng.integers(0, 256, (k * 20, k * 30, 3)).astype(np.uint8) for k in (1, 2))
    whole = hdr.enlarged(map_of(np.ascontiguousarray(wide[..., 0])), wide, result)
    assert Size.of(whole.pixels) == Size(60, 40)
    single = hdr.enlarged(map_of(np.array([[9]], np.uint8)), wide, result)
    assert (single.pixels == 9).all()


def test_a_view_shows_its_part():
    """A ramp cut at a view is the ramp between the view's edges."""
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (48, 1))
    wide = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (192, 1))[..., None], 3, -1)
    result = np.repeat(np.tile(np.linspace(64, 192, 256).astype(np.uint8), (192, 1))[..., None], 3, -1)
    photo = Photo(pixels=wide, gain_map=map_of(ramp), motion=Motion(b"clip"))
    found = hdr.carried(photo, result, ZoomSettings(), Box(64, 48, 128, 96)).gain_map.pixels
    assert found.shape == (48, 64)
    expected = 64 + 128 * (np.arange(64) + 0.5) / 64
    assert np.abs(found.astype(float) - (expected - 2)).max() <= 2.5


@pytest.mark.parametrize(
    ("settings_", "has_map", "has_clip"),
    [
        (ZoomSettings(), True, True),
        (ZoomSettings(hdr="drop"), False, True),
        (ZoomSettings(motion="drop"), True, False),
        (ZoomSettings(metadata="basic"), True, False),  # a clip tells the place, too
    ],
)
def test_settings_decide_what_travels(settings_, has_map, has_clip):
    pixels = np.full((16, 16, 3), 99, np.uint8)
    photo = Photo(pixels=pixels, gain_map=map_of(pixels[::4, ::4, 0].copy()), motion=Motion(b"clip"))
    made = hdr.carried(photo, np.repeat(np.repeat(pixels, 2, 0), 2, 1), settings_, None)
    assert (made.gain_map is not None, made.motion is not None) == (has_map, has_clip)
    assert made.size == Size(32, 32)
    assert replace(made, gain_map=None, motion=None, pixels=pixels) == replace(
        photo, gain_map=None, motion=None
    )
