"""A clean tele is left alone; a noisy one comes nearer to what it showed, edges and letters kept, strip by strip."""

from importlib import import_module

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.reference.denoise import REACH_PX, denoise
from dualzoom.scene import render

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def clean() -> Picture:
    return render(2, size=Size(320, 240), noise=0.0).tele


def grain(shape: tuple[int, ...], sigma: float, coarse_px: float = 0.0) -> NDArray[np.float64]:
    noise = np.random.default_rng(1).normal(0, 1, shape)
    if coarse_px:
        noise = cv2.GaussianBlur(noise, (0, 0), coarse_px)
    return noise * sigma / noise.std()


def noisy(picture: Picture, sigma: float, coarse_px: float = 0.0) -> Picture:
    return np.clip(picture + grain(picture.shape, sigma, coarse_px), 0, 255).astype(np.uint8)


def off(one: Picture, other: Picture) -> float:
    return float(np.sqrt(((one.astype(float) - other) ** 2).mean()))


def test_a_clean_tele_is_returned_as_it_is(clean: Picture) -> None:
    made, strength = denoise(clean)
    assert made is clean
    assert strength == 0


@pytest.mark.parametrize(("sigma", "coarse_px", "left"), [(12, 0, 0.75), (25, 0, 0.55), (25, 0.9, 0.85)])
def test_noise_goes_and_what_was_there_stays(
    clean: Picture, sigma: float, coarse_px: float, left: float
) -> None:
    tele = noisy(clean, sigma, coarse_px)
    made, strength = denoise(tele)
    assert strength > 0.5
    assert off(made, clean) < left * off(tele, clean)


def test_texture_without_a_flat_place_is_no_noise() -> None:
    """Grey and coloured texture whose bands are about equally strong, as in foliage, everywhere in the picture."""
    layers = [grain((256, 256, 3), 12, coarse) for coarse in (0.7, 1.4, 2.8, 5.6)]
    for texture in (sum(layers), sum(layers).mean(axis=2, keepdims=True) * np.ones(3)):
        tele = np.clip(120 + texture, 0, 255).astype(np.uint8)
        assert denoise(tele)[0] is tele


def test_strong_edges_keep_their_height() -> None:
    bars = np.zeros((256, 256, 3), np.uint8) + 40
    bars[:, np.arange(256) // 8 % 2 == 1] = 210
    made, _ = denoise(noisy(bars, 20))
    low, high = made[:, 3:5].mean(), made[:, 11:13].mean()
    assert high - low > 0.97 * 170


def test_coloured_noise_of_a_grey_scene_is_not_taken_for_colour(clean: Picture) -> None:
    grey = np.repeat(clean[..., 1:2], 3, axis=2)
    made, _ = denoise(noisy(grey, 25))
    chroma = made[..., 0].astype(float) - made[..., 1]
    assert chroma.std() < 0.35 * 25 * np.sqrt(2)


def test_sixteen_bits_stay_and_give_the_same(clean: Picture) -> None:
    tele = noisy(clean, 25)
    made, strength = denoise(tele)
    fine, same = denoise(tele.astype(np.uint16) * 257)
    assert fine.dtype == np.uint16
    assert same == pytest.approx(strength)
    assert np.abs(fine / 257 - made).max() < 0.51


def test_strips_do_not_show(clean: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    tele = noisy(clean, 25)
    whole, _ = denoise(tele)
    monkeypatch.setattr(import_module("dualzoom.reference.denoise"), "_STRIP_PX", REACH_PX + 3)
    strips, _ = denoise(tele)
    assert np.abs(whole.astype(int) - strips).max() <= 1
