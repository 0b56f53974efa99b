"""The wide's tones come back, and nothing above them."""

import cv2
import numpy as np
import pytest
from colour_difference import delta_e_2000
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dualzoom.colour import tones
from dualzoom.colour.tones import give_back_tones

Picture = NDArray[np.unsignedinteger]


def a_wide(height: int = 90, width: int = 120, dtype: type = np.uint8, seed: int = 0) -> Picture:
    """Something of every scale, away from black and white."""
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.uniform(60, 190, (6, 8, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    fine = np.clip(coarse + rng.normal(0, 8, (height, width, 3)), 40, 210)
    return (np.rint(fine) * (np.iinfo(dtype).max // 255)).astype(dtype)


def doubled(wide: Picture) -> Picture:
    """An enlargement whose means are the wide."""
    return wide.repeat(2, 0).repeat(2, 1)


def smooth_cast(height: int, width: int) -> NDArray[np.float64]:
    """Up to 12 levels of 255, other ones for each colour; level at the edges."""
    y, x = np.arange(height)[:, None, None] / height, np.arange(width)[None, :, None] / width
    strength = np.array([12.0, -7.0, 9.0])
    return strength * np.cos(np.pi * x) * (0.6 + 0.4 * np.cos(np.pi * y))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(180, 240), (181, 241), (149, 150)])
def test_a_smooth_cast_is_undone_to_half_a_level(dtype: type, size: tuple[int, int]) -> None:
    wide, level = a_wide(*size, dtype), np.iinfo(dtype).max / 255
    true = doubled(wide)
    made = np.rint(true + level * smooth_cast(*true.shape[:2])).astype(dtype)
    assert np.abs(made.astype(float) - true).max() > 11 * level
    give_back_tones(made, wide)
    assert made.dtype == dtype
    error = (made.astype(float) - true) / level
    rounding = 0.5 if dtype == np.uint8 else 0.0  # of the cast picture's own codes
    assert np.abs(error).max() <= 0.5 + rounding
    assert np.abs(error).mean() < 0.25


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_reduces_to_the_wide_is_left_alone_to_the_bit(dtype: type) -> None:
    wide = a_wide(dtype=dtype)
    made = doubled(wide)
    give_back_tones(made, wide)
    assert np.array_equal(made, doubled(wide))


@pytest.mark.parametrize(
    "period_px", [2, 8]
)  # of the result: what no wide shows, and lines of two of its pixels
def test_detail_above_the_gaussian_stays_to_a_level(period_px: int) -> None:
    wide = a_wide(110, 130)
    y, x = np.mgrid[:220, :260] // (period_px // 2)
    detailed = doubled(wide) + np.where((x + y) % 2, 20, -20)[..., None]
    made = detailed.astype(np.uint8)
    give_back_tones(made, wide)
    error = np.abs(made.astype(int) - detailed)
    edge = round(8 * tones.SIGMA_PX)  # where the picture ends, half a line has a mean
    assert error[edge:-edge, edge:-edge].max() <= 1
    cast = np.clip(detailed + 10, 0, 255).astype(np.uint8)  # and with a cast beside it, which goes
    give_back_tones(cast, wide)
    assert np.abs(cast.astype(int) - detailed)[edge:-edge, edge:-edge].max() <= 1


def slowly(pixels: Picture, wide: Picture) -> NDArray[np.float64]:
    """The whole frame at once, by its definition."""
    height, width = wide.shape[:2]
    scale = np.iinfo(pixels.dtype).max / np.iinfo(wide.dtype).max
    reduced = pixels.reshape(height, 2, width, 2, 3).astype(float).mean((1, 3))
    missing = gaussian_filter(wide * scale - reduced, (tones.SIGMA_PX,) * 2 + (0,), mode="mirror")
    for axis in (0, 1):
        places = (np.arange(2 * missing.shape[axis]) + 0.5) / 2 - 0.5
        low = np.floor(places).astype(int)
        share = np.expand_dims(places - low, tuple({0, 1, 2} - {axis}))
        last = missing.shape[axis] - 1
        near, far = (np.take(missing, np.clip(low + step, 0, last), axis) for step in (0, 1))
        missing = near + share * (far - near)
    peak = np.iinfo(pixels.dtype).max
    return np.clip(pixels + missing, 0, peak)


@pytest.mark.parametrize(("dtype", "of_wide"), [
    (np.uint8, np.uint8), (np.uint16, np.uint16), (np.uint16, np.uint8), (np.uint8, np.uint16),
])  # fmt: skip
@pytest.mark.parametrize("height", [1, 2, 33, 512, 513, 1100])
def test_bands_are_the_whole_frame(dtype: type, of_wide: type, height: int) -> None:
    wide = a_wide(height, 21, of_wide, seed=1)
    made = doubled(a_wide(height, 21, dtype, seed=2))
    expected = slowly(made, wide)
    assert np.abs(expected - made).max() > 5 * np.iinfo(dtype).max / 255
    give_back_tones(made, wide)
    # Means of four pixels are rounded, and so is the result.
    assert np.abs(made - expected).max() <= 1.01


def test_bands_of_any_height_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, made = a_wide(97, 40, seed=3), doubled(a_wide(97, 40, seed=4))
    whole = made.copy()
    give_back_tones(whole, wide)
    for rows in (1, 7, 96):
        monkeypatch.setattr(tones, "_ROWS", rows)
        banded = made.copy()
        give_back_tones(banded, wide)
        assert np.array_equal(banded, whole), rows


def test_codes_end_at_black_and_white() -> None:
    """What is given back never wraps around."""
    for level, off in ((4, 60), (251, -60)):
        wide = np.full((24, 24, 3), level, np.uint8)
        made = np.full((48, 48, 3), level + off, np.uint8)
        made[::2, ::2] = level
        give_back_tones(made, wide)
        assert np.abs(made.astype(int) - level).max() <= 60
        assert abs(float(made.mean()) - level) < 12


@pytest.mark.parametrize(("side", "most"), [(24, 4), (36, 12), (64, 30)])
def test_flat_patches_of_a_chart_get_their_colours_back(side: int, most: int) -> None:
    """Each off by a colour of its own, the larger the patch the further: a difference of 1 is just noticeable."""
    rng = np.random.default_rng(8)
    colours, off = rng.integers(40, 216, (4, 6, 3)), rng.integers(-most, most + 1, (4, 6, 3))
    wide = colours.repeat(side, 0).repeat(side, 1).astype(np.uint8)
    made = (colours + off).repeat(2 * side, 0).repeat(2 * side, 1).astype(np.uint8)
    true = doubled(wide)

    def middles() -> NDArray[np.float64]:
        difference = delta_e_2000(made, true).reshape(4, 2 * side, 6, 2 * side)
        middle = slice(side - side // 8, side + side // 8)
        return difference[:, middle, :, middle].max(axis=(1, 3))

    assert middles().max() > 1.5
    give_back_tones(made, wide)
    assert middles().max() <= 1.0
