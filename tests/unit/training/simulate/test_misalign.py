"""What registration leaves over: of the sizes that real pairs have, and where it says."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.training.simulate import misalign

SIDE = 96


def some(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_registered_shot_without_error_is_the_scene_but_for_interpolation(photos: list[np.ndarray]) -> None:
    scene = cv2.GaussianBlur(photos[0][:96, :96], (0, 0), 2).astype(np.float32) / 255
    still = np.zeros((96, 96, 2), np.float32)
    for seed in range(5):
        placed = misalign.pose(96, np.random.default_rng(seed))
        back = misalign.registered(misalign.photographed(scene, placed), placed, still)
        assert np.abs(back - scene)[12:-12, 12:-12].max() < 0.02


def test_displaced_by_whole_pixels_it_shows_what_lies_there(photos: list[np.ndarray]) -> None:
    scene = photos[0][:SIDE, :SIDE].astype(np.float32) / 255
    exact = np.float32([[1, 0, 0], [0, 1, 0]])
    for dx, dy in ((0, 0), (3, -2), (-5, 7)):
        field = np.broadcast_to(np.float32([dx, dy]), (SIDE, SIDE, 2))
        shown = misalign.registered(scene, exact, field)
        moved = np.roll(scene, (-dy, -dx), (0, 1))
        np.testing.assert_allclose(shown[8:-8, 8:-8], moved[8:-8, 8:-8], atol=1e-6)


def test_displacements_are_mostly_a_fraction_of_a_pixel_and_wrong_only_where_they_say() -> None:
    sizes, wrongs = [], 0
    for seed in range(200):
        field, wrong = misalign.displacement(64, some(seed))
        assert field.shape == (64, 64, 2)
        assert field.dtype == wrong.dtype == np.float32
        assert set(np.unique(wrong)) <= {0.0, 1.0}
        wrongs += bool(wrong.any())
        sizes.append(float(np.median(np.hypot(*field[wrong == 0].T))) if (wrong == 0).any() else np.nan)
    assert np.nanmedian(sizes) < 0.5
    assert np.nanquantile(sizes, 0.85) < 1
    assert np.nanmax(sizes) > 1.5  # now and then some pixels
    assert wrongs / 200 == pytest.approx(0.25, abs=0.08)


@given(st.integers(0, 10_000), st.integers(16, 96))
def test_a_blob_is_a_region_with_a_hard_edge(seed: int, side: int) -> None:
    mask = misalign.blob(side, some(seed))
    assert mask.shape == (side, side)
    assert set(np.unique(mask)) <= {0.0, 1.0}


def test_blobs_are_now_small_and_now_large_and_rarely_nothing() -> None:
    shares = [misalign.blob(64, some(seed)).mean() for seed in range(200)]
    assert np.mean([share == 0 for share in shares]) < 0.1
    assert np.quantile(shares, 0.25) < 0.1
    assert np.quantile(shares, 0.85) > 0.3


@given(st.integers(1, 8), st.integers(1, 3), st.integers(0, 1000))
def test_a_smooth_field_has_no_edge(cells: int, channels: int, seed: int) -> None:
    field = misalign.smooth_field(64, cells, channels, some(seed))
    assert field.shape == (64, 64, channels)
    assert field.dtype == np.float32
    assert np.abs(np.diff(field, axis=0)).max() < 10 * (cells + 1) / 64


def test_smooth_fields_have_about_unit_spread() -> None:
    values = [misalign.smooth_field(64, 4, 1, some(seed)) for seed in range(60)]
    assert np.std(values) == pytest.approx(1, abs=0.3)
    assert np.mean(values) == pytest.approx(0, abs=0.15)


@given(st.integers(0, 1000))
def test_a_pose_is_a_small_turn_about_the_middle(seed: int) -> None:
    placed = misalign.pose(SIDE, some(seed))
    scale = np.sqrt(np.linalg.det(placed[:, :2].astype(float)))
    assert 0.919 < scale < 1.151
    assert abs(np.degrees(np.arctan2(placed[0, 1], placed[0, 0]))) < 2.01
    middle = placed @ np.array([SIDE / 2, SIDE / 2, 1])
    assert np.abs(middle - SIDE / 2).max() <= 0.501


@pytest.mark.parametrize("change", [misalign.recolour, misalign.retouch, misalign.defocus])
def test_every_change_of_colours_stays_in_range_and_keeps_most(photos: list[np.ndarray], change) -> None:
    scene = photos[1][:SIDE, :SIDE].astype(np.float32) / 255
    before = scene.copy()
    for seed in range(12):
        made = change(scene, some(seed))
        assert made.shape == scene.shape
        assert made.dtype == np.float32
        assert made.min() >= 0
        assert made.max() <= 1
        assert np.abs(made - scene).mean() < 0.12
        assert np.array_equal(made, change(scene, some(seed))), "the seed alone decides"
    assert np.array_equal(scene, before)


def test_recolouring_leaves_over_a_little_and_out_of_focus_is_softer(photos: list[np.ndarray]) -> None:
    scene = photos[1][:SIDE, :SIDE].astype(np.float32) / 255
    off = [np.abs(misalign.recolour(scene, some(seed)) - scene).mean() for seed in range(40)]
    assert 0.002 < np.median(off) < 0.03
    sharp = cv2.Laplacian(scene, cv2.CV_32F).std()
    soft = [cv2.Laplacian(misalign.defocus(scene, some(seed)), cv2.CV_32F).std() for seed in range(20)]
    assert max(soft) <= sharp * 1.001
    assert np.median(soft) < 0.8 * sharp
