"""Noise is found at the brightness at which it is, band by band; texture is not taken for it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.evaluation.phones.light import decode, encode
from dualzoom.reference.denoise import denoise
from dualzoom.reference.noise_levels import bands, noise_levels, steps_of_brightness

STEPS = (0.05, 0.15, 0.3, 0.45, 0.7)  # of grey, each a stripe of the picture


def stripes() -> NDArray[np.float32]:
    return np.repeat(np.array(STEPS, np.float32), 120)[:, None, None] * np.ones((1, 480, 3), np.float32)


def counted(picture: NDArray[np.float32], electrons: float) -> NDArray[np.uint8]:
    """Counts light with so many electrons at white: most noise, once coded, is in the shadows."""
    light = decode(picture)
    rng = np.random.default_rng(3)
    noisy = light + rng.standard_normal(light.shape) * np.sqrt(np.maximum(light, 1e-4) / electrons)
    return np.rint(encode(np.clip(noisy, 0, 1).astype(np.float32)) * 255).astype(np.uint8)


def true_deviation(photo: NDArray[np.uint8], clean: NDArray[np.float32], row: int) -> float:
    """Of luma in the finest band, in the stripe around a row."""
    grain = photo.astype(np.float32) / 255 - clean
    return float(next(bands(grain))[row - 40 : row + 40].mean(2).std())


def test_shadows_have_their_own_noise() -> None:
    clean = stripes()
    photo = counted(clean, 600)
    found = noise_levels(photo)
    assert np.all(np.diff(found.levels) > 0)
    assert found.shares.sum() == pytest.approx(1, abs=0.05)
    for number, grey in enumerate(STEPS):
        true = true_deviation(photo, clean, 60 + 120 * number)
        table = np.sqrt(found.table(np.ones(len(found.levels)), band=0, part=0))
        assert table[round(255 * grey)] == pytest.approx(true, rel=0.25)
    assert found.deviations()[0] > 1.3 * found.deviations()[-1]


def test_grain_of_dark_ground_goes_though_the_sky_is_clean() -> None:
    clean = stripes()
    photo = counted(clean, 600)
    made, strength = denoise(photo)
    assert 0 < strength < 1
    dark = np.s_[20:100]
    left, before = (float((one[dark].astype(np.float32) / 255 - clean[dark]).std()) for one in (made, photo))
    assert left < 0.4 * before


def test_black_that_was_clipped_does_not_hide_the_noise_of_the_rest() -> None:
    clean = stripes()
    clean[:240] = 0
    photo = counted(clean, 100)
    photo[:240] = 0
    made, _ = denoise(photo)
    middle = np.s_[270:330]
    left, before = (
        float((one[middle].astype(np.float32) / 255 - clean[middle]).std()) for one in (made, photo)
    )
    assert left < 0.5 * before


def test_a_level_of_texture_takes_no_more_than_its_neighbours_noise() -> None:
    """A dark stripe is foliage without a flat place: its noise is that of the stripes beside it, not its texture."""
    rng = np.random.default_rng(5)
    picture = np.full((480, 480, 3), 0.45, np.float32)
    picture[240:] = 0.25
    leaves = sum(
        cv2.GaussianBlur(rng.normal(0, 1, (240, 480)), (0, 0), px) * px for px in (0.7, 1.4, 2.8, 5.6)
    )
    picture[240:] += 0.12 * leaves[..., None].astype(np.float32)
    noise = rng.normal(0, 0.02, picture.shape)
    photo = np.rint(np.clip(picture + noise, 0, 1) * 255).astype(np.uint8)
    found = noise_levels(photo)
    true = float(next(bands(noise.astype(np.float32))).mean(2).std())
    dark = found.levels < 0.4
    assert dark.any()
    texture = float(next(bands(picture[240:])).mean(2).std())
    assert texture > 2 * true
    assert np.all(found.deviations()[dark] < 1.5 * true)
    assert np.all(found.deviations()[dark] > 0.7 * true)


def test_a_picture_of_a_few_pixels_is_measured() -> None:
    found = noise_levels(np.full((8, 8, 3), 90, np.uint8))
    assert found.levels == pytest.approx([90 / 255], abs=0.01)
    assert found.deviations() == pytest.approx([0], abs=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 300), (333, 41)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pictures_of_any_shape_and_of_one_colour_are_denoised(
    shape: tuple[int, int], dtype: type[np.uint8 | np.uint16]
) -> None:
    rng, peak = np.random.default_rng(4), np.iinfo(dtype).max
    for value in (0, peak // 3, peak):
        flat = np.full((*shape, 3), value, dtype)
        assert denoise(flat)[0] is flat
    made, strength = denoise(rng.integers(0, peak + 1, (*shape, 3), dtype))
    assert (made.shape, made.dtype) == ((*shape, 3), dtype)
    assert 0 <= strength <= 1


def test_brightness_is_the_mean_of_the_window() -> None:
    picture = np.zeros((30, 30, 3), np.float32)
    picture[:, 15:] = 1
    steps = steps_of_brightness(picture)
    assert steps[15, 5] == 0
    assert steps[15, 25] == 255
    assert 100 < steps[15, 15] < 150
