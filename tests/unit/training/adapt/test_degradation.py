"""The fitted camera: known filters are found again, and what is asked of one holds."""

import cv2
import numpy as np
import pytest
import torch

from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.degradation import TAPS, Degradation, area_mean, fit
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.simulate import patterns

SIDE = 32


def seen_by(camera, *, valid: float = 1.0, tiles: int = 24) -> TileSet:
    """Tiles whose wide is what `camera` (float 2s 2s 3 -> s s 3) makes of the tele, at 16 bits."""
    rng = np.random.default_rng(8)
    teles = [
        0.15
        + 0.7 * np.clip(patterns.draw(2 * SIDE, rng) + rng.normal(0, 0.03, (2 * SIDE, 2 * SIDE, 3)), 0, 1)
        for _ in range(tiles)
    ]
    codes = [[(65535 * p).round().astype(np.uint16) for p in made] for made in (teles, map(camera, teles))]
    pair = PairTiles(
        name="a", tele=np.stack(codes[0]), wide=np.stack(codes[1]), condition=None, digest="0",
        validity=np.full((tiles, 2 * SIDE, 2 * SIDE), round(255 * valid), np.uint8),
    )  # fmt: skip
    return TileSet([pair], AdaptConfig(tile_px=SIDE))


def halved(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def sharpened(picture: np.ndarray) -> np.ndarray:
    """A soft lens, and a phone that overdoes it."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    return halved(soft + 0.8 * (soft - cv2.GaussianBlur(soft, (0, 0), 1.5)))


def kernel_of(camera) -> np.ndarray:
    """Its taps, read off single bright pixels."""
    kernel = np.zeros((TAPS, TAPS))
    for y in range(TAPS):
        for x in range(TAPS):
            point = np.zeros((2 * SIDE, 2 * SIDE))
            point[SIDE - TAPS // 2 + 1 + y, SIDE - TAPS // 2 + 1 + x] = 1
            kernel[y, x] = camera(point)[SIDE // 2, SIDE // 2]
    return kernel


@pytest.mark.parametrize("camera", [halved, sharpened])
def test_a_linear_camera_is_found_again(camera):
    found = fit(seen_by(camera)).kernel.numpy()
    assert np.abs(found - kernel_of(camera)).max() < 0.02
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_it_shows_the_wide_where_area_means_do_not():
    tiles = seen_by(sharpened)
    errors = {name: [] for name in ("fitted", "area")}
    for name, reduce in (("fitted", fit(tiles)), ("area", area_mean)):
        for place in tiles.held_inside:
            tile = tiles.tile(place)
            picture, wide = (torch.from_numpy(p).permute(2, 0, 1)[None] for p in (tile.tele, tile.wide))
            errors[name].append(float((reduce(picture) - wide)[..., 4:-4, 4:-4].square().mean()))
    assert np.mean(errors["fitted"]) < 0.05 * np.mean(errors["area"])


def test_where_nothing_can_be_trusted_it_is_the_area_mean():
    picture = torch.rand(2, 3, 20, 24)
    found = fit(seen_by(sharpened, valid=0.5))
    torch.testing.assert_close(found(picture), area_mean(picture), atol=1e-5, rtol=0)


def test_it_commutes_with_turns_and_mirrors_and_keeps_tones():
    found, picture = fit(seen_by(sharpened)), torch.rand(1, 3, 16, 24)
    turned = found(picture.rot90(1, (-2, -1)).flip(-1))
    torch.testing.assert_close(turned, found(picture).rot90(1, (-2, -1)).flip(-1), atol=1e-5, rtol=0)
    flat = torch.full((1, 3, 12, 16), 0.4)
    torch.testing.assert_close(found(flat), torch.full((1, 3, 6, 8), 0.4), atol=1e-5, rtol=0)


def test_no_autocast_makes_it_coarse():
    found, picture = fit(seen_by(sharpened)), torch.rand(1, 3, 16, 24)
    with torch.autocast("cpu", torch.bfloat16):
        inside = found(picture)
    assert torch.equal(inside, found(picture))


def test_each_tap_reads_its_own_pixel():
    """Beside a slow sum over the definition: out[i] of pixels 2i - 5 … 2i + 6."""
    kernel, picture = torch.rand(TAPS, TAPS), torch.rand(1, 1, 40, 40)
    out = Degradation(kernel)(picture)
    for i, j in ((3, 3), (8, 11), (16, 16)):
        rows, columns = slice(2 * i - 5, 2 * i + 7), slice(2 * j - 5, 2 * j + 7)
        assert float(out[0, 0, i, j]) == pytest.approx(
            float((picture[0, 0, rows, columns] * kernel).sum()), rel=1e-4
        )
