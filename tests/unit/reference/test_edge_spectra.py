"""Edges drawn by formula: contrast, blur, shifts and turns show as the formula says; noise shows as nothing."""

import numpy as np
import pytest
from scipy.special import ndtr

from dualzoom.reference.edge_spectra import BORDER_PX, FREQUENCIES, edge_spectra

SIDE = 96
ONES = np.ones((SIDE, SIDE), np.float32)
F = np.array(FREQUENCIES)


def edge(
    sigma: float = 0.8, *, angle: float = 20.0, low: float = 0.3, high: float = 0.7, shift: float = 0.0
) -> np.ndarray:
    """A straight edge through the middle, `angle` degrees from upright, blurred by `sigma` px, `shift` px off."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] - (SIDE - 1) / 2
    turn = np.deg2rad(angle)
    away = x * np.cos(turn) + y * np.sin(turn) - shift
    return (low + (high - low) * ndtr(away / sigma)).astype(np.float32)


def means(tele: np.ndarray, wide: np.ndarray, validity: np.ndarray = ONES) -> tuple[np.ndarray, np.ndarray]:
    """Mean coefficients of both, of at least a few edges."""
    found = edge_spectra(tele, wide, validity)
    assert found[0].shape == found[1].shape
    assert len(found[0]) >= 4
    return found[0].mean(0), found[1].mean(0)


def test_equal_pictures_have_equal_edges() -> None:
    tele, wide = edge_spectra(edge(), edge(), ONES)
    assert len(tele) > 0
    np.testing.assert_array_equal(tele, wide)


@pytest.mark.parametrize("contrast", [0.25, 0.5, 1.5])
def test_coefficients_grow_with_contrast(contrast: float) -> None:
    tele, wide = means(edge(low=0.5 - 0.2 * contrast, high=0.5 + 0.2 * contrast), edge())
    np.testing.assert_allclose(tele, contrast * wide, rtol=1e-3)


@pytest.mark.parametrize("sigma", [0.8, 1.0, 1.3])
def test_blur_takes_about_what_a_gaussian_takes_at_each_frequency(sigma: float) -> None:
    """About: a profile is 16 px long, and so short a window mixes neighbouring frequencies."""
    tele, wide = means(edge(sigma), edge(0.7))
    expected = np.exp(-2 * (np.pi * F) ** 2 * (sigma**2 - 0.7**2))
    np.testing.assert_allclose(tele / wide, expected, atol=0.09)
    assert (means(edge(sigma + 0.2), edge(0.7))[0] < tele).all()


def test_a_sharp_step_gives_about_the_same_at_all_frequencies() -> None:
    """But for what its blur takes; not weighed by the frequency, the first would be three times the last."""
    found, _ = means(edge(0.7), edge(0.7))
    level = found / np.exp(-2 * (np.pi * F * 0.7) ** 2)
    np.testing.assert_allclose(level / level.mean(), 1, atol=0.2)


@pytest.mark.parametrize("angle", [0.0, 30.0, 45.0, 90.0, 135.0, 200.0, 290.0])
def test_the_direction_of_an_edge_does_not_matter(angle: float) -> None:
    turned, _ = means(edge(1.0, angle=angle), edge(1.0, angle=angle))
    upright, _ = means(edge(1.0, angle=10.0), edge(1.0, angle=10.0))
    np.testing.assert_allclose(turned, upright, atol=0.06 * upright.max())


@pytest.mark.parametrize("shift", [-1.2, -0.5, 0.3, 1.0])
def test_a_pixel_of_misregistration_costs_hardly_anything(shift: float) -> None:
    there, _ = means(edge(1.0, shift=shift), edge(1.0))
    here, _ = means(edge(1.0), edge(1.0))
    np.testing.assert_allclose(there, here, atol=0.04 * here.max())


def test_an_edge_that_is_the_other_way_round_is_none() -> None:
    tele, wide = means(1 - edge(), edge())
    assert (wide > 0).all()
    assert tele[:2].max() < 0.4 * wide[:2].min()


def test_noise_averages_to_nothing() -> None:
    """Where a power spectrum would take it for detail."""
    rng, sums = np.random.default_rng(3), []
    for _ in range(24):
        noisy = (edge(1.2) + rng.normal(0, 0.03, (SIDE, SIDE))).astype(np.float32)
        sums.append(means(noisy, edge(1.2))[0])
    clean, _ = means(edge(1.2), edge(1.2))
    np.testing.assert_allclose(np.mean(sums, 0), clean, atol=0.06 * clean.max())


def test_nothing_is_found_where_there_is_no_edge_or_nothing_is_believed() -> None:
    flat = np.full((SIDE, SIDE), 0.5, np.float32)
    for tele, wide, validity in ((edge(), flat, ONES), (edge(), edge(), 0 * ONES)):
        found = edge_spectra(tele, wide, validity)
        assert [part.shape for part in found] == [(0, len(FREQUENCIES))] * 2
    assert len(edge_spectra(flat, edge(), ONES)[0]) > 0, "the wide says where to look"


def test_a_picture_without_room_for_a_profile_has_no_edges() -> None:
    small = edge()[: 2 * BORDER_PX, : 2 * BORDER_PX]
    assert len(edge_spectra(small, small, np.ones_like(small))[0]) == 0


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.5), (0.5, 1.0)])
def test_profiles_that_are_cut_off_are_left_out(low: float, high: float) -> None:
    for tele, wide in ((edge(low=low, high=high), edge()), (edge(), edge(low=low, high=high))):
        assert len(edge_spectra(tele, wide, ONES)[0]) == 0


def test_the_strongest_edges_count_and_not_more_than_a_tile_may_have() -> None:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    squares = np.where(((x // 16) + (y // 16)) % 2, 0.3, 0.7).astype(np.float32)
    assert 8 < len(edge_spectra(squares, squares, ONES)[0]) <= 32
