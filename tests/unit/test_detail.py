"""Laws of the detail slider: no change at 1, more energy the higher it stands, no halos, colours to the bit."""

import cv2
import numpy as np
import pytest

from dualzoom import detail
from dualzoom.detail import OVERSHOOT, REACH_PX, adjust_detail
from dualzoom.resampling import LUMA

AMOUNTS = (0.0, 0.5, 1.0, 1.5, 2.0)


def adjusted(pixels: np.ndarray, amount: float) -> np.ndarray:
    made = pixels.copy()
    adjust_detail(made, amount)
    return made


def scene(dtype: type = np.uint8, *, height: int = 420, width: int = 300) -> np.ndarray:
    """Walls with grain of 1 %, a weave of 6 %, and edges of full contrast between them."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:height, :width]
    wall = np.float32([0.55, 0.45, 0.35]) * np.ones((height, width, 1), np.float32)
    weave = 0.06 * np.sin(x / 1.3) * np.sin(y / 1.7) * (x > width // 2)
    picture = wall + weave[..., None] + rng.normal(0, 0.01, (height, width, 1))
    picture[40:90] = 0.02
    picture[height - 80 :, : width // 3] = 0.98
    peak = np.iinfo(dtype).max
    return (np.clip(picture, 0, 1) * peak).round().astype(dtype)


def grey(pixels: np.ndarray) -> np.ndarray:
    return (pixels.astype(np.float64) @ LUMA[0]) / np.iinfo(pixels.dtype).max


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_at_one_nothing_changes_and_at_others_something_does(dtype: type) -> None:
    pixels = scene(dtype)
    for amount in AMOUNTS:
        assert np.array_equal(adjusted(pixels, amount), pixels) == (amount == 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_high_band_grows_with_the_amount(dtype: type) -> None:
    energy = []
    for amount in AMOUNTS:
        luma = grey(adjusted(scene(dtype), amount))[120:320, 170:]  # the weave
        energy.append(float((luma - cv2.GaussianBlur(luma, (0, 0), 2)).std()))
    assert energy == sorted(energy)
    assert energy[0] < 0.85 * energy[2] < energy[2] < 0.92 * energy[4]


def test_noise_on_a_flat_wall_is_held_back_but_hardly_strengthened() -> None:
    deviation = [float(grey(adjusted(scene(), amount))[120:320, 20:120].std()) for amount in AMOUNTS]
    assert deviation[0] < 0.5 * deviation[2]
    assert deviation[4] < 1.03 * deviation[2]


def test_luma_stays_in_the_range_of_its_surroundings() -> None:
    """But for OVERSHOOT and half a step of rounding; by a minimum and maximum written out."""
    before = grey(scene())
    padded = np.pad(before, 2, mode="edge")
    around = np.stack([padded[y : y + 420, x : x + 300] for y in range(5) for x in range(5)])
    for amount in (0.0, 2.0):
        after = grey(adjusted(scene(), amount))
        leave = OVERSHOOT + 0.51 / 255
        assert (after <= around.max(0) + leave).all()
        assert (after >= around.min(0) - leave).all()


@pytest.mark.parametrize("amount", [0.0, 2.0])
def test_an_edge_between_plain_areas_gets_no_halo(amount: float) -> None:
    """A step of half the range, as soft as lenses leave it: nowhere more than a step of 255 brighter or darker."""
    ramp = 0.25 + 0.5 / (1 + np.exp(-(np.arange(120) - 60) / 0.8))
    pixels = (255 * np.broadcast_to(ramp[None, :, None], (90, 120, 3))).round().astype(np.uint8)
    made = adjusted(pixels, amount).astype(int)
    assert made.max() <= pixels.max() + 1
    assert made.min() >= pixels.min() - 1
    assert np.abs(made - pixels).max() <= 0.03 * 255


@pytest.mark.parametrize("amount", [0.0, 1.5, 2.0])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_stay_to_the_bit(dtype: type, amount: float) -> None:
    """Differences of channels are those of before, beside black and white as well."""
    rng = np.random.default_rng(0)
    peak = np.iinfo(dtype).max
    pixels = rng.choice([0, peak // 90, peak // 2, peak - peak // 90, peak], (100, 90, 3)).astype(dtype)
    for before in (pixels, scene(dtype)):
        after = adjusted(before, amount)
        assert np.array_equal(np.diff(before.astype(int)), np.diff(after.astype(int)))


@pytest.mark.parametrize("amount", [0.3, 2.0])
@pytest.mark.parametrize("band", [17, 40, 256])
def test_bands_leave_no_seam(amount: float, band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = scene(np.uint16)
    monkeypatch.setattr(detail, "_BAND_PX", 10_000)
    whole = adjusted(pixels, amount)
    monkeypatch.setattr(detail, "_BAND_PX", band)
    assert np.abs(adjusted(pixels, amount).astype(int) - whole).max() <= 1  # sums of floats round differently


def test_a_pixel_changes_nothing_beyond_its_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail, "_noise", lambda _pixels: np.full(detail._LEVELS, 0.002))
    pixels = scene(np.uint16)
    other = pixels.copy()
    other[200, 150] = 65535
    changed = np.argwhere((adjusted(pixels, 2.0) != adjusted(other, 2.0)).any(2))
    assert np.abs(changed - [200, 150]).max() <= REACH_PX


def test_sixteen_bits_say_what_eight_say_but_finer() -> None:
    fine = scene(np.uint16)
    coarse = (fine / 257).round().astype(np.uint8)
    made = adjusted(fine, 2.0), adjusted(coarse, 2.0)
    assert np.abs(made[0] / 257 - made[1]).mean() < 0.6
    assert len(np.unique(made[0])) > 4 * len(np.unique(made[1]))


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 5, 3), (9, 300, 3)])
def test_small_pictures_are_no_exception(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    for amount in AMOUNTS:
        assert adjusted(pixels, amount).shape == shape


def test_a_noise_that_is_handed_in_is_the_one_used() -> None:
    rng = np.random.default_rng(3)
    picture = np.clip(128 + rng.normal(0, 6, (96, 96, 1)) * np.ones(3), 0, 255).astype(np.uint8)
    once, again, trusted = picture.copy(), picture.copy(), picture.copy()
    noise = adjust_detail(once, 2.0)
    assert adjust_detail(again, 2.0, noise) is noise
    np.testing.assert_array_equal(once, again)
    adjust_detail(trusted, 2.0, noise / 10)
    assert trusted.std() > once.std() + 1
