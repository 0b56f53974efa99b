"""A random colour warp is undone; outliers, clipping and flips change nothing; what is wild is refused."""

from collections.abc import Callable
from importlib import import_module

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.colour import ColourMap, fit
from dualzoom.colour.curves import decode, encode
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Region

Picture = NDArray[np.float32]
HEIGHT, WIDTH = 180, 240
WINDOW = Region(0, 0, WIDTH, HEIGHT)
ONES = np.ones((HEIGHT, WIDTH), np.float32)


def scene(seed: int) -> Picture:
    """Patches of many colours over soft gradients, with a little texture, away from black and white."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(0.15, 0.75, (5, 6, 3)), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    for _ in range(60):
        x, y = rng.integers(0, WIDTH), rng.integers(0, HEIGHT)
        w, h = rng.integers(10, 50, 2)
        soft[y : y + h, x : x + w] = rng.uniform(0.05, 0.85, 3)
    textured = soft * (1 + 0.03 * rng.normal(size=(HEIGHT, WIDTH, 1)))
    return np.clip(textured, 0.02, 0.92).astype(np.float32)


def colour_warp(rgb: Picture, seed: int) -> Picture:
    """Crosstalk, gains within ±1 EV, vignetting, gamma 0.8–1.25 and an S-curve; rounded to 8 bits."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(3) + rng.uniform(-0.1, 0.1, (3, 3)) * (1 - np.eye(3))
    light = decode(rgb.astype(np.float64)) @ (mixing / mixing.sum(axis=1, keepdims=True)).T
    light *= 2.0 ** (rng.uniform(-0.85, 0.85) + rng.uniform(-0.15, 0.15, 3))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    radius2 = ((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.5) ** 2) / 0.5
    light *= (1 - rng.uniform(0, 0.4) * radius2)[..., None]
    code = np.clip(encode(np.maximum(light, 0)), 0, 1) ** rng.uniform(0.8, 1.25)
    contrast = rng.uniform(0, 0.3)
    code = (1 - contrast) * code + contrast * code * code * (3 - 2 * code)
    return (np.rint(code * 255) / 255).astype(np.float32)


def cube() -> Picture:
    """All colours in steps, as a picture."""
    steps = np.linspace(0, 1, 12, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(36, 48, 3)


def of_cube(colour_map: ColourMap) -> Picture:
    region = Region(96, 72, 48, 36)
    return colour_map.apply(cube(), region, WINDOW)


@pytest.mark.parametrize("seed", range(5))
def test_a_random_warp_is_undone(seed: int) -> None:
    wide = scene(seed)
    tele = colour_warp(wide, seed)
    back = fit(wide, tele, ONES).apply(tele, WINDOW, WINDOW)
    kept = (tele.max(axis=2) < 0.985) & (tele.min(axis=2) > 0.01)
    assert np.abs(tele - wide)[kept].mean() > 0.02  # there was something to undo
    assert np.abs(back - wide)[kept].mean() < 1.2 / 255


@pytest.mark.parametrize("seed", range(2))
def test_equal_photos_need_no_map(seed: int) -> None:
    wide = scene(seed)
    assert np.abs(of_cube(fit(wide, wide, ONES)) - cube()).max() < 1 / 255


@pytest.mark.parametrize("seed", range(2))
def test_what_lies_beyond_the_colours_seen_stays_ordered_and_bounded(seed: int) -> None:
    wide = scene(seed) * np.float32(0.3) + np.float32(0.3)  # a third of the range is seen
    colour_map = fit(wide, colour_warp(wide, seed), ONES)
    region = Region(0, 0, 256, 1)
    for base in (0.0, 0.4, 1.0):
        for channels in ([0, 1, 2], [0], [1], [2]):
            ramp = np.full((1, 256, 3), base, np.float32)
            ramp[0, :, channels] = np.linspace(0, 1, 256)
            flat = ColourMap(**{**vars_of(colour_map), "log_gain": np.zeros((2, 2, 3))})
            out = flat.apply(ramp, region, region)[0]
            assert (np.diff(out[:, channels], axis=0) >= -1e-6).all()
            assert out.min() >= 0
            assert out.max() <= 1


def vars_of(colour_map: ColourMap) -> dict[str, object]:
    return {name: getattr(colour_map, name) for name in colour_map.__dataclass_fields__}


@pytest.mark.parametrize("seed", range(2))
def test_a_few_percent_of_other_things_change_nothing(seed: int) -> None:
    wide = scene(seed)
    tele = colour_warp(wide, seed)
    hidden = tele.copy()
    hidden[60:100, 150:195] = (0.8, 0.2, 0.1)  # 4 % of the picture: an object that only the tele sees
    one, other = (fit(wide, shot, ONES) for shot in (tele, hidden))
    seen = [one.apply(tele, WINDOW, WINDOW), other.apply(tele, WINDOW, WINDOW)]
    assert np.abs(seen[0] - seen[1]).mean() < 0.5 / 255
    assert np.quantile(np.abs(seen[0] - seen[1]), 0.99) < 1 / 255


FLIPS: list[Callable[[np.ndarray], np.ndarray]] = [np.fliplr, np.flipud, lambda a: a[::-1, ::-1]]


@pytest.mark.parametrize("flip", FLIPS)
def test_flipped_photos_have_the_flipped_map(flip: Callable[[np.ndarray], np.ndarray]) -> None:
    wide, weight = scene(1), ONES.copy()
    weight[:50, :70] = 0.2
    tele = colour_warp(wide, 1)
    straight = fit(wide, tele, weight).apply(tele, WINDOW, WINDOW)
    turned = [np.ascontiguousarray(flip(a)) for a in (wide, tele, weight)]
    back = flip(fit(*turned).apply(turned[1], WINDOW, WINDOW))
    assert np.abs(straight - back).max() < 1e-4


def test_a_pixel_of_misalignment_does_not_bias() -> None:
    wide = scene(2)
    tele = colour_warp(wide, 2)
    moved = np.roll(tele, (1, -1), axis=(0, 1))
    colours = [fit(wide, shot, ONES).apply(tele, WINDOW, WINDOW) for shot in (tele, moved)]
    assert np.abs(colours[0] - colours[1]).mean() < 1 / 255


def test_a_tile_is_mapped_as_in_the_whole() -> None:
    wide = scene(3)
    tele = colour_warp(wide, 3)
    colour_map = fit(wide, tele, ONES)
    whole = colour_map.apply(tele, WINDOW, WINDOW)
    tile = Region(40, 30, 64, 50)
    assert np.abs(colour_map.apply(tele[tile.slices], tile, WINDOW) - whole[tile.slices]).max() < 2e-5


def test_the_map_reads_only_the_window_not_the_resolution() -> None:
    wide = scene(4)
    tele = colour_warp(wide, 4)
    small = [cv2.resize(a, (120, 90), interpolation=cv2.INTER_AREA) for a in (wide, tele)]
    full, half = fit(wide, tele, ONES), fit(*small, np.ones((90, 120), np.float32))
    difference = full.apply(tele, WINDOW, WINDOW) - half.apply(tele, WINDOW, WINDOW)
    assert np.abs(difference).mean() < 1 / 255


def refused(wide: Picture, tele: Picture, weight: Picture = ONES) -> str:
    with pytest.raises(RegistrationError) as caught:
        fit(wide, tele, weight)
    assert caught.value.next_step
    return str(caught.value)


def test_what_is_wild_is_refused() -> None:
    wide = scene(0)
    assert "disagree" in refused(wide, scene(9)[::-1])
    refused(wide, 1 - wide)
    refused(wide, wide[..., ::-1])
    assert "well exposed" in refused(wide, np.ones_like(wide))
    assert "well exposed" in refused(np.full_like(wide, np.nan), wide)
    assert "well exposed" in refused(wide, wide, ONES * 0)
    darker = encode(decode(wide.astype(np.float64)) / 2**3.2).astype(np.float32)
    assert "EV" in refused(wide, darker)


def test_json_is_plain() -> None:
    wide = scene(5)
    told = fit(wide, colour_warp(wide, 5), ONES).to_json()
    assert set(told) >= {"gain_ev", "matrix", "error", "used"}
    assert all(isinstance(ev, float) for ev in told["gain_ev"])
    assert 0.9 < told["used"] <= 1


def noisy(picture: Picture, sigma: float) -> Picture:
    grain = np.random.default_rng(3).normal(0, sigma, picture.shape)
    return np.clip(picture + grain, 0, 1).astype(np.float32)


def nearly_grey(seed: int) -> Picture:
    """A dark scene in which channels hardly differ: what noise hides first."""
    rng = np.random.default_rng(seed)
    grey = scene(seed).mean(axis=2, keepdims=True) * 0.3
    tint = cv2.resize(rng.uniform(-0.004, 0.004, (5, 6, 3)), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.clip(grey + tint, 0.02, 0.92).astype(np.float32)


@pytest.mark.parametrize(("sigma", "off"), [(5, 1.5), (10, 2.0), (25, 5.0), (40, 9.0)])
def test_a_noisy_tele_of_a_colourful_scene_still_gives_a_map(sigma: float, off: float) -> None:
    wide = scene(6)
    tele = colour_warp(wide, 6)
    back = fit(wide, noisy(tele, sigma / 255), ONES).apply(tele, WINDOW, WINDOW)
    assert np.abs(back - wide).mean() < off / 255


def test_noise_that_hides_the_colours_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same refusal, told apart: by noise where there is noise, by colours where there is none."""
    monkeypatch.setattr(import_module("dualzoom.colour.fit"), "_is_wild", lambda _map: True)
    wide = nearly_grey(1)
    assert "its colours are too noisy" in refused(wide, noisy(wide, 25 / 255))
    assert "the wide's colours are too noisy" in refused(noisy(wide, 25 / 255), wide)
    assert "could only be forced" in refused(wide, wide)


def test_coarse_coloured_noise_mixes_no_channels() -> None:
    """Grain that survives averaging makes a free fit mix channels wildly; one that hardly mixes them is believed."""
    wide = nearly_grey(2) * np.array([1.0, 0.97, 1.02], np.float32)
    grain = cv2.GaussianBlur(np.random.default_rng(4).normal(0, 1, wide.shape), (0, 0), 4)
    tele = np.clip(wide + 0.02 * grain / grain.std(), 0, 1).astype(np.float32)
    found = fit(wide, tele, ONES)
    mixing = np.abs(found.matrix - np.diag(np.diag(found.matrix))).sum(axis=1) / np.diag(found.matrix)
    assert mixing.max() < 1.0
    assert np.abs(found.apply(wide, WINDOW, WINDOW) - wide).mean() < 0.01


@pytest.mark.parametrize("sigma", [0, 25, 40])
@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_permuted_colours_are_refused_under_noise_too(sigma: float, order: tuple[int, int, int]) -> None:
    wide = scene(0)
    refused(wide, noisy(wide[..., list(order)], sigma / 255))
